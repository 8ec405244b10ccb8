import type { CgiProcess } from './process.ts'
import { ClientGone } from './refusal.ts'

const END: IteratorResult<Uint8Array> = { done: true, value: undefined }

/** A program's answer on its way to the client, as fast as the client takes it. */
export class CgiBody implements AsyncIterableIterator<Uint8Array> {
  readonly #process: CgiProcess
  readonly #log: (line: string) => void
  #first: Uint8Array | undefined
  #left: number | undefined
  #isDone = false

  /** `first` is the piece that has been read already; `length` is the Content-Length where the program gave one. */
  constructor(process: CgiProcess, first: Uint8Array, length: number | undefined, log: (line: string) => void) {
    this.#process = process
    this.#first = first
    this.#left = length
    this.#log = log
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Rejects where the answer ends too early, so that the gateway cuts it off and the client can tell. */
  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#isDone) return END
    try {
      const piece = this.#first ?? (await this.#process.read())
      this.#first = undefined
      if (piece === undefined) await this.#finish()
      return piece === undefined ? END : { done: false, value: this.#measure(piece) }
    } catch (error) {
      this.#isDone = true
      if (error instanceof ClientGone) return END
      throw error
    }
  }

  /** The client has gone, or wants no more: the program is stopped. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#isDone) this.#process.kill(new ClientGone())
    this.#isDone = true
    return END
  }

  /** Hold the program to its Content-Length; what it does after the last byte of it is not waited for. */
  #measure(piece: Uint8Array): Uint8Array {
    if (this.#left === undefined) return piece
    const kept = piece.subarray(0, this.#left)
    if (kept.length < piece.length) this.#log('its body is longer than its Content-Length and was cut off')
    this.#left -= kept.length
    if (this.#left === 0) {
      this.#isDone = true
      void this.#process.discard()
    }
    return kept
  }

  async #finish(): Promise<void> {
    this.#isDone = true
    const { code, signal } = await this.#process.exit()
    if (signal !== null) throw new Error(`A CGI program was ended by ${signal} in the middle of its answer.`)
    if (this.#left) throw new Error(`A CGI program ended ${this.#left} bytes before its Content-Length.`)
    if (code !== 0) this.#log(`it ended with status ${code} after its answer`)
  }
}
