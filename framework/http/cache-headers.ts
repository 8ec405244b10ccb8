import { httpDate } from '../utils/index.ts'
import type { HttpResponseBase } from './base-response.ts'
import { splitHeaderList } from './header-list.ts'

/** The directives of a Cache-Control header that a response may have (RFC 9111, section 5.2.2); times are in seconds. */
export interface CacheControl {
  /** How long it stays fresh. */
  readonly maxAge?: number | undefined
  /** The same for caches that several clients share. */
  readonly sMaxage?: number | undefined
  /** As text, the names of the headers that it is about. */
  readonly noCache?: boolean | string | undefined
  /** Keep it in no cache. */
  readonly noStore?: boolean | undefined
  /** Let nothing on the way change it. */
  readonly noTransform?: boolean | undefined
  /** Ask again once it is stale, whatever happens. */
  readonly mustRevalidate?: boolean | undefined
  /** Keep it only where its status is understood. */
  readonly mustUnderstand?: boolean | undefined
  /** As `mustRevalidate`, for caches that several clients share. */
  readonly proxyRevalidate?: boolean | undefined
  /** As text, the names of the headers that it is about. */
  readonly private?: boolean | string | undefined
  /** Keep it in any cache. */
  readonly public?: boolean | undefined
  /** RFC 8246. */
  readonly immutable?: boolean | undefined
  /** RFC 5861. */
  readonly staleWhileRevalidate?: number | undefined
  /** RFC 5861. */
  readonly staleIfError?: number | undefined
}

/**
 * Add directives to a response's Cache-Control header (Django's `patch_cache_control`): of two `maxAge` the smaller
 * stays, `public` and `private` replace each other, and `false` takes a directive away. Throws a RangeError for a time that is none.
 *
 * @example
 * patchCacheControl(response, { maxAge: 3600, public: true })
 */
export function patchCacheControl(response: HttpResponseBase, directives: CacheControl): void {
  const all = new Map(cacheDirectives(response.headers.get('Cache-Control') ?? ''))
  for (const [name, value] of Object.entries(directives) as Array<[string, boolean | number | string | undefined]>) {
    const directive = name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)
    if (value === undefined) continue
    if (value === false) all.delete(directive)
    else all.set(directive, merged(directive, all.get(directive), value))
  }
  if (directives.public === true) all.delete('private')
  else if (directives.private !== undefined && directives.private !== false) all.delete('public')
  if (all.size === 0) response.headers.delete('Cache-Control')
  else response.headers.set('Cache-Control', [...all].map(([name, value]) => writeDirective(name, value)).join(', '))
}

/** A directive's value beside one that is there already: the stricter of both. */
function merged(directive: string, before: string | true | undefined, value: true | number | string): string | true {
  if (typeof value === 'number') {
    const seconds = Math.trunc(checkedSeconds(directive, value))
    return String(directive === 'max-age' && isSeconds(before) ? Math.min(Number(before), seconds) : seconds)
  }
  if (value === true || before === undefined || before === value) return value
  return before === true ? true : `${before}, ${value}`
}

function checkedSeconds(directive: string, seconds: number): number {
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  throw new RangeError(`A response cannot have ${directive}=${seconds}: it must be a number of seconds.`)
}

function writeDirective(name: string, value: string | true): string {
  if (value === true) return name
  return /^[\w-]+$/.test(value) ? `${name}=${value}` : `${name}="${value.replace(/["\\]/g, '\\$&')}"`
}

/** A name, and a value in quotes or not. */
const DIRECTIVE = /^([\w-]+)[ \t]*(?:=[ \t]*("[^]*"|[^"]*))?$/

/** The directives of a Cache-Control header by their names in lower case; `true` for one without a value. What is none is left out. */
export function cacheDirectives(header: string): ReadonlyMap<string, string | true> {
  const directives = new Map<string, string | true>()
  for (const element of splitHeaderList(header)) {
    const [, name, value] = DIRECTIVE.exec(element) ?? []
    if (name !== undefined) directives.set(name.toLowerCase(), value === undefined ? true : unquoted(value))
  }
  return directives
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\([^])/g, '$1') : value
}

function isSeconds(value: string | true | undefined): value is string {
  return typeof value === 'string' && /^[0-9]+$/.test(value)
}

/** The seconds of a response's `max-age`, or `undefined` where it has none (Django's `get_max_age`). */
export function getMaxAge(response: HttpResponseBase): number | undefined {
  const value = cacheDirectives(response.headers.get('Cache-Control') ?? '').get('max-age')
  return isSeconds(value) ? Number(value) : undefined
}

/** Let caches keep a response for some seconds: Expires, where it has none, and `max-age` (Django's `patch_response_headers`). */
export function patchResponseHeaders(response: HttpResponseBase, seconds: number): void {
  const maxAge = checkedSeconds('max-age', seconds)
  response.headers.setDefault('Expires', httpDate(Date.now() + maxAge * 1000))
  patchCacheControl(response, { maxAge })
}

/** Keep a response out of every cache (Django's `add_never_cache_headers`). */
export function addNeverCacheHeaders(response: HttpResponseBase): void {
  patchResponseHeaders(response, 0)
  patchCacheControl(response, { noCache: true, noStore: true, mustRevalidate: true, private: true })
}

/**
 * Say that a response depends on these headers of the request (Django's `patch_vary_headers`); names that the Vary
 * header has already do not come twice, and `*` stands for all.
 */
export function patchVaryHeaders(response: HttpResponseBase, names: readonly string[]): void {
  const varied = varyNames(response)
  const known = new Set(varied.map((name) => name.toLowerCase()))
  for (const name of names) {
    if (known.has(name.toLowerCase())) continue
    known.add(name.toLowerCase())
    varied.push(name)
  }
  if (varied.length > 0) response.headers.set('Vary', known.has('*') ? '*' : varied.join(', '))
}

/** True where a response's Vary header has this name, in any case. */
export function hasVaryHeader(response: HttpResponseBase, name: string): boolean {
  return varyNames(response).some((each) => each.toLowerCase() === name.toLowerCase())
}

function varyNames(response: HttpResponseBase): string[] {
  return splitHeaderList(response.headers.get('Vary') ?? '')
}
