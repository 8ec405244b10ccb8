import type { Application, ResponseBody } from '../../gateway/index.ts'

/** What a browser is told; see `templates/dev-server/live-reload.js`. */
export interface Message {
  /** `state` is the first one of each connection. */
  readonly kind: 'state' | 'reload' | 'styles' | 'images'
  /** What a page must have been made with to be up to date. */
  readonly version: string
  /** The files that changed, by the ends of their URLs. */
  readonly files?: readonly string[] | undefined
  /** Why there is no site. */
  readonly failure?: string | undefined
}

/** Connections at the same time; a browser has one for all its pages. */
const MAX_CONNECTIONS = 100

/** The browsers that listen for changes, by server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export class Browsers {
  readonly #streams = new Set<Stream>()
  #closed = false

  get count(): number {
    return this.#streams.size
  }

  /** The answer to a browser that begins to listen. */
  readonly application = (first: Message): Application => {
    return (environ, startResponse) => {
      if (this.#closed || this.#streams.size >= MAX_CONNECTIONS) {
        startResponse('503 Service Unavailable', [['Retry-After', '1']])
        return []
      }
      startResponse('200 OK', [
        ['Content-Type', 'text/event-stream; charset=utf-8'],
        ['Cache-Control', 'no-store'],
        ['X-Accel-Buffering', 'no'],
      ])
      if (environ.REQUEST_METHOD === 'HEAD') return []
      const stream = new Stream(() => this.#streams.delete(stream))
      this.#streams.add(stream)
      stream.send(first)
      environ['nuages.signal'].addEventListener('abort', () => stream.end(), { once: true })
      return stream satisfies ResponseBody
    }
  }

  /** Tell all of them. */
  send(message: Message): void {
    for (const stream of this.#streams) stream.send(message)
  }

  /** End all connections, and take no more. */
  close(): void {
    this.#closed = true
    for (const stream of this.#streams) stream.end()
  }
}

/** One connection: a body that waits for messages. */
class Stream implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #onEnd: () => void
  #text = ''
  #ended = false
  #wake: (() => void) | undefined

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  send(message: Message): void {
    this.#text += `data: ${JSON.stringify(message)}\n\n`
    this.#wake?.()
  }

  end(): void {
    this.#ended = true
    this.#wake?.()
    this.#onEnd()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    while (this.#text === '' && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve))
    if (this.#text === '') return { done: true, value: undefined }
    const value = Buffer.from(this.#text)
    this.#text = ''
    return { done: false, value }
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.end()
    return Promise.resolve({ done: true, value: undefined })
  }
}
