import type { Environ, ResponseHeaders } from '../gateway/index.ts'
import { parseResponseCookie, type ResponseCookie } from './cookie-jar.ts'

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
export class TestResponse {
  /** The request that was answered, as the application got it; after redirects the last one. */
  readonly environ: Environ
  readonly status: number
  /** The words after the status. */
  readonly reason: string
  readonly headers: Headers
  /** The cookies that this answer sets, by name; a deleted one has `maxAge` 0. */
  readonly cookies: ReadonlyMap<string, ResponseCookie>
  /** The redirects that led here, with the option `follow`. */
  readonly redirectChain: readonly FollowedRedirect[]
  /** What the application, or the gateway for it, wrote to `wsgi.errors`. */
  readonly errorLog: string
  /** What made this a 500 or cut the answer off, where `raiseRequestException` is false. */
  readonly error: unknown
  readonly #body: Uint8Array

  constructor(init: TestResponseInit) {
    this.environ = init.environ
    this.status = Number(init.statusLine.slice(0, 3))
    this.reason = init.statusLine.slice(4)
    this.headers = new Headers(init.headers.map(([name, value]) => [name, value]))
    this.redirectChain = init.redirectChain
    this.errorLog = init.errorLog
    this.error = init.error
    this.#body = init.body
    const cookies = this.headers.getSetCookie().map(parseResponseCookie)
    this.cookies = new Map(cookies.map((cookie) => [cookie.name, cookie]))
  }

  /** True for a status from 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  /** The body. */
  bytes(): Promise<Uint8Array> {
    return Promise.resolve(this.#body)
  }

  /** The body as text, in UTF-8. */
  text(): Promise<string> {
    return Promise.resolve(new TextDecoder().decode(this.#body))
  }

  /** The body as JSON. Rejects with a SyntaxError for a body that is none. */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown
  }
}
