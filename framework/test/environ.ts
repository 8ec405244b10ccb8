import { addHeader, decodePath, emptyInput, type Environ, newEnviron, setGatewayKeys } from '../gateway/index.ts'
import { iriToUri } from '../http/index.ts'
import { encodeBody, encodeJson, type EncodedBody, type RequestData } from './body.ts'

/** What every request of a `Client` or `RequestFactory` may share. */
export interface RequestDefaults {
  /**
   * Names in any case; an array of pairs where a header comes more than once. What a gateway drops is dropped here too,
   * such as a name with a `_`.
   */
  readonly headers?: Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]> | undefined
  /** Ask by HTTPS. */
  readonly secure?: boolean | undefined
  /** Host and, where it is unusual, port; `testserver` by default. */
  readonly host?: string | undefined
  /** Where the application is mounted: empty, or such as `/shop`. Paths that are asked for begin with it. */
  readonly scriptName?: string | undefined
  /** The client's address; 127.0.0.1 by default. */
  readonly remoteAddress?: string | undefined
  /** Keys of the Environ, set last, for what nothing else here can say. */
  readonly environ?: Readonly<Record<string, unknown>> | undefined
}

type QueryValue = string | number | boolean

/** What a request has besides its method and path. */
export interface RequestOptions extends RequestDefaults {
  /** The query string, added to what the path has of one. */
  readonly query?:
    | string
    | URLSearchParams
    | Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>
    | undefined
  /** The body: a form as an object, `FormData` or `URLSearchParams`, or a string, bytes, a `Blob` or a stream. */
  readonly data?: RequestData | undefined
  /** The body as JSON, instead of `data`. */
  readonly json?: unknown
  /** The body's type, where it is not the usual one of what is given; the header Content-Type says it too. */
  readonly contentType?: string | undefined
  /** Fires when the client leaves. */
  readonly signal?: AbortSignal | undefined
}

/** A method besides, for a request on its own. */
export interface EnvironOptions extends RequestOptions {
  /** `GET` by default. */
  readonly method?: string | undefined
}

/** What `createEnviron` takes for the host of a test. */
export const TEST_HOST = 'testserver'

/** Keeps what an application writes to `wsgi.errors`. */
export class ErrorLog {
  /** All that was written. */
  text = ''

  /** Keep a piece. */
  write(text: string): void {
    this.text += text
  }
}

/**
 * Any request as an Environ, as a gateway would hand it over; `nuages.gateway` is `test`.
 *
 * `path` is as a client sends it: percent-encoded (what is not ASCII is encoded as UTF-8), with or without a query, or a
 * whole http(s) URL. Throws a TypeError for one that no gateway would let pass.
 *
 * @example
 * const environ = createEnviron('/search/?q=cloud', { headers: { Accept: 'text/html' } })
 */
export function createEnviron(path = '/', options: EnvironOptions = {}): Environ {
  const { secure, host, pathAndQuery } = parseTarget(path, options)
  const [rawPath = '', ...rawQuery] = (pathAndQuery.split('#', 1)[0] as string).split('?')
  const environ = newEnviron()
  environ.SERVER_SOFTWARE = 'nuages-test'
  environ.SERVER_NAME = host.replace(/:\d*$/, '')
  environ.SERVER_PORT = /:(\d+)$/.exec(host)?.[1] ?? (secure ? '443' : '80')
  environ.SERVER_PROTOCOL = 'HTTP/1.1'
  environ.REQUEST_METHOD = options.method ?? 'GET'
  setPath(environ, rawPath, options.scriptName ?? '')
  environ.QUERY_STRING = queryString(rawQuery.join('?'), options.query)
  environ.REMOTE_ADDR = options.remoteAddress ?? '127.0.0.1'
  if (secure) environ['HTTPS'] = 'on'
  environ['HTTP_HOST'] = host
  const body = bodyOf(options)
  for (const [name, value] of headerPairs(options.headers)) {
    if (/[\0\r\n]|[^\0-\xff]/.test(value)) {
      throw new TypeError(`The value of the header ${name} has a line break, or a character that headers cannot carry.`)
    }
    if (name.toLowerCase() === 'host') environ['HTTP_HOST'] = value
    else addHeader(environ, name, value)
  }
  if (body !== undefined) {
    environ.CONTENT_TYPE = body.type
    if (body.length !== undefined) environ.CONTENT_LENGTH = String(body.length)
  }
  setGatewayKeys(environ, {
    gateway: 'test',
    scheme: secure ? 'https' : 'http',
    input: body?.input ?? emptyInput,
    errors: new ErrorLog(),
    signal: options.signal ?? new AbortController().signal,
  })
  return Object.assign(environ, options.environ)
}

/** The pairs of headers that are given in any way. */
export function headerPairs(headers: RequestDefaults['headers']): Array<readonly [name: string, value: string]> {
  if (headers === undefined) return []
  return isIterable(headers) ? [...headers] : Object.entries(headers)
}

function isIterable<T>(value: Iterable<T> | object): value is Iterable<T> {
  return Symbol.iterator in value
}

function parseTarget(
  target: string,
  { secure = false, host = TEST_HOST }: RequestOptions,
): { secure: boolean; host: string; pathAndQuery: string } {
  const [, scheme, authority, rest = ''] = /^(https?):\/\/([^/?#]+)(.*)$/i.exec(target) ?? []
  if (scheme === undefined || authority === undefined) {
    if (target.startsWith('/')) return { secure, host, pathAndQuery: target }
    throw new TypeError(
      `The path ${JSON.stringify(target)} of a request must begin with a slash, or be an http(s) URL.`,
    )
  }
  return {
    secure: scheme.toLowerCase() === 'https',
    host: authority,
    pathAndQuery: rest.startsWith('/') ? rest : `/${rest}`,
  }
}

function setPath(environ: Environ, path: string, scriptName: string): void {
  const mount = scriptName.replace(/\/$/, '')
  if (path !== mount && !path.startsWith(`${mount}/`)) {
    throw new TypeError(`The path ${JSON.stringify(path)} is not below the scriptName ${JSON.stringify(scriptName)}.`)
  }
  environ.SCRIPT_NAME = decoded(mount)
  environ.PATH_INFO = decoded(path.slice(mount.length))
}

function decoded(path: string): string {
  const bytes = decodePath(Buffer.from(path).toString('latin1'))
  if (bytes !== undefined) return bytes
  throw new TypeError(`The path ${JSON.stringify(path)} has a "%" that begins no escape. Write it as "%25".`)
}

function queryString(ofPath: string, query: RequestOptions['query'] = ''): string {
  const more = typeof query === 'string' ? query.replace(/^\?/, '') : searchParams(query).toString()
  return iriToUri([ofPath, more].filter((part) => part !== '').join('&'))
}

function searchParams(query: Exclude<RequestOptions['query'], string | undefined>): URLSearchParams {
  if (query instanceof URLSearchParams) return query
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each) => [name, queryValue(name, each)] as [string, string]),
  )
  return new URLSearchParams(pairs)
}

function queryValue(name: string, value: unknown): string {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value)
  throw new TypeError(`The value "${name}" of the query is ${String(value)}: give a text, a number or a boolean.`)
}

function bodyOf({ data, json, headers, contentType = typeIn(headers) }: RequestOptions): EncodedBody | undefined {
  if (json !== undefined) {
    if (data !== undefined) throw new TypeError('A request has one body: give `data` or `json`, not both.')
    return encodeJson(json, contentType)
  }
  return data === undefined ? undefined : encodeBody(data, contentType)
}

function typeIn(headers: RequestOptions['headers']): string | undefined {
  return headerPairs(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1]
}
