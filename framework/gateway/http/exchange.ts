import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { LimitedInput, type InputSource } from '../input.ts'
import type { Output, ResponseHeaders } from '../types.ts'
import { DRAIN_LIMIT, lingeringClose } from './linger.ts'
import type { Refusal } from './refusal.ts'

/** Answers up to this size leave as one string with their head, which is the cheapest write there is. */
const ONE_WRITE = 16_384

/** What an exchange asks of its server and tells it. */
export interface ExchangeOwner {
  /** True once the server takes no more requests, so that connections end with their answers. */
  isClosing(): boolean
  /** Called once, when the answer is complete or cut off. */
  exchangeEnded(exchange: HTTPExchange): void
}

/** One request and its answer on node:http: the body's source, and where the answer goes. */
export class HTTPExchange implements Output, InputSource {
  readonly socket: Socket
  readonly #owner: ExchangeOwner
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #controller = new AbortController()
  readonly #awaitsContinue: boolean
  #input: LimitedInput | undefined
  #length: number | undefined
  #flowing = false
  #status = ''
  #headers: ResponseHeaders = []
  #headSent = false
  #mustClose = false
  #ended = false
  #gone = false
  #drained = 0
  #stopWaiting: ((error: Error) => void) | undefined

  constructor(owner: ExchangeOwner, request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) {
    this.socket = request.socket
    this.#owner = owner
    this.#request = request
    this.#response = response
    this.#awaitsContinue = awaitsContinue
  }

  /** Fires when the client goes before its answer is complete. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** True once bytes of the answer are on their way. */
  get headSent(): boolean {
    return this.#headSent
  }

  /** True while bytes of the request's body are still to come. */
  get receiving(): boolean {
    return this.#input !== undefined && !this.#input.ended
  }

  /** The connection cannot be used after this answer. */
  get closes(): boolean {
    return this.#mustClose
  }

  /** The request's body, of `length` bytes, or up to the last chunk where that is `undefined`. */
  openInput(length: number | undefined): LimitedInput {
    this.#length = length
    this.#input = new LimitedInput({ length, source: this, paused: true })
    return this.#input
  }

  resume(): void {
    if (this.#flowing) {
      this.#request.resume()
      return
    }
    this.#flowing = true
    if (this.#awaitsContinue && !this.#ended) this.#response.writeContinue()
    this.#request.on('data', (chunk: Buffer) => this.#receive(chunk))
    this.#request.on('end', () => this.#input?.end())
  }

  pause(): void {
    this.#request.pause()
  }

  writeHead(status: string, headers: ResponseHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#gone) throw clientGone()
    if (!this.#headSent && this.#sendHead(chunk.length)) return this.#complete(chunk)
    if (this.#ended || this.#response.write(chunk)) return
    return this.#untilDrained()
  }

  end(error?: unknown): void {
    if (this.#ended) return
    if (error !== undefined) return this.#cutOff()
    if (!this.#headSent) this.#sendHead(0)
    this.#complete(undefined)
  }

  /** Answer without the application, and close the connection after it. */
  refuse(refusal: Refusal): void {
    const body = Buffer.from(`${refusal.message}\n`)
    this.writeHead(refusal.statusLine, [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Length', String(body.length)],
    ])
    this.#mustClose = true
    if (this.#request.method === 'HEAD') this.end()
    else void this.write(body)
  }

  /** Answer in the place of an application that is at work already, because the rest of the body cannot be had. */
  breakOff(refusal: Refusal): void {
    this.refuse(refusal)
    this.#controller.abort()
  }

  /** End the connection with this answer, wherever the answer is now. */
  closeAfterwards(): void {
    this.#mustClose = true
    if (this.#response.writableFinished) this.socket.destroySoon()
    else if (this.#headSent) this.#response.once('finish', () => this.socket.destroySoon())
  }

  /** The connection is gone: whoever waits for it is told. */
  abort(): void {
    if (this.#ended) return
    this.#gone = true
    this.#input?.fail()
    this.#stopWaiting?.(clientGone())
    this.#controller.abort()
  }

  /** Send the head; tells whether a first chunk of `size` bytes is the whole answer. */
  #sendHead(size: number): boolean {
    this.#headSent = true
    const flat: string[] = []
    let whole = false
    for (const [name, value] of this.#headers) {
      flat.push(name, value)
      if (size > 0 && name.length === 14 && name.toLowerCase() === 'content-length') whole = value === String(size)
    }
    const incomplete = this.#status.startsWith('1')
    if (incomplete || this.#owner.isClosing() || this.#abandonsBody(whole || size === 0)) this.#mustClose = true
    if (this.#mustClose) flat.push('Connection', 'close')
    this.#response.writeHead(Number(this.#status.slice(0, 3)), this.#status.slice(4), flat)
    return whole
  }

  /** True where so much of the body is still to come, unread, that the connection had better not be kept. */
  #abandonsBody(isWhole: boolean): boolean {
    const input = this.#input
    if (input === undefined || input.ended || (input.opened && !isWhole)) return false
    if (this.#awaitsContinue && !input.opened) return true
    return this.#length === undefined || this.#length - input.received > DRAIN_LIMIT
  }

  #complete(chunk: Uint8Array | undefined): void {
    this.#ended = true
    const { socket } = this
    const response = this.#response
    if (this.receiving) socket.destroySoon = () => lingeringClose(socket)
    if (chunk === undefined) response.end()
    else if (chunk.length > ONE_WRITE) response.end(chunk)
    else response.end(latin1(chunk), 'latin1')
    this.#input?.discard()
    this.#owner.exchangeEnded(this)
  }

  /** End the connection so that the client sees a broken answer: nothing else tells it of an error after the head. */
  #cutOff(): void {
    this.#ended = true
    this.#owner.exchangeEnded(this)
    if (this.#gone) return
    const endsWithConnection = this.#request.httpVersionMinor === 0 && this.socket.remoteAddress !== undefined
    if (endsWithConnection) this.socket.resetAndDestroy()
    else this.socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#input?.push(chunk)
    if (!this.#ended) return
    this.#drained += chunk.length
    if (this.#drained > DRAIN_LIMIT) this.socket.destroy()
  }

  #untilDrained(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = reject
      this.#response.once('drain', resolve)
    })
  }
}

function clientGone(): Error {
  return new Error('The client closed the connection before its answer was complete.')
}

function latin1(chunk: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = chunk
  return (chunk instanceof Buffer ? chunk : Buffer.from(buffer, byteOffset, byteLength)).toString('latin1')
}
