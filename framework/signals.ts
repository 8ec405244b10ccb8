import { getLogger } from './utils/index.ts'

/** What a receiver is called with: the payload that the signal's sender gave. */
export type Receiver<T> = (payload: T) => unknown

/** One receiver's outcome, as `sendRobust` reports it. */
export type RobustResult<T> = readonly [receiver: Receiver<T>, outcome: { value: unknown } | { error: unknown }]

/**
 * Lets decoupled code be told when something happens elsewhere (Django's `Signal`).
 *
 * @example
 * const orderPaid = new Signal<{ order: Order }>()
 * orderPaid.connect(({ order }) => sendReceipt(order))
 * await orderPaid.send({ order })
 */
export class Signal<T> {
  #receivers: Array<{ key: unknown; receiver: Receiver<T> }> = []

  /** True where nobody listens, so that a sender on a hot path can skip making the payload. */
  get isEmpty(): boolean {
    return this.#receivers.length === 0
  }

  /** Call `receiver` at every send. Connecting one receiver, or one `dispatchUid`, twice has no further effect. */
  connect(receiver: Receiver<T>, options: { dispatchUid?: unknown } = {}): void {
    const key = options.dispatchUid ?? receiver
    if (this.#receivers.some((entry) => entry.key === key)) return
    this.#receivers = [...this.#receivers, { key, receiver }]
  }

  /** Take a receiver, or what was connected under a `dispatchUid`, out again; tells whether it was there. */
  disconnect(receiverOrUid: unknown): boolean {
    const kept = this.#receivers.filter((entry) => entry.key !== receiverOrUid)
    const found = kept.length < this.#receivers.length
    this.#receivers = kept
    return found
  }

  /**
   * Call the receivers in the order of connecting, each awaited, and give what each answered; the first error stops and
   * is thrown.
   */
  async send(payload: T): Promise<Array<readonly [receiver: Receiver<T>, value: unknown]>> {
    const results: Array<readonly [Receiver<T>, unknown]> = []
    for (const { receiver } of this.#receivers) results.push([receiver, await receiver(payload)])
    return results
  }

  /**
   * Call all receivers in order, whatever one of them throws, and report each outcome; what was thrown is logged, by
   * `nuages.dispatch`.
   */
  async sendRobust(payload: T): Promise<Array<RobustResult<T>>> {
    const results: Array<RobustResult<T>> = []
    for (const { receiver } of this.#receivers) {
      try {
        results.push([receiver, { value: await receiver(payload) }])
      } catch (error) {
        results.push([receiver, { error }])
        logFailure(receiver, error)
      }
    }
    return results
  }

  /**
   * Call all receivers in order and wait for none, for senders that wait for nobody; what one throws is logged, as by
   * `sendRobust`. Makes no promise: where the stack ends as one is made, Node 22.18 ends the process.
   */
  notify(payload: T): void {
    for (const { receiver } of this.#receivers) {
      try {
        const outcome = receiver(payload)
        if (outcome instanceof Promise) outcome.catch((error: unknown) => logFailure(receiver, error))
      } catch (error) {
        logFailure(receiver, error)
      }
    }
  }
}

function logFailure({ name }: { readonly name: string }, error: unknown): void {
  const subject = name === '' ? 'An anonymous receiver' : `The receiver ${name}()`
  getLogger('nuages.dispatch').error(`${subject} of a signal failed.`, { error })
}
