import type { Output, ResponseHeaders } from './types.ts'

/** Bytes that wait for whoever reads the answer, before its application has to. */
const HIGH_WATER_MARK = 65_536

/** Makes a `Response` of an answer: of one chunk as a whole, of more as a stream. */
export class FetchOutput implements Output {
  readonly response: Promise<Response>
  readonly #gone: AbortController
  readonly #close: () => void
  #resolve!: (response: Response) => void
  #reject!: (error: unknown) => void
  #status = ''
  #headers: ResponseHeaders = []
  #first: Uint8Array | undefined
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined
  #waiter: { resolve(): void; reject(error: unknown): void } | undefined
  #over = false

  /** `gone` is fired when the reader cancels the answer; `close` is called when it is over, however it ends. */
  constructor(gone: AbortController, close: () => void) {
    this.#gone = gone
    this.#close = close
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  writeHead(status: string, headers: ResponseHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#over) throw new Error('Whoever read the answer has gone.')
    if (this.#stream === undefined && this.#first === undefined) {
      this.#first = chunk
      // An answer of one chunk has ended by then.
      queueMicrotask(() => this.#open())
      return
    }
    this.#open()
    const stream = this.#stream as unknown as ReadableStreamDefaultController<Uint8Array>
    stream.enqueue(chunk)
    if ((stream.desiredSize ?? 0) > 0) return
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
    })
  }

  end(error?: unknown): void {
    if (this.#over) return
    this.#over = true
    if (this.#stream !== undefined) {
      if (error === undefined) this.#stream.close()
      else this.#stream.error(error)
    } else if (error === undefined) this.#answer(this.#first ?? null)
    else this.#reject(error)
    this.#close()
  }

  /** The request has been aborted: nobody waits for the answer any more. */
  abort(reason: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#reject(reason)
    this.#stream?.error(reason)
    this.#waiter?.reject(reason)
    this.#close()
  }

  #open(): void {
    if (this.#stream !== undefined || this.#over) return
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#stream = controller
          controller.enqueue(this.#first as Uint8Array)
        },
        pull: () => this.#waiter?.resolve(),
        cancel: (reason) => {
          this.#gone.abort(reason)
          this.abort(reason)
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_MARK }),
    )
    this.#answer(body)
  }

  /** Throws nothing: a status that the platform's `Response` does not have rejects. */
  #answer(body: Uint8Array | ReadableStream<Uint8Array> | null): void {
    try {
      const headers = new Headers()
      for (const [name, value] of this.#headers) headers.append(name, value)
      const status = Number(this.#status.slice(0, 3))
      this.#resolve(new Response(body, { status, statusText: this.#status.slice(4), headers }))
    } catch (error) {
      this.#reject(error)
    }
  }
}
