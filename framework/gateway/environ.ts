import { BadRequest } from '../exceptions.ts'
import type { Environ } from './types.ts'

/** What an Environ says of its gateway and not of the request. */
export interface GatewayKeys {
  readonly gateway: string
  readonly scheme: 'http' | 'https'
  readonly input: AsyncIterable<Uint8Array>
  readonly errors: { write(text: string): unknown }
  readonly signal: AbortSignal
  readonly multiprocess?: boolean | undefined
  readonly runOnce?: boolean | undefined
}

/** A token (RFC 9110, section 5.6.2) without `_`, which would make two names one key. */
const HEADER_NAME = /^[!#$%&'*+\-.^`|~0-9A-Za-z]+$/

/** How many spellings of header names are remembered, and how long one may be: clients choose them. */
const MAX_REMEMBERED = 2_000
const MAX_REMEMBERED_LENGTH = 64

const VERSION = Object.freeze([1, 0] as const)
const keys = new Map<string, string>()

/**
 * An Environ with what RFC 3875 demands of every one, for a gateway to put the request's own in: fresh for each request,
 * and it inherits nothing, so that every key is the request's own.
 */
export function newEnviron(): Environ {
  return new Variables() as unknown as Environ
}

/**
 * What an Environ begins as. V8 fills an object that a class has laid out in two thirds of the time that a table without
 * any layout (`Object.create(null)`) takes; the keys of the contract come first, for every request has them.
 */
class Variables {
  GATEWAY_INTERFACE = 'CGI/1.1'
  SERVER_SOFTWARE = ''
  SERVER_NAME = 'localhost'
  SERVER_PORT = '80'
  SERVER_PROTOCOL = 'HTTP/1.0'
  REQUEST_METHOD = 'GET'
  SCRIPT_NAME = ''
  PATH_INFO = ''
  QUERY_STRING = ''
  'wsgi.version' = VERSION
  'wsgi.url_scheme': Environ['wsgi.url_scheme'] = 'http'
  'wsgi.input': Environ['wsgi.input'] | undefined = undefined
  'wsgi.errors': Environ['wsgi.errors'] | undefined = undefined
  'wsgi.multithread' = false
  'wsgi.multiprocess' = false
  'wsgi.run_once' = false
  'nuages.signal': Environ['nuages.signal'] | undefined = undefined
  'nuages.gateway' = ''
}

Object.setPrototypeOf(Variables.prototype, null)
Reflect.deleteProperty(Variables.prototype, 'constructor')
Object.freeze(Variables.prototype)

/** Put in the `wsgi.*` and `nuages.*` keys, the same for every gateway. */
export function setGatewayKeys(environ: Environ, from: GatewayKeys): void {
  environ['wsgi.version'] = VERSION
  environ['wsgi.url_scheme'] = from.scheme
  environ['wsgi.input'] = from.input
  environ['wsgi.errors'] = from.errors
  environ['wsgi.multithread'] = false
  environ['wsgi.multiprocess'] = from.multiprocess ?? false
  environ['wsgi.run_once'] = from.runOnce ?? false
  environ['nuages.signal'] = from.signal
  environ['nuages.gateway'] = from.gateway
}

/**
 * The key under which a request header stands in the Environ: `HTTP_USER_AGENT` for `User-Agent`, and `CONTENT_TYPE`
 * and `CONTENT_LENGTH` for those two. `undefined` for a header that is dropped: `Proxy`, whose key programs would take
 * for a proxy to use (httpoxy), and any name that is no token or has a `_` in it (`X_User` would pass for `X-User`).
 */
export function environKey(header: string): string | undefined {
  let key = keys.get(header)
  if (key === undefined) {
    key = makeKey(header)
    if (keys.size < MAX_REMEMBERED && header.length <= MAX_REMEMBERED_LENGTH) keys.set(header, key)
  }
  return key === '' ? undefined : key
}

/**
 * Put a request header into the Environ under its key. One that comes again is joined to the first, by `, ` or, for
 * Cookie, by `; `; a second Host, Content-Length or Content-Type is a `BadRequest`.
 */
export function addHeader(environ: Environ, header: string, value: string): void {
  const key = environKey(header)
  if (key === undefined) return
  const before = environ[key]
  environ[key] = before === undefined ? value : joinHeader(key, before as string, value)
}

/** Two values of one header as one, by its key: see `addHeader`. */
export function joinHeader(key: string, before: string, value: string): string {
  if (key === 'HTTP_COOKIE') return `${before}; ${value}`
  if (key === 'HTTP_HOST' || key === 'CONTENT_LENGTH' || key === 'CONTENT_TYPE') {
    const name = key === 'HTTP_HOST' ? 'Host' : key === 'CONTENT_LENGTH' ? 'Content-Length' : 'Content-Type'
    throw new BadRequest(`The request has more than one ${name} header. Send one.`)
  }
  return `${before}, ${value}`
}

/**
 * A path with its percent-escapes decoded, once, to bytes in latin-1. `undefined` where a `%` is not followed by two
 * hexadecimal digits.
 */
export function decodePath(path: string): string | undefined {
  let escape = path.indexOf('%')
  if (escape === -1) return path
  let decoded = ''
  let start = 0
  for (; escape !== -1; escape = path.indexOf('%', start)) {
    const byte = hexDigit(path.charCodeAt(escape + 1)) * 16 + hexDigit(path.charCodeAt(escape + 2))
    if (Number.isNaN(byte)) return undefined
    decoded += path.slice(start, escape) + String.fromCharCode(byte)
    start = escape + 3
  }
  return decoded + path.slice(start)
}

/** Bytes in latin-1 as a path in a URL, what cannot stand there percent-encoded (RFC 3986, section 3.3): `decodePath` backwards. */
export function encodePath(path: string): string {
  return path.replace(
    /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/** The number of bytes that CONTENT_LENGTH promises: 0 where it is unset or empty, NaN where it is no such number. */
export function parseContentLength(text: string | undefined): number {
  if (text === undefined || text === '') return 0
  const length = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(length) ? length : Number.NaN
}

/** The scheme that a web server's variables tell of: HTTPS (`on` or `1`), else REQUEST_SCHEME, else `http`. */
export function schemeOf(variables: Readonly<Record<string, unknown>>): 'http' | 'https' {
  const https = variables['HTTPS']
  if (typeof https === 'string' && /^(?:on|1)$/i.test(https)) return 'https'
  const scheme = variables['REQUEST_SCHEME']
  return typeof scheme === 'string' && scheme.toLowerCase() === 'https' ? 'https' : 'http'
}

function makeKey(header: string): string {
  if (!HEADER_NAME.test(header)) return ''
  const name = header.toUpperCase().replaceAll('-', '_')
  if (name === 'PROXY') return ''
  return name === 'CONTENT_TYPE' || name === 'CONTENT_LENGTH' ? name : `HTTP_${name}`
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : Number.NaN
}
