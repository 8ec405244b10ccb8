import { STATUS_CODES } from 'node:http'
import type { ResponseHeaders } from '../gateway/index.ts'
import { BadHeaderError } from '../exceptions.ts'
import { getCookieSigner } from '../signing/index.ts'
import { getLogger, isFieldValue } from '../utils/index.ts'
import { withBothEnds } from './cookie-end.ts'
import { type CookieOptions, serializeCookie } from './cookies.ts'
import { encodeText } from './encoding.ts'
import { checkedValue } from './header-value.ts'
import { HeaderMap } from './headers.ts'

/** How a response begins, besides its content. */
export interface ResponseInit {
  /** 200 by default. */
  readonly status?: number | undefined
  /** The words after the status; those of the standard by default. */
  readonly reason?: string | undefined
  /** `text/html; charset=utf-8` by default. */
  readonly contentType?: string | undefined
  /** Headers by their names. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A cookie that is signed. */
export interface SignedCookieOptions extends CookieOptions {
  /** Keeps cookies of one name but several purposes apart. */
  readonly salt?: string | undefined
}

/** Something to be done when a response is over. */
export type Closer = () => void | Promise<void>

const DEFAULT_CONTENT_TYPE = 'text/html; charset=utf-8'

/** What all responses share: status, headers, cookies, and what is done at their end. */
export abstract class HttpResponseBase {
  /** The headers, but for the cookies. */
  readonly headers: HeaderMap = new HeaderMap()
  #cookies: Map<string, string> | undefined
  #status: number
  #reason: string | undefined
  #closers: Closer[] | undefined
  #closed = false

  constructor(init: ResponseInit = {}) {
    this.#status = checkedStatus(init.status ?? 200)
    if (init.reason !== undefined) this.reasonPhrase = init.reason
    this.headers.set('Content-Type', init.contentType ?? DEFAULT_CONTENT_TYPE)
    if (init.headers !== undefined) {
      for (const [name, value] of Object.entries(init.headers)) this.headers.set(name, value)
    }
  }

  /** True where the content comes piece by piece and is not known as a whole. */
  abstract readonly streaming: boolean

  /** The status code. Throws a RangeError for one that is not from 100 to 599. */
  get status(): number {
    return this.#status
  }

  set status(status: number) {
    this.#status = checkedStatus(status)
  }

  /** The words after the status code. Throws `BadHeaderError` for a control character. */
  get reasonPhrase(): string {
    return this.#reason ?? statusText(this.#status)
  }

  set reasonPhrase(reason: string) {
    if (!isFieldValue(reason)) {
      throw new BadHeaderError(`The reason phrase ${JSON.stringify(reason)} has a character that would break the head.`)
    }
    this.#reason = reason
  }

  /** The Content-Type header; empty where it has been taken away. */
  get contentType(): string {
    return this.headers.get('Content-Type') ?? ''
  }

  set contentType(type: string) {
    this.headers.set('Content-Type', type)
  }

  /** The charset of the Content-Type in lower case; `utf-8` where it names none. */
  get charset(): string {
    return charsetOf(this.contentType)
  }

  /**
   * A piece of content as bytes, a string in the response's charset (Django's `make_bytes`). Throws a TypeError where that
   * lacks a character, and for what is neither.
   */
  makeBytes(piece: string | Uint8Array): Uint8Array {
    if (typeof piece === 'string') return encodeText(piece, this.charset)
    if (piece instanceof Uint8Array) return piece
    throw new TypeError(
      `The content of a response must be strings or Uint8Arrays; a piece of it is of type ${typeof piece}.`,
    )
  }

  /** True once `close()` has been called. */
  get closed(): boolean {
    return this.#closed
  }

  /**
   * Set a cookie; one of the same name, path and domain is replaced. Of `maxAge` and `expires` each is worked out of the
   * other. Throws `BadHeaderError`, as `serializeCookie`.
   */
  setCookie(name: string, value: string, options: CookieOptions = {}): void {
    const key = [name, options.domain ?? '', options.path ?? '/'].join(';')
    const cookie = serializeCookie(name, value, withBothEnds(options))
    this.#cookies ??= new Map()
    this.#cookies.set(key, cookie)
  }

  /**
   * Set a cookie that the client can read but not change: `request.getSignedCookie` gives its value back. Another `salt`
   * makes it another cookie's signature. Throws as `setCookie`, and `ImproperlyConfigured` where there is no `secretKey`.
   */
  setSignedCookie(name: string, value: string, { salt = '', ...options }: SignedCookieOptions = {}): void {
    this.setCookie(name, getCookieSigner(name + salt).sign(value), options)
  }

  /** Tell the browser to forget a cookie; path and domain must be those that it was set with. */
  deleteCookie(name: string, options: Pick<CookieOptions, 'path' | 'domain' | 'sameSite' | 'partitioned'> = {}): void {
    const secure = /^__(?:secure|host)-/i.test(name) || options.sameSite === 'None' || options.partitioned === true
    this.setCookie(name, '', { ...options, secure, maxAge: 0, expires: new Date(0) })
  }

  /**
   * Set a cookie that is written already, as a Set-Cookie header; none that is there is replaced. Throws `BadHeaderError` as
   * `headers.set`.
   */
  addCookieHeader(header: string): void {
    this.#cookies ??= new Map()
    this.#cookies.set(`;${this.#cookies.size}`, checkedValue('Set-Cookie', header))
  }

  /** The cookies that this response sets, each as its Set-Cookie header. */
  get cookies(): string[] {
    return [...(this.#cookies?.values() ?? [])]
  }

  /** Have something done when the response is over: sent, or given up because the client has gone. */
  addCloser(closer: Closer): void {
    this.#closers ??= []
    this.#closers.push(closer)
  }

  /** End the response: everything added by `addCloser` is done, once and in order; a failure is logged. */
  close(): void | Promise<void> {
    this.#closed = true
    const closers = this.#closers
    if (closers === undefined) return
    this.#closers = undefined
    return runClosers(closers)
  }

  /** Status and reason as a gateway takes them, such as `404 Not Found`. */
  toStatusLine(): string {
    return this.#reason === undefined ? standardLine(this.#status) : `${this.#status} ${this.#reason}`
  }

  /** The headers as a gateway takes them; each cookie is a Set-Cookie of its own, last. */
  toHeaderList(): ResponseHeaders {
    const list = this.headers.toList()
    if (this.#cookies !== undefined) for (const cookie of this.#cookies.values()) list.push(['Set-Cookie', cookie])
    return list
  }
}

/** The charsets of content types, so that each is read once; bounded, for views may make types up. */
const charsets = new Map<string, string>()
const MAX_CHARSETS = 100

function charsetOf(type: string): string {
  let charset = charsets.get(type)
  if (charset !== undefined) return charset
  charset = /;[ \t]*charset="?([^";, \t]+)/i.exec(type)?.[1]?.toLowerCase() ?? 'utf-8'
  if (charsets.size < MAX_CHARSETS) charsets.set(type, charset)
  return charset
}

/** The words that belong to a status code; `Unknown Status Code` for one that has none. */
export function statusText(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown Status Code'
}

const standardLines = new Map<number, string>()

function standardLine(status: number): string {
  let line = standardLines.get(status)
  if (line === undefined) standardLines.set(status, (line = `${status} ${statusText(status)}`))
  return line
}

function checkedStatus(status: number): number {
  if (Number.isInteger(status) && status >= 100 && status <= 599) return status
  throw new RangeError(`${status} is no status code: it must be a whole number from 100 to 599.`)
}

function runClosers(closers: readonly Closer[]): void | Promise<void> {
  for (const [index, closer] of closers.entries()) {
    try {
      const result = closer()
      if (result instanceof Promise) return result.catch(logFailure).then(() => runClosers(closers.slice(index + 1)))
    } catch (error) {
      logFailure(error)
    }
  }
}

function logFailure(error: unknown): void {
  getLogger('nuages.request').error('Something failed that was to be done at the end of a response.', { error })
}
