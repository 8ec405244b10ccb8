import { UnreadablePostError } from '../../exceptions.ts'
import { DRAIN_LIMIT } from '../http/linger.ts'
import type { Refusal } from '../http/refusal.ts'
import { type InputSource, LimitedInput } from '../input.ts'
import type { Output, ResponseHeaders } from '../types.ts'
import { type AnswerEnd, encodeAnswerEnd, encodeStream, encodeWhole, fitsOneRecord, formatHead } from './answer.ts'
import { type Block, pieceOf } from './block.ts'
import { encodeRecord, STDERR, STDOUT } from './records.ts'
import type { Wire } from './wire.ts'

/** Bytes of one request's `wsgi.errors` that also go to the web server; the server's own log gets all. */
const MAX_ERRORS = 16_384

const EMPTY = new Uint8Array(0)

/** What an exchange tells its connection. */
export interface ExchangeOwner {
  /** Where `wsgi.errors` goes in the end. */
  readonly errors: { write(text: string): unknown }
  /** The answer is complete, and the request with it unless its STDIN is still to end. */
  answered(exchange: FastCGIExchange): void
  /** The answer cannot be completed, and its client has to see that. */
  cutOff(exchange: FastCGIExchange): void
  /** The application is through with the request, answered or not. */
  finished(): void
  /** More comes of the body than can be dropped. */
  flooded(): void
}

/** One request and its answer on a FastCGI connection: the body's source, and where the answer goes. */
export class FastCGIExchange implements Output, InputSource {
  readonly id: number
  /** True where the connection stays open after the answer. */
  readonly keepsConnection: boolean
  /** What has come of the parameters. */
  params: Block | undefined
  /** True once the parameters are complete. */
  started = false
  /** True once the body is complete. */
  stdinEnded = false
  /** When the parameters were first found incomplete, in milliseconds; 0 before. */
  incompleteSince = 0
  readonly errors: { write(text: string): unknown } = { write: (text) => this.#writeErrors(text) }
  readonly #owner: ExchangeOwner
  readonly #wire: Wire
  readonly #controller = new AbortController()
  #input: LimitedInput | undefined
  #length: number | undefined
  #maxBody = 0
  #paused = false
  #status = ''
  #headers: ResponseHeaders = []
  #headSent = false
  #answered = false
  #finished = false
  #gone = false
  #dropped = 0
  #errorsSent = 0
  #errorsClosed = false
  #resolve: (() => void) | undefined
  #reject: ((error: Error) => void) | undefined

  constructor(owner: ExchangeOwner, wire: Wire, id: number, keepsConnection: boolean) {
    this.#owner = owner
    this.#wire = wire
    this.id = id
    this.keepsConnection = keepsConnection
  }

  /** Fires when the client goes before its answer is complete. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** True once the answer is complete, cut off, or wanted no more. */
  get answered(): boolean {
    return this.#answered
  }

  /** True where so much of the body is still to come that the connection had better not be kept. */
  get abandonsBody(): boolean {
    if (this.#length === undefined || this.stdinEnded || this.#input === undefined || this.#input.ended) return false
    return this.#length - this.#input.received > DRAIN_LIMIT
  }

  /** The request's body, of `length` bytes, or of at most `maxSize` where that is `undefined`. */
  openInput(length: number | undefined, maxSize: number): LimitedInput {
    this.#length = length
    this.#maxBody = maxSize
    this.#input = new LimitedInput({ length, source: this })
    return this.#input
  }

  pause(): void {
    this.#paused = true
    this.#wire.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#wire.resume()
  }

  /** Take a piece of the body, or drop it where nobody wants it. */
  takeStdin(bytes: Buffer, start: number, end: number): void {
    const length = end - start
    if (this.#input === undefined || this.#input.ended || this.#answered) {
      this.#dropped += length
      if (this.#dropped > DRAIN_LIMIT) return this.#owner.flooded()
    }
    if (this.#input === undefined) return
    this.#input.push(pieceOf(bytes, start, end))
    if (this.#input.received > this.#maxBody) this.#input.fail(bodyTooLarge(this.#maxBody))
    if (this.#input.ended) this.resume()
  }

  /** The body has ended, whether all of it has come or not. */
  endStdin(): void {
    this.stdinEnded = true
    this.#input?.end()
    this.resume()
  }

  writeHead(status: string, headers: ResponseHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#gone || !this.#wire.open) throw clientGone()
    if (this.#answered) return
    if (this.#headSent) return this.#stream(chunk)
    const head = this.#takeHead()
    if (fitsOneRecord(head, chunk) && this.#isWhole(chunk.length)) {
      return this.#complete(encodeWhole(this.id, head, chunk, this.#end()))
    }
    this.#sendHead(head)
    return this.#stream(chunk)
  }

  end(error?: unknown): void {
    if (this.#finished) return
    this.#finished = true
    if (!this.#answered) {
      if (error === undefined) this.#completeNow()
      else {
        this.#answered = true
        this.#owner.cutOff(this)
      }
    }
    this.#owner.finished()
  }

  /** Answer without the application. */
  refuse(refusal: Refusal): void {
    const body = Buffer.from(`${refusal.message}\n`)
    this.writeHead(refusal.statusLine, [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Length', String(body.length)],
    ])
    void this.write(body)
    this.end()
  }

  /** The answer is not wanted any more: whoever waits for the client is told. */
  abort(): void {
    if (this.#answered) return
    this.#answered = true
    this.#gone = true
    this.#input?.fail()
    this.resume()
    this.#reject?.(clientGone())
    this.#controller.abort()
  }

  /** What waited to be sent is on its way. */
  drained(): void {
    this.#resolve?.()
  }

  /** The bytes that end the answer; after an error, such that they say so. */
  endBytes(appStatus: number): Buffer {
    return encodeAnswerEnd(this.id, { ...this.#end(), appStatus })
  }

  /** A record that changes nothing for a web server that still reads, and fails where there is none. */
  probe(): Buffer {
    this.#errorsClosed = true
    return encodeRecord(STDERR, this.id, EMPTY)
  }

  #takeHead(): string {
    this.#headSent = true
    return formatHead(this.#status, this.#headers)
  }

  #isWhole(size: number): boolean {
    const headers = this.#headers
    for (let i = headers.length - 1; i >= 0; i--) {
      const [name, value] = headers[i] as readonly [string, string]
      if (name.length === 14 && name.toLowerCase() === 'content-length') return value === String(size)
    }
    return false
  }

  #stream(chunk: Uint8Array): void | Promise<void> {
    this.#wire.sendSoon(encodeStream(STDOUT, this.id, chunk))
    if (!this.#wire.congested) return
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  #completeNow(): void {
    if (!this.#headSent) {
      const head = this.#takeHead()
      if (fitsOneRecord(head, EMPTY)) return this.#complete(encodeWhole(this.id, head, EMPTY, this.#end()))
      this.#sendHead(head)
    }
    this.#complete(encodeAnswerEnd(this.id, this.#end()))
  }

  #sendHead(head: string): void {
    this.#wire.sendSoon(encodeStream(STDOUT, this.id, Buffer.from(head, 'latin1')))
  }

  #complete(bytes: Buffer): void {
    this.#answered = true
    this.#wire.send(bytes)
    this.#owner.answered(this)
    this.#input?.discard()
  }

  #end(): AnswerEnd | undefined {
    return this.#errorsSent > 0 && !this.#errorsClosed ? { errors: true } : undefined
  }

  #writeErrors(text: string): void {
    this.#owner.errors.write(text)
    if (this.#answered || this.#errorsClosed || this.#errorsSent >= MAX_ERRORS) return
    const bytes = Buffer.from(text).subarray(0, MAX_ERRORS - this.#errorsSent)
    this.#errorsSent += bytes.length
    this.#wire.sendSoon(encodeStream(STDERR, this.id, bytes))
  }
}

function bodyTooLarge(maxSize: number): Error {
  return new UnreadablePostError(`The body of this request is larger than ${maxSize} bytes (maxBodySize).`)
}

function clientGone(): Error {
  return new Error('The client left, or the web server gave up, before the answer was complete.')
}
