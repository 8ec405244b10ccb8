import type { Environ, ResponseHeaders } from '../gateway/index.ts'
import type { HttpRequest } from '../http/index.ts'
import type { ResolverMatch } from '../urls/index.ts'
import { parseResponseCookie, type ResponseCookie } from './cookie-jar.ts'
import type { RequestOptions } from './environ.ts'
import type { HttpMethods } from './methods.ts'
import type { RenderedTemplates } from './templates.ts'

/** One redirect that was followed. */
export interface FollowedRedirect {
  /** Where to, absolute. */
  readonly url: string
  /** The status of the answer that sent the client there. */
  readonly status: number
}

/** What an answer is made of. */
export interface TestResponseInit {
  readonly environ: Environ
  readonly client: HttpMethods<RequestOptions, Promise<TestResponse>>
  readonly request: HttpRequest | undefined
  readonly rendered: RenderedTemplates
  /** Such as `404 Not Found`. */
  readonly statusLine: string
  readonly headers: ResponseHeaders
  readonly body: Uint8Array
  readonly redirectChain: readonly FollowedRedirect[]
  readonly errorLog: string
  readonly error: unknown
}

/**
 * An answer as a client sees it, its body collected. It reads like the platform's `Response`, but as often as one likes.
 */
export class TestResponse implements RenderedTemplates {
  /** The request that was answered, as the application got it; after redirects the last one. */
  readonly environ: Environ
  /** The client that asked. */
  readonly client: HttpMethods<RequestOptions, Promise<TestResponse>>
  /** The request as the view got it; `undefined` where the application is none of the framework's. */
  readonly request: HttpRequest | undefined
  /** The names of the templates that rendered, each one with those that it extends and includes after it. */
  readonly templates: readonly string[]
  /** The variables of those templates; of two with one name, that of the first. `undefined` where none rendered. */
  readonly context: Readonly<Record<string, unknown>> | undefined
  /** Such as 404. */
  readonly status: number
  /** The words after the status. */
  readonly reason: string
  /** Names in any case, as with the platform's `Response`. */
  readonly headers: Headers
  /** The cookies that this answer sets, by name; a deleted one has `maxAge` 0. */
  readonly cookies: ReadonlyMap<string, ResponseCookie>
  /** The redirects that led here, with the option `follow`. */
  readonly redirectChain: readonly FollowedRedirect[]
  /** What the application, or the gateway for it, wrote to `wsgi.errors`. */
  readonly errorLog: string
  /** What made this a 500 or cut the answer off, where `raiseRequestException` is false. */
  readonly error: unknown
  /** The body. */
  readonly content: Uint8Array

  constructor(init: TestResponseInit) {
    this.environ = init.environ
    this.client = init.client
    this.request = init.request
    this.templates = init.rendered.templates
    this.context = init.rendered.context
    this.status = Number(init.statusLine.slice(0, 3))
    this.reason = init.statusLine.slice(4)
    this.headers = new Headers(init.headers.map(([name, value]) => [name, value]))
    this.redirectChain = init.redirectChain
    this.errorLog = init.errorLog
    this.error = init.error
    this.content = init.body
    const cookies = this.headers.getSetCookie().map(parseResponseCookie)
    this.cookies = new Map(cookies.map((cookie) => [cookie.name, cookie]))
  }

  /** True for a status from 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  /** Where the request's path led; `undefined` where it led nowhere. */
  get resolverMatch(): ResolverMatch | undefined {
    return this.request?.resolverMatch
  }

  /** The body. */
  bytes(): Promise<Uint8Array> {
    return Promise.resolve(this.content)
  }

  /** The body as text, in UTF-8. */
  text(): Promise<string> {
    return Promise.resolve(new TextDecoder().decode(this.content))
  }

  /**
   * The body as JSON; its type is what the test expects. Rejects with a SyntaxError for a body that is none, and with a
   * TypeError where Content-Type says that it is something else.
   */
  async json<T = unknown>(): Promise<T> {
    const type = this.headers.get('Content-Type') ?? ''
    if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type))
      throw new TypeError(`The answer's Content-Type is ${JSON.stringify(type)}, which is not JSON.`)
    return JSON.parse(await this.text()) as T
  }
}
