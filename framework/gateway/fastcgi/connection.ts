import type { Socket } from 'node:net'
import { BadRequest } from '../../exceptions.ts'
import { newEnviron, parseContentLength, schemeOf, setGatewayKeys } from '../environ.ts'
import { lingeringClose } from '../http/linger.ts'
import { Refusal } from '../http/refusal.ts'
import { emptyInput } from '../input.ts'
import { run } from '../run.ts'
import type { Application, Environ } from '../types.ts'
import { Block } from './block.ts'
import { type ExchangeOwner, FastCGIExchange } from './exchange.ts'
import { readParams, takePathFromScriptName } from './params.ts'
import {
  ABORT_REQUEST,
  BEGIN_REQUEST,
  decodePairs,
  encodeEnd,
  encodePairs,
  encodeRecord,
  FastCGIError,
  GET_VALUES,
  GET_VALUES_RESULT,
  KEEP_CONN,
  OVERLOADED,
  PARAMS,
  type RecordHandler,
  RecordReader,
  REQUEST_COMPLETE,
  RESPONDER,
  STDIN,
  UNKNOWN_ROLE,
  UNKNOWN_TYPE,
} from './records.ts'

/** Bounds of one connection; sizes in bytes, times in milliseconds. */
export interface ConnectionLimits {
  readonly maxParamsSize: number
  readonly maxParams: number
  readonly maxRequests: number
  readonly maxBodySize: number
  readonly recordTimeout: number
  readonly maxConnections: number
}

/** What a connection asks of its server and tells it. */
export interface ConnectionOwner {
  readonly application: Application
  readonly limits: ConnectionLimits
  readonly errors: { write(text: string): unknown }
  readonly multiprocess: boolean
  /** True once the server takes no more requests, so that connections end with their answers. */
  readonly closing: boolean
  /** Tell the operator of something that was done about a connection. */
  warn(message: string): void
  /** A request came whose web server keeps the path in SCRIPT_NAME. */
  warnOfScriptName(): void
}

/** When a web server that has sent its last byte is asked whether it still reads, in milliseconds. */
const FIRST_PROBE = 100
const NEXT_PROBE = 1_000

/** The length of a BEGIN_REQUEST's content. */
const BEGIN_LENGTH = 8

/** One connection of a web server: its records become requests, and their answers records. */
export class FastCGIConnection implements RecordHandler, ExchangeOwner {
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #reader = new RecordReader(this)
  /** The ids that are taken: requests without an answer, or without the end of their STDIN. */
  readonly #exchanges = new Map<number, FastCGIExchange>()
  /** How many applications are at work, whether their answers are still wanted or not. */
  #running = 0
  #rest: Buffer | undefined
  #pauses = 0
  #corked = false
  #closing = false
  #recordSince = 0
  #probe: NodeJS.Timeout | undefined
  #type = 0
  #requestId = 0
  #exchange: FastCGIExchange | undefined
  /** The content of the BEGIN_REQUEST or GET_VALUES that is being read. */
  #block: Block | undefined

  constructor(owner: ConnectionOwner, socket: Socket) {
    this.#owner = owner
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => this.#receive(bytes))
    socket.on('drain', () => this.#drained())
    socket.on('end', () => this.#halfClosed())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#closed())
  }

  get errors(): { write(text: string): unknown } {
    return this.#owner.errors
  }

  /** True while an application is at work for it. */
  get busy(): boolean {
    return this.#running > 0
  }

  get congested(): boolean {
    return this.#socket.writableNeedDrain
  }

  /** Close at once if nothing is going on, else after the last answer. */
  close(): void {
    this.#closing = true
    this.#closeIfIdle()
  }

  /** Close at once, whatever is going on. */
  destroy(): void {
    this.#reader.stop()
    this.#socket.destroy()
  }

  /** Close if a record or a request's parameters have been incomplete for too long; called now and then. */
  sweep(now: number): void {
    if (this.#pauses > 0 || this.#rest !== undefined) this.#recordSince = 0
    else if (this.#isLate(now)) {
      this.#owner.warn(
        `A FastCGI connection was closed: a record or the parameters of a request were incomplete for ` +
          `${this.#owner.limits.recordTimeout} ms (recordTimeout).`,
      )
      this.destroy()
    }
  }

  beginRecord(type: number, requestId: number, length: number): boolean {
    if ((requestId === 0 || type === BEGIN_REQUEST) && this.congested) return false
    this.#type = type
    this.#requestId = requestId
    this.#block = undefined
    const exchange = requestId === 0 ? undefined : this.#exchanges.get(requestId)
    this.#exchange = exchange
    if (type === BEGIN_REQUEST && requestId !== 0) this.#checkBegin(length)
    else if (exchange !== undefined) this.#checkOrder(type, exchange)
    return true
  }

  takeContent(bytes: Buffer, start: number, end: number): void {
    const exchange = this.#exchange
    if (this.#requestId === 0 ? this.#type === GET_VALUES : this.#type === BEGIN_REQUEST) {
      if (this.#block === undefined) this.#block = new Block(bytes, start, end)
      else this.#block.append(bytes, start, end)
    } else if (exchange === undefined) return
    else if (this.#type === STDIN) exchange.takeStdin(bytes, start, end)
    else if (this.#type === PARAMS) this.#takeParams(exchange, bytes, start, end)
  }

  endRecord(): void {
    this.#recordSince = 0
    const exchange = this.#exchange
    if (this.#requestId === 0) this.#answerManagement()
    else if (this.#type === BEGIN_REQUEST) this.#begin()
    else if (exchange === undefined) return
    else if (this.#type === ABORT_REQUEST) this.#abort(exchange)
    else if (this.#empty && this.#type === PARAMS) this.#start(exchange)
    else if (this.#empty && this.#type === STDIN) this.#endStdin(exchange)
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes)
  }

  sendSoon(pieces: readonly Uint8Array[]): void {
    const socket = this.#socket
    if (!socket.writable) return
    if (!this.#corked) {
      this.#corked = true
      socket.cork()
      process.nextTick(() => {
        this.#corked = false
        socket.uncork()
      })
    }
    for (const piece of pieces) socket.write(piece)
  }

  pauseReading(): void {
    if (this.#pauses++ === 0) this.#socket.pause()
  }

  resumeReading(): void {
    if (--this.#pauses === 0 && this.#rest === undefined) this.#socket.resume()
  }

  answered(exchange: FastCGIExchange): void {
    if (!exchange.keepsConnection || this.#owner.closing || exchange.abandonsBody) this.#closing = true
    if (exchange.stdinEnded) this.#exchanges.delete(exchange.id)
  }

  cutOff(exchange: FastCGIExchange): void {
    if (this.#running > 1) {
      this.send(exchange.endBytes(1))
      this.answered(exchange)
    } else this.#socket.destroy()
  }

  finished(): void {
    this.#running--
    this.#closeIfIdle()
  }

  flooded(): void {
    this.#owner.warn('A FastCGI connection was closed: too much came of a body that nobody reads.')
    this.#shut()
  }
}
