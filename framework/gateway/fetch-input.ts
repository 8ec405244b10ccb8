import { UnreadablePostError } from '../exceptions.ts'
import { parseContentLength } from './environ.ts'
import { type InputSource, LimitedInput } from './input.ts'

/** The body of a `Request` as an application reads it: at its own pace, and up to the length that the request gives. */
export class FetchInput implements InputSource {
  readonly body: LimitedInput
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #flowing = false
  #reading = false

  constructor(stream: ReadableStream<Uint8Array>, contentLength: string | undefined) {
    this.#reader = stream.getReader()
    const length = contentLength === undefined ? undefined : parseContentLength(contentLength)
    this.body = new LimitedInput({ length, paused: true, source: this })
  }

  pause(): void {
    this.#flowing = false
  }

  resume(): void {
    this.#flowing = true
    if (!this.#reading) void this.#read()
  }

  /** Give up what has not been read. */
  close(): void {
    this.#flowing = false
    this.#reader.cancel().catch(() => {})
  }

  async #read(): Promise<void> {
    this.#reading = true
    try {
      while (this.#flowing && !this.body.ended) {
        const { done, value } = await this.#reader.read()
        if (done) this.body.end()
        else this.body.push(value)
      }
    } catch (error) {
      this.body.fail(new UnreadablePostError('The body of this request broke off.', { cause: error }))
    } finally {
      this.#reading = false
    }
  }
}
