import {
  createServer as createNodeServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { BadRequest } from '../exceptions.ts'
import { version } from '../utils/index.ts'
import { drain } from './drain.ts'
import { parseContentLength, setGatewayKeys } from './environ.ts'
import { type ConnectionKeys, isChunked, requestEnviron } from './http/environ.ts'
import { type ExchangeOwner, HTTPExchange } from './http/exchange.ts'
import { lingeringClose } from './http/linger.ts'
import { type ParseError, parseRefusal } from './http/parse-error.ts'
import { Refusal, refusalBytes } from './http/refusal.ts'
import { createTLSServer, type TLSOptions } from './http/tls.ts'
import { emptyInput } from './input.ts'
import { type CloseOptions, type GatewayServer, type ListenAddress, type ListenTarget, listen } from './listen.ts'
import { run } from './run.ts'
import type { Application, Environ } from './types.ts'

/** Bounds and surroundings of an HTTP server; times in milliseconds, sizes in bytes. */
export interface HTTPServerOptions {
  /** Time for a request's head to arrive, else 408; 20,000 by default. */
  readonly headersTimeout?: number | undefined
  /** Time for a whole request to arrive, body included, else 408; 300,000 by default, and 0 is none. */
  readonly requestTimeout?: number | undefined
  /** How long an idle connection is kept; 65,000 by default, more than the 60 s after which nginx closes its own. */
  readonly keepAliveTimeout?: number | undefined
  /** Requests after which a connection is closed; 0, the default, is no bound. */
  readonly maxRequestsPerSocket?: number | undefined
  /** Size of a request's head, else 431; 16,384 by default. */
  readonly maxHeaderSize?: number | undefined
  /** Number of a request's headers, else 431; 100 by default. */
  readonly maxHeaders?: number | undefined
  /** What applications find as `wsgi.errors`; standard error by default. */
  readonly errors?: { write(text: string): unknown } | undefined
  /** The certificate and its key, in PEM, with which the server speaks HTTPS. */
  readonly tls?: TLSOptions | undefined
  /** True where other processes serve the same site (`wsgi.multiprocess`). */
  readonly multiprocess?: boolean | undefined
}

/**
 * A server that runs an application behind node:http.
 *
 * @example
 * const server = createServer(application)
 * await server.listen({ port: 8000 })
 */
export function createServer(application: Application, options: HTTPServerOptions = {}): HTTPServer {
  return new HTTPServer(application, options)
}

/** Marks a socket with what the server knows of its connection. */
const CONNECTION = Symbol('nuages.connection')

interface Connection extends ConnectionKeys {
  /** The requests that have no complete answer yet; several where a client does not wait (pipelining). */
  readonly exchanges: Set<HTTPExchange>
  /** The one that came last, whether it has its answer or not. */
  last: HTTPExchange | undefined
  /** How many requests have come. */
  requests: number
  /** True once the last request that this connection may bring has come. */
  finished: boolean
}

type ConnectionSocket = Socket & { [CONNECTION]?: Connection }

/** An HTTP/1.1 server for one application; see `createServer`. */
export class HTTPServer implements GatewayServer {
  readonly #application: Application
  readonly #errors: { write(text: string): unknown }
  readonly #multiprocess: boolean
  readonly #maxHeaders: number
  readonly #maxRequests: number
  readonly #server: Server
  readonly #scheme: 'http' | 'https'
  readonly #software = `nuages/${version()}`
  readonly #sockets = new Set<ConnectionSocket>()
  readonly #owner: ExchangeOwner
  #address: ListenAddress | undefined
  #closing = false

  constructor(application: Application, options: HTTPServerOptions = {}) {
    this.#application = application
    this.#errors = options.errors ?? process.stderr
    this.#multiprocess = options.multiprocess ?? false
    this.#maxHeaders = options.maxHeaders ?? 100
    this.#maxRequests = options.maxRequestsPerSocket || Number.POSITIVE_INFINITY
    this.#owner = { isClosing: () => this.#closing, exchangeEnded: (exchange) => this.#exchangeEnded(exchange) }
    const { tls } = options
    this.#scheme = tls === undefined ? 'http' : 'https'
    this.#server =
      tls === undefined ? createNodeServer(nodeOptions(options)) : createTLSServer(nodeOptions(options), tls)
    this.#server.maxHeadersCount = this.#maxHeaders + 1
    this.#server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => this.#connect(socket))
    this.#server.on('request', (request, response) => this.#serve(request, response, false))
    this.#server.on('checkContinue', (request, response) => this.#serve(request, response, true))
    this.#server.on('checkExpectation', (request, response) => this.#refuseExpectation(request, response))
    this.#server.on('connect', (_request, socket) =>
      answerRaw(socket as Socket, new Refusal(501, 'This server does not implement CONNECT.')),
    )
    this.#server.on('clientError', (error, socket) => this.#refuseBytes(error, socket as ConnectionSocket))
  }

  /** Where it listens; `undefined` before it does. */
  get address(): ListenAddress | undefined {
    return this.#address
  }

  /** Begin to listen; gives where. */
  async listen(target: ListenTarget): Promise<ListenAddress> {
    this.#address = await listen(this.#server, target)
    this.#closing = false
    return this.#address
  }

  /** Take no more connections, and let requests finish. */
  async close(options: CloseOptions = {}): Promise<void> {
    if (this.#address === undefined) return
    this.#address = undefined
    this.#closing = true
    await drain(this.#server, options, {
      silent: () => this.#closeSilent(),
      all: () => this.#server.closeAllConnections(),
    })
  }

  #exchangeEnded(exchange: HTTPExchange): void {
    const connection = (exchange.socket as ConnectionSocket)[CONNECTION]
    if (connection !== undefined) {
      connection.exchanges.delete(exchange)
      if (exchange.closes) connection.finished = true
    }
    if (this.#closing) setImmediate(() => this.#server.closeIdleConnections())
  }

  /** Close the connections on which no request is complete and no answer is on its way. */
  #closeSilent(): void {
    for (const socket of this.#sockets) {
      if (socket[CONNECTION]?.exchanges.size === 0 && socket.writableLength === 0) socket.destroy()
    }
  }

  #connect(socket: ConnectionSocket): void {
    this.#sockets.add(socket)
    const exchanges = new Set<HTTPExchange>()
    const { localPort } = socket
    socket[CONNECTION] = {
      exchanges,
      last: undefined,
      requests: 0,
      finished: false,
      serverSoftware: this.#software,
      serverName: plainAddress(socket.localAddress) ?? 'localhost',
      serverPort: localPort === undefined ? '80' : String(localPort),
      remoteAddress: plainAddress(socket.remoteAddress) ?? '',
    }
    socket.once('close', () => {
      this.#sockets.delete(socket)
      for (const exchange of exchanges) exchange.abort()
    })
  }

  #serve(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const connection = (request.socket as ConnectionSocket)[CONNECTION] as Connection
    if (connection.finished) return
    const exchange = new HTTPExchange(this.#owner, request, response, awaitsContinue)
    connection.exchanges.add(exchange)
    connection.last = exchange
    // Behind an offer of another protocol node:http drops what it has read already.
    if (++connection.requests >= this.#maxRequests || request.headers.upgrade !== undefined) {
      connection.finished = true
      exchange.closeAfterwards()
    }
    let environ: Environ
    try {
      environ = requestEnviron(request, this.#maxHeaders, connection)
    } catch (error) {
      return this.#refuse(exchange, request, error)
    }
    if (request.url === '*') return answerForServer(exchange)
    setGatewayKeys(environ, {
      gateway: 'http',
      scheme: this.#scheme,
      input: inputOf(exchange, request, environ),
      errors: this.#errors,
      signal: exchange.signal,
      multiprocess: this.#multiprocess,
    })
    void run(this.#application, environ, exchange)
  }

  #refuse(exchange: HTTPExchange, request: IncomingMessage, error: unknown): void {
    if (hasBody(request)) exchange.openInput(lengthOf(request))
    if (error instanceof Refusal) return exchange.refuse(error)
    if (error instanceof BadRequest) return exchange.refuse(new Refusal(400, error.message))
    throw error
  }

  #refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
    const exchange = new HTTPExchange(this.#owner, request, response, true)
    const refusal = new Refusal(417, 'This server meets no expectation but 100-continue.')
    this.#refuse(exchange, request, refusal)
  }

  /**
   * Answer bytes that are no HTTP request, or come too late or in too great a number. Where they follow requests that
   * are complete, those are answered and the connection closed; where they are the body of one that has no answer yet,
   * it is refused in its turn.
   */
  #refuseBytes(error: ParseError, socket: ConnectionSocket): void {
    const connection = socket[CONNECTION]
    // A handshake that failed.
    if (connection === undefined) return void socket.destroy()
    const { exchanges, last, finished } = connection
    const waits = last !== undefined && exchanges.has(last)
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else if (last?.receiving === true && waits) {
      if (last.headSent) socket.destroy()
      else last.breakOff(parseRefusal(error))
    } else if (last?.receiving === true || exchanges.size > 0) last?.closeAfterwards()
    else if (!finished && error.code !== 'HPE_CLOSED_CONNECTION') answerRaw(socket, parseRefusal(error))
  }
}

function nodeOptions(options: HTTPServerOptions): ServerOptions {
  const headersTimeout = options.headersTimeout ?? 20_000
  const requestTimeout = options.requestTimeout ?? 300_000
  return {
    headersTimeout,
    requestTimeout,
    keepAliveTimeout: options.keepAliveTimeout ?? 65_000,
    connectionsCheckingInterval: Math.max(50, Math.min(headersTimeout, requestTimeout || headersTimeout, 20_000) / 4),
    maxHeaderSize: options.maxHeaderSize ?? 16_384,
    insecureHTTPParser: false,
    requireHostHeader: false,
    ...({ optimizeEmptyRequests: true } as object),
  }
}

/** `OPTIONS *` asks for the server itself and nothing of the site (RFC 9110, section 9.3.7). */
function answerForServer(exchange: HTTPExchange): void {
  exchange.writeHead('204 No Content', [])
  exchange.end()
}

/** The body that a request brings, by its head; a length beyond counting is refused by `run`. */
function inputOf(exchange: HTTPExchange, request: IncomingMessage, environ: Environ): AsyncIterable<Uint8Array> {
  if (isChunked(request)) return exchange.openInput(undefined)
  const length = parseContentLength(environ.CONTENT_LENGTH)
  if (length === 0) return emptyInput
  return exchange.openInput(Number.isNaN(length) ? undefined : length)
}

function hasBody(request: IncomingMessage): boolean {
  return isChunked(request) || parseContentLength(request.headers['content-length']) !== 0
}

function lengthOf(request: IncomingMessage): number | undefined {
  const length = isChunked(request) ? Number.NaN : parseContentLength(request.headers['content-length'])
  return Number.isNaN(length) ? undefined : length
}

function answerRaw(socket: Socket, refusal: Refusal): void {
  socket.on('error', () => socket.destroy())
  socket.write(refusalBytes(refusal))
  lingeringClose(socket)
}

/** An address without the prefix that IPv4 has on a socket of both families. */
function plainAddress(address: string | undefined): string | undefined {
  return address?.startsWith('::ffff:') ? address.slice(7) : address
}
