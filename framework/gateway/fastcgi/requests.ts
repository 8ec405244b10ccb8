import { BadRequest } from '../../exceptions.ts'
import { schemeOf, setGatewayKeys } from '../environ.ts'
import { Refusal } from '../http/refusal.ts'
import { run } from '../run.ts'
import type { Environ } from '../types.ts'
import { addTo, Block } from './block.ts'
import { requestEnviron } from './environ.ts'
import { type ExchangeOwner, FastCGIExchange } from './exchange.ts'
import { Exchanges } from './exchanges.ts'
import { inputOf } from './input.ts'
import { answerManagement } from './management.ts'
import {
  ABORT_REQUEST,
  BEGIN_LENGTH,
  BEGIN_REQUEST,
  encodeEnd,
  FastCGIError,
  GET_VALUES,
  KEEP_CONN,
  OVERLOADED,
  PARAMS,
  type RecordHandler,
  REQUEST_COMPLETE,
  RESPONDER,
  STDIN,
  UNKNOWN_ROLE,
} from './records.ts'
import type { Site } from './site.ts'
import type { Wire } from './wire.ts'

/** What the requests of a connection tell it. */
export interface RequestsOwner {
  /** The web server, or an unread body, wants the connection closed after the last answer. */
  endAfterAnswers(): void
  /** One request less is going on. */
  settled(): void
  /** An answer broke off, and only a broken connection can show it. */
  breakOff(): void
  /** More comes of a body that nobody reads than can be dropped. */
  flooded(): void
}

/** The requests of one connection, by their ids: records come in, and applications are called. */
export class FastCGIRequests implements RecordHandler, ExchangeOwner {
  readonly #site: Site
  readonly #owner: RequestsOwner
  readonly #wire: Wire
  /** The ids that are taken: requests without an answer, or without the end of their STDIN. */
  readonly #exchanges = new Exchanges()
  /** How many applications are at work, whether their answers are still wanted or not. */
  #running = 0
  #used = false
  /** The record that is being read: its type, id and length; then its request, or its content. */
  #type = 0
  #id = 0
  #length = 0
  #exchange: FastCGIExchange | undefined
  #block: Block | undefined

  constructor(site: Site, owner: RequestsOwner, wire: Wire) {
    this.#site = site
    this.#owner = owner
    this.#wire = wire
  }

  get errors(): { write(text: string): unknown } {
    return this.#site.errors
  }

  /** True once a request has begun. */
  get used(): boolean {
    return this.#used
  }

  /** True while an application is at work. */
  get busy(): boolean {
    return this.#running > 0
  }

  /** True where nothing is going on, and no request has begun that could still become complete. */
  get idle(): boolean {
    return this.#running === 0 && this.#unanswered() === undefined
  }

  beginRecord(type: number, id: number, length: number): boolean {
    if ((id === 0 || type === BEGIN_REQUEST) && this.#wire.congested) return false
    const exchange = id === 0 ? undefined : this.#exchanges.get(id)
    if (type === BEGIN_REQUEST && id !== 0) assertBegin(id, length, exchange)
    else if (exchange !== undefined) assertOrder(type, exchange)
    this.#type = type
    this.#id = id
    this.#length = length
    this.#exchange = exchange
    this.#block = undefined
    return true
  }

  takeContent(bytes: Buffer, start: number, end: number): void {
    const exchange = this.#exchange
    if (this.#id === 0 ? this.#type === GET_VALUES : this.#type === BEGIN_REQUEST) {
      const whole = end - start === this.#length
      this.#block = whole ? new Block(bytes, start, end) : addTo(this.#block, bytes, start, end)
    } else if (exchange === undefined) return
    else if (this.#type === STDIN) exchange.takeStdin(bytes, start, end)
    else if (this.#type === PARAMS && !exchange.answered) this.#takeParams(exchange, bytes, start, end)
  }

  endRecord(): void {
    const exchange = this.#exchange
    if (this.#id === 0) this.#wire.sendSoon([answerManagement(this.#type, this.#block, this.#site.limits)])
    else if (this.#type === BEGIN_REQUEST) this.#begin(this.#id, this.#block as Block)
    else if (exchange === undefined) return
    else if (this.#type === ABORT_REQUEST) this.#abort(exchange)
    else if (this.#length === 0 && this.#type === PARAMS) this.#start(exchange)
    else if (this.#length === 0 && this.#type === STDIN) this.#endStdin(exchange)
  }

  answered(exchange: FastCGIExchange): void {
    if (!exchange.keepsConnection || exchange.abandonsBody) this.#owner.endAfterAnswers()
    if (exchange.stdinEnded) this.#exchanges.delete(exchange.id)
  }

  cutOff(exchange: FastCGIExchange): void {
    if (this.#unanswered() === undefined) return this.#owner.breakOff()
    this.#wire.send(exchange.endBytes(1))
    this.answered(exchange)
  }

  finished(): void {
    this.#running--
    this.#owner.settled()
  }

  flooded(): void {
    this.#owner.flooded()
  }

  /** What waited to be sent is on its way. */
  drained(): void {
    for (const exchange of this.#exchanges) exchange.drained()
  }

  /** True where the parameters of a request have been incomplete for `recordTimeout`; a `now` of 0 begins anew. */
  isLate(now: number): boolean {
    for (const exchange of this.#exchanges) {
      if (exchange.started) continue
      if (now === 0 || exchange.incompleteSince === 0) exchange.incompleteSince = now
      else if (now - exchange.incompleteSince >= this.#site.limits.recordTimeout) return true
    }
    return false
  }

  /** No more records come: requests without all their parameters are none, bodies are as long as they are. */
  endRecords(): void {
    for (const exchange of this.#exchanges) {
      if (!exchange.started) this.#exchanges.delete(exchange.id)
      else if (!exchange.stdinEnded) this.#endStdin(exchange)
    }
  }

  /** Send something that changes nothing, but fails where nobody reads; no answer is due where nothing is sent. */
  probe(): void {
    const exchange = this.#unanswered()
    if (exchange !== undefined && !this.#wire.congested) this.#wire.send(exchange.probe())
  }

  /** The connection is gone: every application learns that its answer is not wanted any more. */
  abortAll(): void {
    for (const exchange of this.#exchanges.takeAll()) exchange.abort()
  }

  #begin(id: number, { bytes, start }: Block): void {
    this.#used = true
    const role = ((bytes[start] as number) << 8) | (bytes[start + 1] as number)
    const keepsConnection = ((bytes[start + 2] as number) & KEEP_CONN) !== 0
    const { maxRequests } = this.#site.limits
    const full = this.#exchanges.size >= maxRequests || this.#running >= maxRequests
    if (role === RESPONDER && !full) {
      this.#exchanges.add(new FastCGIExchange(this, this.#wire, id, keepsConnection))
    } else this.#endRequest(id, 0, role === RESPONDER ? OVERLOADED : UNKNOWN_ROLE, keepsConnection)
  }

  #takeParams(exchange: FastCGIExchange, bytes: Buffer, start: number, end: number): void {
    exchange.params = addTo(exchange.params, bytes, start, end)
    const { maxParamsSize } = this.#site.limits
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
    let environ: Environ
    try {
      environ = this.#environOf(exchange, params)
    } catch (error) {
      return exchange.refuse(refusalFor(error))
    }
    void run(this.#site.application, environ, exchange)
  }

  #environOf(exchange: FastCGIExchange, params: Block | undefined): Environ {
    const site = this.#site
    const { environ, pathWasScriptName } = requestEnviron(params, site.limits.maxParams)
    if (pathWasScriptName) site.warnOfScriptName()
    setGatewayKeys(environ, {
      gateway: 'fastcgi',
      scheme: schemeOf(environ),
      input: inputOf(exchange, environ, site.limits.maxBodySize),
      errors: exchange.errors,
      signal: exchange.signal,
      multiprocess: site.multiprocess,
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
    if (!keepsConnection) this.#owner.endAfterAnswers()
    this.#owner.settled()
  }

  #unanswered(): FastCGIExchange | undefined {
    for (const exchange of this.#exchanges) if (!exchange.answered) return exchange
    return undefined
  }
}

function assertBegin(id: number, length: number, before: FastCGIExchange | undefined): void {
  if (length !== BEGIN_LENGTH) {
    throw new FastCGIError(`A BEGIN_REQUEST came with ${length} bytes in place of ${BEGIN_LENGTH}.`)
  }
  if (before !== undefined) throw new FastCGIError(`A second BEGIN_REQUEST came for ${id}, which has not ended.`)
}

function assertOrder(type: number, exchange: FastCGIExchange): void {
  if (type === PARAMS && exchange.started) throw new FastCGIError('PARAMS came after their end.')
  if (type === STDIN && !exchange.started) throw new FastCGIError('STDIN came before the end of PARAMS.')
}

/** The answer to parameters that make no request. */
function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof BadRequest || error instanceof FastCGIError) return new Refusal(400, error.message)
  throw error
}
