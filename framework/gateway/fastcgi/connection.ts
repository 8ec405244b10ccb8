import type { Socket } from 'node:net'
import { BadRequest } from '../../exceptions.ts'
import { parseContentLength, schemeOf, setGatewayKeys } from '../environ.ts'
import { lingeringClose } from '../http/linger.ts'
import { Refusal } from '../http/refusal.ts'
import { emptyInput } from '../input.ts'
import { run } from '../run.ts'
import type { Application, Environ } from '../types.ts'
import { Block } from './block.ts'
import { requestEnviron } from './environ.ts'
import { type ExchangeOwner, FastCGIExchange } from './exchange.ts'
import { answerManagement } from './management.ts'
import {
  ABORT_REQUEST,
  BEGIN_REQUEST,
  encodeEnd,
  FastCGIError,
  GET_VALUES,
  KEEP_CONN,
  OVERLOADED,
  PARAMS,
  type RecordHandler,
  RecordReader,
  REQUEST_COMPLETE,
  RESPONDER,
  STDIN,
  UNKNOWN_ROLE,
} from './records.ts'
import { Wire } from './wire.ts'

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

/** Pieces that are this much smaller than what was read with them are copied, so that the rest can go. */
const SMALL_PIECE = 8

/** One connection of a web server: its records become requests, and their answers records. */
export class FastCGIConnection implements RecordHandler, ExchangeOwner {
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #wire: Wire
  readonly #reader = new RecordReader(this)
  /** The ids that are taken: requests without an answer, or without the end of their STDIN. */
  readonly #exchanges = new Map<number, FastCGIExchange>()
  /** How many applications are at work, whether their answers are still wanted or not. */
  #running = 0
  /** Bytes that wait until what was sent has gone, because a record in them asks for an answer. */
  #rest: Buffer | undefined
  /** True once a request has begun. */
  #used = false
  /** True once the connection ends with the last answer. */
  #closing = false
  /** True once the web server has sent its last byte. */
  #halfClosed = false
  #recordSince = 0
  #probe: NodeJS.Timeout | undefined
  /** The record that is being read: its type, its id and whether it is empty; then its request, or its content. */
  #type = 0
  #requestId = 0
  #empty = true
  #exchange: FastCGIExchange | undefined
  #block: Block | undefined

  constructor(owner: ConnectionOwner, socket: Socket) {
    this.#owner = owner
    this.#socket = socket
    this.#wire = new Wire(socket)
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('drain', () => this.#drained())
    socket.on('end', () => this.#halfClose())
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

  /** Close at once if nothing is going on and something was, else after the last answer. */
  close(): void {
    this.#closing = true
    if (this.#used) this.#closeIfIdle()
  }

  /** Close at once, whatever is going on. */
  destroy(): void {
    this.#reader.stop()
    this.#socket.destroy()
  }

  /** Close if a record or a request's parameters have been incomplete for too long; called now and then. */
  sweep(now: number): void {
    const reading = !this.#wire.paused && this.#rest === undefined
    if (!this.#isLate(reading ? now : 0)) return
    this.#fail(
      `a record or the parameters of a request were incomplete for ${this.#owner.limits.recordTimeout} ms ` +
        '(recordTimeout).',
    )
  }

  beginRecord(type: number, requestId: number, length: number): boolean {
    if ((requestId === 0 || type === BEGIN_REQUEST) && this.#wire.congested) return false
    const exchange = requestId === 0 ? undefined : this.#exchanges.get(requestId)
    if (type === BEGIN_REQUEST && requestId !== 0) assertBegin(requestId, length, exchange)
    else if (exchange !== undefined) assertOrder(type, exchange)
    this.#type = type
    this.#requestId = requestId
    this.#empty = length === 0
    this.#exchange = exchange
    this.#block = undefined
    return true
  }

  takeContent(bytes: Buffer, start: number, end: number): void {
    const exchange = this.#exchange
    if (this.#requestId === 0 ? this.#type === GET_VALUES : this.#type === BEGIN_REQUEST) {
      this.#block = addTo(this.#block, bytes, start, end)
    } else if (exchange === undefined) return
    else if (this.#type === STDIN) exchange.takeStdin(bytes, start, end)
    else if (this.#type === PARAMS && !exchange.answered) this.#takeParams(exchange, bytes, start, end)
  }

  endRecord(): void {
    this.#recordSince = 0
    const exchange = this.#exchange
    if (this.#requestId === 0) {
      this.#wire.sendSoon([answerManagement(this.#type, this.#block, this.#owner.limits)])
    } else if (this.#type === BEGIN_REQUEST) this.#begin(this.#requestId, this.#block as Block)
    else if (exchange === undefined) return
    else if (this.#type === ABORT_REQUEST) this.#abort(exchange)
    else if (this.#empty && this.#type === PARAMS) this.#start(exchange)
    else if (this.#empty && this.#type === STDIN) this.#endStdin(exchange)
  }

  answered(exchange: FastCGIExchange): void {
    if (!exchange.keepsConnection || this.#owner.closing || exchange.abandonsBody) this.#closing = true
    if (exchange.stdinEnded) this.#exchanges.delete(exchange.id)
  }

  cutOff(exchange: FastCGIExchange): void {
    if (this.#waits(exchange)) {
      this.#wire.send(exchange.endBytes(1))
      this.answered(exchange)
    } else this.destroy()
  }

  finished(): void {
    this.#running--
    this.#closeIfIdle()
  }

  flooded(): void {
    this.#owner.warn('A FastCGI connection was closed: too much came of a body that nobody reads.')
    this.#shut()
  }

  #read(bytes: Buffer): void {
    let position = 0
    try {
      position = this.#reader.push(bytes)
    } catch (error) {
      if (!(error instanceof FastCGIError)) throw error
      this.#fail(error.message)
    }
    if (!this.#reader.putOff || this.#reader.stopped) return
    this.#rest = bytes.subarray(position)
    this.#wire.pause()
  }

  #drained(): void {
    for (const exchange of this.#exchanges.values()) exchange.drained()
    const rest = this.#rest
    if (rest === undefined) return
    this.#rest = undefined
    this.#wire.resume()
    this.#read(rest)
    if (this.#halfClosed) this.#halfClose()
  }

  #begin(id: number, { bytes, start }: Block): void {
    this.#used = true
    const role = ((bytes[start] as number) << 8) | (bytes[start + 1] as number)
    const keepsConnection = ((bytes[start + 2] as number) & KEEP_CONN) !== 0
    const { maxRequests } = this.#owner.limits
    const isFull = this.#exchanges.size >= maxRequests || this.#running >= maxRequests
    if (role === RESPONDER && !isFull) {
      this.#exchanges.set(id, new FastCGIExchange(this, this.#wire, id, keepsConnection))
    } else this.#endRequest(id, 0, role === RESPONDER ? OVERLOADED : UNKNOWN_ROLE, keepsConnection)
  }

  #takeParams(exchange: FastCGIExchange, bytes: Buffer, start: number, end: number): void {
    exchange.params = addTo(exchange.params, bytes, start, end)
    const { maxParamsSize } = this.#owner.limits
    if (exchange.params.length <= maxParamsSize) return
    exchange.params = undefined
    this.#running++
    exchange.refuse(new Refusal(431, `The request has parameters of more than ${maxParamsSize} bytes. Send less.`))
  }

  /** The parameters are complete: the application's turn. */
  #start(exchange: FastCGIExchange): void {
    exchange.started = true
    const { params } = exchange
    exchange.params = undefined
    if (exchange.answered) return
    this.#running++
    try {
      void run(this.#owner.application, this.#environOf(exchange, params), exchange)
    } catch (error) {
      exchange.refuse(refusalFor(error))
    }
  }

  #environOf(exchange: FastCGIExchange, params: Block | undefined): Environ {
    const { limits } = this.#owner
    const { environ, pathWasScriptName } = requestEnviron(params, limits.maxParams)
    if (pathWasScriptName) this.#owner.warnOfScriptName()
    const length = parseContentLength(environ.CONTENT_LENGTH)
    const input = length > 0 ? exchange.openInput(length) : emptyInput
    if (length > limits.maxBodySize) {
      throw new Refusal(413, `The body of this request is larger than ${limits.maxBodySize} bytes. Send less.`)
    }
    setGatewayKeys(environ, {
      gateway: 'fastcgi',
      scheme: schemeOf(environ),
      input,
      errors: exchange.errors,
      signal: exchange.signal,
      multiprocess: this.#owner.multiprocess,
    })
    return environ
  }

  #endStdin(exchange: FastCGIExchange): void {
    exchange.endStdin()
    if (exchange.answered) this.#exchanges.delete(exchange.id)
  }

  #abort(exchange: FastCGIExchange): void {
    this.#exchanges.delete(exchange.id)
    if (exchange.answered) return
    exchange.abort()
    this.#endRequest(exchange.id, 1, REQUEST_COMPLETE, exchange.keepsConnection)
  }

  /** End a request that gets no answer. */
  #endRequest(id: number, appStatus: number, protocolStatus: number, keepsConnection: boolean): void {
    this.#wire.sendSoon([encodeEnd(id, appStatus, protocolStatus)])
    if (!keepsConnection) this.#closing = true
    this.#closeIfIdle()
  }

  /** True where a request other than `exchange` has no answer yet. */
  #waits(exchange?: FastCGIExchange): boolean {
    for (const other of this.#exchanges.values()) if (other !== exchange && !other.answered) return true
    return false
  }

  #isLate(now: number): boolean {
    const { recordTimeout } = this.#owner.limits
    if (this.#reader.withinRecord) {
      if (now === 0 || this.#recordSince === 0) this.#recordSince = now
      else if (now - this.#recordSince >= recordTimeout) return true
    }
    for (const exchange of this.#exchanges.values()) {
      if (exchange.started) continue
      if (now === 0 || exchange.incompleteSince === 0) exchange.incompleteSince = now
      else if (now - exchange.incompleteSince >= recordTimeout) return true
    }
    return false
  }

  /** The web server sends no more: what is incomplete stays so, and the answers are still sent if it reads them. */
  #halfClose(): void {
    this.#halfClosed = true
    if (this.#rest !== undefined || this.#reader.stopped) return
    this.#closing = true
    for (const [id, exchange] of this.#exchanges) {
      if (!exchange.started) this.#exchanges.delete(id)
      else if (!exchange.stdinEnded) this.#endStdin(exchange)
    }
    this.#closeIfIdle()
    if (!this.#reader.stopped) this.#probeIn(FIRST_PROBE)
  }

  /** Find out whether a web server that sends no more still reads: where it does not, writing fails. */
  #probeIn(delay: number): void {
    this.#probe = setTimeout(() => {
      for (const exchange of this.#exchanges.values()) {
        if (exchange.answered || this.#wire.congested) continue
        this.#wire.send(exchange.probe())
        break
      }
      this.#probeIn(NEXT_PROBE)
    }, delay)
  }

  #closeIfIdle(): void {
    if (this.#closing && this.#running === 0 && !this.#waits()) this.#shut()
  }

  /** Send what is to be sent, read no more, and close. */
  #shut(): void {
    if (this.#reader.stopped) return
    this.#reader.stop()
    this.#rest = undefined
    clearTimeout(this.#probe)
    lingeringClose(this.#socket)
  }

  #fail(reason: string): void {
    this.#owner.warn(`A FastCGI connection was closed: ${reason}`)
    this.destroy()
  }

  #closed(): void {
    this.#reader.stop()
    this.#rest = undefined
    clearTimeout(this.#probe)
    const exchanges = [...this.#exchanges.values()]
    this.#exchanges.clear()
    for (const exchange of exchanges) exchange.abort()
  }
}

function assertBegin(id: number, length: number, before: FastCGIExchange | undefined): void {
  if (length !== BEGIN_LENGTH) throw new FastCGIError(`A BEGIN_REQUEST came with ${length} bytes in place of 8.`)
  if (before !== undefined) throw new FastCGIError(`A second BEGIN_REQUEST came for ${id}, which has not ended.`)
}

function assertOrder(type: number, exchange: FastCGIExchange): void {
  if (type === PARAMS && exchange.started) throw new FastCGIError('PARAMS came after their end.')
  if (type === STDIN && !exchange.started) throw new FastCGIError('STDIN came before the end of PARAMS.')
}

/** `block` with the piece of `bytes` added; a first piece that is small is copied, so that the rest can go. */
function addTo(block: Block | undefined, bytes: Buffer, start: number, end: number): Block {
  if (block !== undefined) {
    block.append(bytes, start, end)
    return block
  }
  const length = end - start
  if (length * SMALL_PIECE >= bytes.length) return new Block(bytes, start, end)
  return new Block(Buffer.from(bytes.subarray(start, end)), 0, length)
}

/** The answer to parameters that make no request. */
function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof BadRequest || error instanceof FastCGIError) return new Refusal(400, error.message)
  throw error
}
