import { type Application, createServer, type HTTPServer } from '../gateway/index.ts'
import { allowHost } from './allowed-host.ts'

const HOST = '127.0.0.1'

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
 */
export class LiveServer implements AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`, without a slash at the end. */
  readonly url: string
  readonly #server: HTTPServer

  private constructor(server: HTTPServer, url: string) {
    this.#server = server
    this.url = url
  }

  /** Serve on a port that is free. */
  static async start(application: Application): Promise<LiveServer> {
    const server = createServer((environ, startResponse) => {
      allowHost(HOST)
      return application(environ, startResponse)
    })
    const address = await server.listen({ host: HOST, port: 0 })
    if (address.kind !== 'tcp') throw new TypeError(`The server listens on ${address.kind}, and not on a port.`)
    return new LiveServer(server, `http://${HOST}:${address.port}`)
  }

  /** Stop, without waiting for whoever is still connected. */
  async close(): Promise<void> {
    await this.#server.close({ timeout: 0 })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
