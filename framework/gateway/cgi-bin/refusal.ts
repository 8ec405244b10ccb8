/**
 * Why a request cannot have a program's answer, and the status that says so.
 *
 * The message is for the operator and is logged where the status is 500 or more; the client gets the status alone.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** The client has gone: nobody waits for an answer any more, so nothing is logged. */
export class ClientGone extends Refusal {
  constructor() {
    super(400, 'the client went before it had its answer')
  }
}
