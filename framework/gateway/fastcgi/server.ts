import { createServer, type Server, type Socket } from 'node:net'
import { formatRecord } from '../../utils/index.ts'
import { drain } from '../drain.ts'
import { type CloseOptions, type GatewayServer, type ListenAddress, type ListenTarget, listen } from '../listen.ts'
import type { Application } from '../types.ts'
import { type ConnectionOwner, FastCGIConnection } from './connection.ts'
import { descriptorsLeft } from './descriptors.ts'
import type { ConnectionLimits } from './site.ts'

/** Bounds and surroundings of a FastCGI server; times in milliseconds, sizes in bytes. */
export interface FastCGIServerOptions {
  /** Size of a request's parameters, else 431; 1,048,576 by default. */
  readonly maxParamsSize?: number | undefined
  /** Number of a request's parameters, else 431; 1,000 by default. */
  readonly maxParams?: number | undefined
  /** Size of a request's body, else 413; 1,073,741,824 by default. */
  readonly maxBodySize?: number | undefined
  /** Requests at a time on one connection; one more is told OVERLOADED. 100 by default. */
  readonly maxRequestsPerConnection?: number | undefined
  /**
   * Connections at a time; with one more, the oldest on which no request is complete is closed. 20,000 by default, or
   * as many as this process may have descriptors for.
   */
  readonly maxConnections?: number | undefined
  /** Time for a record, and for a request's parameters, to arrive, else the connection is closed; 60,000 by default. */
  readonly recordTimeout?: number | undefined
  /** What applications find as `wsgi.errors`; standard error by default. */
  readonly errors?: { write(text: string): unknown } | undefined
  /** True where other processes serve the same site (`wsgi.multiprocess`). */
  readonly multiprocess?: boolean | undefined
}

/**
 * A server that runs an application behind a web server that speaks FastCGI 1.0: nginx, Apache, lighttpd, Caddy.
 *
 * @example
 * const server = createFastCGIServer(application)
 * await server.listen({ socket: '/run/site/fastcgi.sock', mode: 0o660 })
 */
export function createFastCGIServer(application: Application, options: FastCGIServerOptions = {}): FastCGIServer {
  return new FastCGIServer(application, options)
}

/** Late records are looked for this many times within the time that they have, and at least this often. */
const SWEEPS = 4
const LONGEST_SWEEP = 15_000

/** A FastCGI server for one application; see `createFastCGIServer`. */
export class FastCGIServer implements GatewayServer, ConnectionOwner {
  /** What answers the requests. */
  readonly application: Application
  /** What is refused, and how long is waited, on each connection. */
  readonly limits: ConnectionLimits
  /** Where it tells of what goes wrong. */
  readonly errors: { write(text: string): unknown }
  /** Whether other processes serve the same site. */
  readonly multiprocess: boolean
  readonly #server: Server
  /** The connections, oldest first. */
  readonly #connections = new Set<FastCGIConnection>()
  #address: ListenAddress | undefined
  #warnedOfScriptName = false
  #sweeper: NodeJS.Timeout | undefined

  constructor(application: Application, options: FastCGIServerOptions = {}) {
    this.application = application
    this.errors = options.errors ?? process.stderr
    this.multiprocess = options.multiprocess ?? false
    this.limits = {
      maxParamsSize: options.maxParamsSize ?? 1_048_576,
      maxParams: options.maxParams ?? 1_000,
      maxBodySize: options.maxBodySize ?? 1_073_741_824,
      maxRequests: options.maxRequestsPerConnection ?? 100,
      maxConnections: options.maxConnections ?? Math.min(20_000, descriptorsLeft()),
      recordTimeout: options.recordTimeout ?? 60_000,
    }
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true })
    this.#server.on('connection', (socket) => this.#connect(socket))
  }

  /** Where it listens; `undefined` before it does. */
  get address(): ListenAddress | undefined {
    return this.#address
  }

  /** Begin to listen; gives where. */
  async listen(target: ListenTarget): Promise<ListenAddress> {
    this.#address = await listen(this.#server, target)
    this.#server.on('error', (error) => this.warn(`A connection could not be accepted: ${error.message}`))
    this.#sweeper = setInterval(
      () => this.#sweep(),
      Math.min(this.limits.recordTimeout / SWEEPS, LONGEST_SWEEP),
    ).unref()
    return this.#address
  }

  /** Take no more connections, and let requests finish. */
  async close(options: CloseOptions = {}): Promise<void> {
    if (this.#address === undefined) return
    this.#address = undefined
    const drained = drain(this.#server, options, {
      silent: () => this.#closeSilent(),
      all: () => this.#closeAll(),
    })
    for (const connection of this.#connections) connection.close()
    await drained
    clearInterval(this.#sweeper)
    this.#server.removeAllListeners('error')
  }

  /** Write a line to `errors`. */
  warn(message: string): void {
    this.errors.write(
      formatRecord({
        time: new Date(),
        level: 'warning',
        logger: 'nuages.gateway',
        message,
        error: undefined,
        extra: {},
      }),
    )
  }

  /** Tell, once, of a web server that gives no SCRIPT_NAME. */
  warnOfScriptName(): void {
    if (this.#warnedOfScriptName) return
    this.#warnedOfScriptName = true
    this.warn(
      'fastcgi.path_info: the web server sends the whole path as SCRIPT_NAME and no PATH_INFO, as nginx does with its ' +
        'stock fastcgi_params. The path is served as PATH_INFO. To say so yourself, add after that include: ' +
        'fastcgi_param SCRIPT_NAME ""; fastcgi_param PATH_INFO $uri;',
    )
  }

  #connect(socket: Socket): void {
    if (this.#connections.size >= this.limits.maxConnections && !this.#closeOldest()) {
      socket.on('error', () => {}).destroy()
      return
    }
    const connection = new FastCGIConnection(this, socket)
    this.#connections.add(connection)
    socket.once('close', () => this.#connections.delete(connection))
  }

  /** Make room by closing the oldest connection without a complete request; false where each has one. */
  #closeOldest(): boolean {
    for (const connection of this.#connections) {
      if (connection.busy) continue
      this.#connections.delete(connection)
      connection.destroy()
      return true
    }
    return false
  }

  #sweep(): void {
    const now = performance.now()
    for (const connection of this.#connections) connection.sweep(now)
  }

  /** Close the connections on which no application is at work. */
  #closeSilent(): void {
    for (const connection of this.#connections) if (!connection.busy) connection.destroy()
  }

  #closeAll(): void {
    for (const connection of this.#connections) connection.destroy()
  }
}
