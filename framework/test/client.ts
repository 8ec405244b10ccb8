import { type Application, encodePath, type Environ } from '../gateway/index.ts'
import { allowHost } from './allowed-host.ts'
import { CookieJar, type CookieTarget } from './cookie-jar.ts'
import {
  createEnviron,
  type ErrorLog,
  headerPairs,
  type RequestDefaults,
  type RequestOptions,
  TEST_HOST,
} from './environ.ts'
import { Exchange } from './exchange.ts'
import { withDefaults } from './factory.ts'
import { HttpMethods } from './methods.ts'
import { type FollowedRedirect, TestResponse } from './response.ts'
import { isStream } from './stream-data.ts'

/** What all requests of a client share. */
export interface ClientDefaults extends RequestDefaults {
  /** Throw, in the test, what became a 500 or cut an answer off; true by default. False gives the answer itself. */
  readonly raiseRequestException?: boolean | undefined
  /** Have requests checked by the CSRF middleware as those of any browser; false by default. */
  readonly enforceCsrfChecks?: boolean | undefined
}

/** How a client asks. */
export interface ClientOptions extends RequestOptions, Pick<ClientDefaults, 'raiseRequestException'> {
  /** Go where redirects lead, 20 of them at most. */
  readonly follow?: boolean | undefined
}

/** Redirects that lead back to where they have been, or never end. */
export class RedirectCycleError extends Error {
  override readonly name = 'RedirectCycleError'
  /** The answer at which the client stopped. */
  readonly response: TestResponse

  constructor(message: string, response: TestResponse) {
    super(message)
    this.response = response
  }
}

const MAX_REDIRECTS = 20
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** What does not go with a redirect to another origin, and what not with one that leaves the body behind. */
const CREDENTIALS = ['authorization', 'cookie']
const BODY_HEADERS = ['content-encoding', 'content-language', 'content-location', 'content-type']

/**
 * A browser for tests: calls an application as a gateway would, without a socket, and keeps its cookies (Django's
 * `Client`).
 *
 * Its host is `testserver`, which it adds to the allowed hosts. An error that became a 500 is thrown in the test,
 * unless `raiseRequestException` is false. A request that is aborted by its `signal` rejects with the signal's reason,
 * once the application is done with it.
 *
 * @example
 * const client = new Client(application)
 * const response = await client.post('/feedback/', { data: { text: 'Good.' }, follow: true })
 * assert.equal(response.status, 200)
 * assert.match(await response.text(), /Thank you/)
 */
export class Client extends HttpMethods<ClientOptions, Promise<TestResponse>> {
  /** What this client sends back to the sites that have set it. */
  readonly cookies = new CookieJar()
  readonly #application: Application
  readonly #defaults: ClientDefaults

  /** `defaults` are for every request; what a request gives itself wins, header by header. */
  constructor(application: Application, defaults: ClientDefaults = {}) {
    super()
    this.#application = application
    this.#defaults = defaults
  }

  override async generic(method: string, path: string, options: ClientOptions = {}): Promise<TestResponse> {
    const given = withDefaults(this.#defaults, options)
    const response = await this.#ask(method, path, given, [])
    return given.follow === true ? this.#follow(response, method, given) : response
  }

  async #ask(
    method: string,
    path: string,
    options: ClientOptions,
    redirectChain: readonly FollowedRedirect[],
  ): Promise<TestResponse> {
    const environ = createEnviron(path, { ...options, method })
    if (this.#defaults.enforceCsrfChecks !== true) environ['nuages.dontEnforceCsrfChecks'] ??= true
    const target = targetOf(environ)
    addCookies(environ, this.cookies.headerFor(target))
    if (target.host.replace(/:\d+$/, '') === TEST_HOST) allowHost(TEST_HOST)
    const exchange = new Exchange(environ)
    await exchange.run(this.#application)
    environ['nuages.signal'].throwIfAborted()
    if (options.raiseRequestException !== false && exchange.failure !== undefined) throw exchange.failure.error
    const { statusLine, headers, body, failure, request, rendered } = exchange
    for (const [name, value] of headers) {
      if (name.toLowerCase() === 'set-cookie') this.cookies.receive(value, target)
    }
    const errorLog = (environ['wsgi.errors'] as ErrorLog).text
    const answer = { statusLine, headers, body, redirectChain, errorLog, error: failure?.error }
    return new TestResponse({ environ, client: this, request, rendered, ...answer })
  }

  /** As a browser does: a POST becomes a GET, except at 307 and 308 (the Fetch standard, section 4.4). */
  async #follow(first: TestResponse, firstMethod: string, options: ClientOptions): Promise<TestResponse> {
    let response = first
    let method = firstMethod
    let given = options
    const chain: FollowedRedirect[] = []
    for (;;) {
      const location = response.headers.get('Location')
      if (!REDIRECTS.has(response.status) || location === null) return response
      const from = new URL(urlOf(response.environ))
      const url = redirectTarget(location, from)
      checkChain(chain, { url: url.href, status: response.status }, response)
      given = { ...given, query: undefined, headers: without(given.headers, ['host']) }
      if (url.origin !== from.origin) given = { ...given, headers: without(given.headers, CREDENTIALS) }
      if (changesToGet(response.status, method)) {
        method = 'GET'
        const headers = without(given.headers, BODY_HEADERS)
        given = { ...given, headers, data: undefined, json: undefined, contentType: undefined }
      } else if (isStream(given.data)) {
        throw new TypeError(`A stream cannot be sent a second time, as the redirect of ${from.href} demands.`)
      }
      response = await this.#ask(method, url.href, given, [...chain])
    }
  }
}

/** Where a redirect leads; a browser says of the others that their address is invalid. */
function redirectTarget(location: string, from: URL): URL {
  const url = URL.parse(location, from.href)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const what = url === null ? 'is no URL' : 'is not of this site nor of any other'
    throw new TypeError(`The redirect of ${from.href} leads to ${JSON.stringify(location)}, which ${what}.`)
  }
  url.hash = ''
  return url
}

function without(headers: RequestOptions['headers'], names: readonly string[]): RequestOptions['headers'] {
  return headerPairs(headers).filter(([name]) => !names.includes(name.toLowerCase()))
}

function checkChain(chain: FollowedRedirect[], next: FollowedRedirect, response: TestResponse): void {
  if (chain.some(({ url, status }) => url === next.url && status === next.status)) {
    throw new RedirectCycleError(`The redirects run in a circle: they led to ${next.url} twice.`, response)
  }
  if (chain.length === MAX_REDIRECTS) {
    throw new RedirectCycleError(`The redirects did not end: ${MAX_REDIRECTS} were followed.`, response)
  }
  chain.push(next)
}

function changesToGet(status: number, method: string): boolean {
  return status === 303 ? method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST'
}

function addCookies(environ: Environ, header: string | undefined): void {
  if (header === undefined) return
  const given = environ['HTTP_COOKIE']
  environ['HTTP_COOKIE'] = given === undefined ? header : `${given}; ${header}`
}

function targetOf(environ: Environ): CookieTarget {
  return {
    host: environ['HTTP_HOST'] ?? environ.SERVER_NAME,
    path: encodePath(environ.SCRIPT_NAME + environ.PATH_INFO),
    secure: environ['wsgi.url_scheme'] === 'https',
  }
}

function urlOf(environ: Environ): string {
  const { host, path, secure } = targetOf(environ)
  return `${secure ? 'https' : 'http'}://${host}${path}`
}
