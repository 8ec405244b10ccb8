import {
  type Application,
  createServer,
  type Environ,
  formatAddress,
  type HTTPServer,
  type HTTPServerOptions,
} from '../gateway/index.ts'
import { gotRequestException, type HttpRequest } from '../http/index.ts'
import { allowHost } from './allowed-host.ts'

/** Where and how a `LiveServer` listens. */
export interface LiveServerOptions {
  /** An address, or a name such as `localhost`; 127.0.0.1 by default, and `::1` for IPv6. */
  readonly host?: string | undefined
  /** Any that is free by default. */
  readonly port?: number | undefined
  /** A certificate and its key, to be asked by HTTPS. */
  readonly tls?: HTTPServerOptions['tls']
}

/**
 * An application behind a real HTTP server, for browsers and whatever else needs a socket (Django's
 * `LiveServerTestCase`). Its host is allowed while it runs, whatever `allowedHosts` says.
 *
 * Static files are served where the application does that: `serveStaticfiles(application, settings)` of
 * `nuages/contrib/staticfiles`.
 *
 * @example
 * await using server = await LiveServer.start(application)
 * await page.goto(`${server.url}/feedback/`)
 * assert.deepEqual(server.errors, [])
 */
export class LiveServer implements AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`, without a slash at the end. */
  readonly url: string
  /** What has become a 500 or cut an answer off, in its order: a page in a browser throws nothing in the test. */
  readonly errors: readonly unknown[]
  readonly #server: HTTPServer
  readonly #watch: ErrorWatch

  private constructor(server: HTTPServer, url: string, watch: ErrorWatch) {
    this.#server = server
    this.#watch = watch
    this.url = url
    this.errors = watch.errors
  }

  /** Serve, by default on a port that is free. */
  static async start(application: Application, options: LiveServerOptions = {}): Promise<LiveServer> {
    const { host = '127.0.0.1', port = 0, tls } = options
    const watch = new ErrorWatch()
    const named = formatAddress({ kind: 'tcp', host, port }).replace(/:\d+$/, '')
    const server = createServer(
      (environ, startResponse) => {
        allowHost(named)
        watch.add(environ)
        return application(environ, startResponse)
      },
      { tls },
    )
    const address = await server.listen({ host, port })
    if (address.kind !== 'tcp') throw new TypeError(`The server listens on ${address.kind}, and not on a port.`)
    watch.start()
    return new LiveServer(server, `${tls === undefined ? 'http' : 'https'}://${named}:${address.port}`, watch)
  }

  /** Stop, without waiting for whoever is still connected. */
  async close(): Promise<void> {
    await this.#server.close({ timeout: 0 })
    this.#watch.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Knows which errors belong to the requests of one server. */
class ErrorWatch {
  readonly errors: unknown[] = []
  readonly #environs = new WeakSet<Environ>()

  add(environ: Environ): void {
    this.#environs.add(environ)
  }

  start(): void {
    gotRequestException.connect(this.#note)
  }

  stop(): void {
    gotRequestException.disconnect(this.#note)
  }

  readonly #note = ({ request, error }: { request: HttpRequest; error: unknown }): void => {
    if (this.#environs.has(request.environ)) this.errors.push(error)
  }
}
