import type { Environ } from '../gateway/index.ts'
import type { HttpResponseBase } from './base-response.ts'
import { RequestBody } from './body.ts'
import { parseCookie, type SignedCookieQuery } from './cookies.ts'
import { isCharset, repercentBrokenUnicode } from './encoding.ts'
import { forwardedPort, hostOf } from './forwarded.ts'
import { RequestHeaders } from './headers.ts'
import { type HeaderParameters, parseHeaderParameters } from './header-parameters.ts'
import { checkedHost } from './host.ts'
import { parseJson } from './json.ts'
import { absoluteUri, joinPaths, linkTo } from './location.ts'
import { AcceptedTypes, type MediaType } from './negotiation.ts'
import { httpOptions } from './options.ts'
import { faultOf } from './path-fault.ts'
import { QueryDict } from './query-dict.ts'
import { RequestForm } from './request-form.ts'
import { valueOfSigned } from './signed-cookie.ts'

const EMPTY_COOKIES: ReadonlyMap<string, string> = new Map()

/**
 * A request as views see it: the Environ, decoded. Nothing is worked out before somebody asks for it.
 *
 * An app adds properties of its own by declaration merging:
 *
 * @example
 * declare module 'nuages/http' {
 *   interface HttpRequest { tenant?: Tenant }
 * }
 */
export class HttpRequest {
  /** What the gateway handed over. */
  readonly environ: Environ
  /** `GET`, `POST`, …; case-sensitive. */
  readonly method: string
  /** The response that is on its way out, as far as it has come: the framework's own note, for layers may replace it. */
  currentResponse: HttpResponseBase | undefined = undefined
  readonly #body: RequestBody
  #path: string | undefined
  #pathInfo: string | undefined
  #headers: RequestHeaders | undefined
  #cookies: ReadonlyMap<string, string> | undefined
  #query: QueryDict | undefined
  #mediaType: HeaderParameters | undefined
  #accepted: AcceptedTypes | undefined
  #form: RequestForm | undefined

  constructor(environ: Environ) {
    this.environ = environ
    this.method = environ.REQUEST_METHOD
    this.#body = new RequestBody(environ)
  }

  /** Fires when the client goes before it has its answer: hand it to whatever takes long. */
  get signal(): AbortSignal {
    return this.environ['nuages.signal']
  }

  /** `https` where the gateway says so, or the proxy whose header the setting `secureProxySslHeader` names. */
  get scheme(): 'http' | 'https' {
    const { secureProxySslHeader } = httpOptions()
    if (secureProxySslHeader !== null) {
      const [header, secureValue] = secureProxySslHeader
      const value = this.headers.get(header)?.split(',')[0]?.trim()
      if (value !== undefined) return value === secureValue ? 'https' : 'http'
    }
    return this.environ['wsgi.url_scheme']
  }

  /** True for a request by HTTPS. */
  isSecure(): boolean {
    return this.scheme === 'https'
  }

  /** Where the site is mounted, decoded: empty at the root; the setting `forceScriptName` overrides the gateway. */
  get scriptName(): string {
    const forced = httpOptions().forceScriptName
    if (forced !== null) return forced
    const { SCRIPT_NAME } = this.environ
    return SCRIPT_NAME === '' ? '' : repercentBrokenUnicode(SCRIPT_NAME)
  }

  /** The path below the mount, decoded; `/` where it is empty. */
  get pathInfo(): string {
    this.#pathInfo ??= repercentBrokenUnicode(this.environ.PATH_INFO || '/')
    return this.#pathInfo
  }

  /** The whole path, decoded: `scriptName` and `pathInfo`, with a slash between. */
  get path(): string {
    this.#path ??= joinPaths(this.scriptName, this.pathInfo)
    return this.#path
  }

  /** Why this request cannot be served, whatever its view: its path has a NUL, or bytes that are no UTF-8. */
  get malformed(): string | undefined {
    const { PATH_INFO, SCRIPT_NAME } = this.environ
    return faultOf(PATH_INFO) ?? (SCRIPT_NAME === '' ? undefined : faultOf(SCRIPT_NAME))
  }

  /** The request's headers, by names in any case. */
  get headers(): RequestHeaders {
    this.#headers ??= new RequestHeaders(this.environ)
    return this.#headers
  }

  /** The cookies by their names; of a name that comes again, the first counts. */
  get cookies(): ReadonlyMap<string, string> {
    const header = this.environ['HTTP_COOKIE']
    this.#cookies ??= header === undefined ? EMPTY_COOKIES : parseCookie(header)
    return this.#cookies
  }

  /**
   * The value of a cookie that `response.setSignedCookie` has set; `undefined` where it is missing. Throws `BadSignature`
   * and `SignatureExpired`, unless there is a `default`.
   *
   * @example
   * request.getSignedCookie('cart', { maxAge: 86_400, default: '' })
   */
  getSignedCookie<D = undefined>(name: string, query: SignedCookieQuery<D> = {}): string | D {
    return valueOfSigned(this.cookies.get(name), name, query)
  }

  /** The query string (Django's GET). Throws `TooManyFieldsSent` beyond `dataUploadMaxNumberFields`. */
  get query(): QueryDict {
    this.#query ??= QueryDict.parse(this.environ.QUERY_STRING, { maxFields: httpOptions().dataUploadMaxNumberFields })
    return this.#query
  }

  /** The body's media type in lower case, such as `application/json`; empty where there is none. */
  get contentType(): string {
    return this.#media().value
  }

  /** The parameters of the Content-Type, such as `charset`. */
  get contentParams(): ReadonlyMap<string, string> {
    return this.#media().params
  }

  /** The body's charset, where its Content-Type names one that is known. */
  get encoding(): string | undefined {
    const charset = this.contentParams.get('charset')
    return charset !== undefined && isCharset(charset) ? charset : undefined
  }

  /** True where the client takes this media type, such as `text/html`; always, where it does not say (RFC 9110, section 12.5.1). */
  accepts(type: string): boolean {
    return this.acceptedType(type) !== undefined
  }

  /** What the Accept header asks for, best first: by quality, and of the same by how specific it is. */
  get acceptedTypes(): readonly MediaType[] {
    return this.#accept().ranges.filter(({ quality }) => quality > 0)
  }

  /** The accepted type that decides about this one: the most specific, with its quality. */
  acceptedType(type: string): MediaType | undefined {
    return this.#accept().accepted(type)
  }

  /**
   * The one of these media types that the client likes best; of those that it likes alike, the first. `undefined` where
   * it takes none.
   *
   * @example
   * if (request.getPreferredType(['text/html', 'application/json']) === 'application/json') return new JsonResponse(data)
   */
  getPreferredType<T extends string>(types: readonly T[]): T | undefined {
    return this.#accept().preferred(types)
  }

  /**
   * The form that the body holds, urlencoded or multipart (Django's POST and FILES); empty for any other body. A file
   * is an `UploadedFile`.
   *
   * Throws `MultiPartParserError`, `RequestDataTooBig`, `TooManyFieldsSent`, `TooManyFilesSent`, `UnreadablePostError`,
   * and `BadRequest` for an urlencoded form in another charset than UTF-8, all of which become a 400; an Error where the
   * disk takes no more; and `RawPostDataException` where `stream()` has taken the body.
   */
  form(): Promise<FormData> {
    this.#form ??= new RequestForm(this.#media(), this.#body)
    return this.#form.data
  }

  /** What `form()` has read; undefined before that. It reads nothing itself, so that a report of an error can ask. */
  get formIfRead(): FormData | undefined {
    return this.#form?.dataIfRead
  }

  /** The whole body, kept for a second reading. Throws `RequestDataTooBig` beyond `dataUploadMaxMemorySize`. */
  body(): Promise<Uint8Array> {
    return this.#body.bytes()
  }

  /** The whole body as text, in its `encoding` or else in UTF-8. */
  async text(): Promise<string> {
    return new TextDecoder(this.encoding).decode(await this.body())
  }

  /** The whole body as JSON. Throws `BadRequest` where it is none. */
  async json(): Promise<unknown> {
    return parseJson(await this.#body.bytes())
  }

  /** The body as it arrives, without a bound on its size; it can be had once, and not after a multipart `form()`. */
  stream(): AsyncIterable<Uint8Array> {
    return this.#body.stream('stream()')
  }

  /** Host and, where it is unusual, port. Throws `DisallowedHost` for one that the setting `allowedHosts` lacks. */
  getHost(): string {
    const { allowedHosts, debug } = httpOptions()
    return checkedHost(hostOf(this.environ, this.isSecure()), allowedHosts, debug)
  }

  /** The port that the client asked for. Throws `DisallowedHost` for a forwarded one that is none. */
  getPort(): string {
    return forwardedPort(this.environ) ?? this.environ.SERVER_PORT
  }

  /** Path and query as they would stand in a link; a second slash at the start, which would name a host, is encoded. */
  getFullPath(): string {
    return linkTo(this.path, this.environ.QUERY_STRING)
  }

  /** As `getFullPath`, below the mount. */
  getFullPathInfo(): string {
    return linkTo(this.pathInfo, this.environ.QUERY_STRING)
  }

  /**
   * An absolute URL: of `location`, seen from this request, or of the request itself. Throws `DisallowedHost`, and a
   * TypeError for a location that is no URL.
   */
  buildAbsoluteUri(location: string = this.getFullPath()): string {
    return absoluteUri(location, this.path, this.scheme, () => this.getHost())
  }

  /**
   * Remove what the form has put on disk; a form that is still arriving is left to itself, and its files are removed
   * once it has come. The framework calls it when the response is over.
   */
  async close(): Promise<void> {
    await this.#form?.close()
  }

  /** True where `close()` has something to do. */
  get holdsFiles(): boolean {
    return this.#form !== undefined
  }

  #media(): HeaderParameters {
    this.#mediaType ??= parseHeaderParameters(this.environ.CONTENT_TYPE ?? '')
    return this.#mediaType
  }

  #accept(): AcceptedTypes {
    this.#accepted ??= new AcceptedTypes(this.environ['HTTP_ACCEPT'])
    return this.#accepted
  }
}
