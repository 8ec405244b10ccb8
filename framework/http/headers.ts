import type { Environ } from '../gateway/index.ts'
import { BadHeaderError } from '../exceptions.ts'
import { isToken } from '../utils/index.ts'
import { checkedValue } from './header-value.ts'

/** The request's headers: a view of the Environ whose names are in any case, with `-` (Django's `request.headers`). */
export class RequestHeaders implements Iterable<[name: string, value: string]> {
  readonly #environ: Environ

  constructor(environ: Environ) {
    this.#environ = environ
  }

  /** A header's value, latin-1; one that came more than once is joined with commas. */
  get(name: string): string | undefined {
    return valueOf(this.#environ, environKey(name))
  }

  /** True where the request has this header. */
  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** Each header's name, as in `User-Agent`, with its value. */
  *entries(): Generator<[name: string, value: string]> {
    for (const key of Object.keys(this.#environ)) {
      const name = headerName(key)
      const value = name === undefined ? undefined : valueOf(this.#environ, key)
      if (name !== undefined && value !== undefined) yield [name, value]
    }
  }

  /** As `entries`. */
  [Symbol.iterator](): Generator<[name: string, value: string]> {
    return this.entries()
  }
}

/** Keys of header names, so that each is made once; bounded, for names may come from a client. */
const keys = new Map<string, string>()
const MAX_REMEMBERED = 1_000
const MAX_REMEMBERED_LENGTH = 64

function environKey(name: string): string {
  let key = keys.get(name)
  if (key !== undefined) return key
  key = name.toUpperCase().replaceAll('-', '_')
  if (!isUnprefixed(key)) key = `HTTP_${key}`
  if (keys.size < MAX_REMEMBERED && name.length <= MAX_REMEMBERED_LENGTH) keys.set(name, key)
  return key
}

/** The two headers of the body stand in the Environ without `HTTP_`; unset and empty mean the same there (RFC 3875). */
function isUnprefixed(key: string): boolean {
  return key === 'CONTENT_TYPE' || key === 'CONTENT_LENGTH'
}

function valueOf(environ: Environ, key: string): string | undefined {
  const value = environ[key]
  return typeof value !== 'string' || (value === '' && isUnprefixed(key)) ? undefined : value
}

/** `User-Agent` for `HTTP_USER_AGENT`; `undefined` for a key that is no header's. */
function headerName(key: string): string | undefined {
  const upper = key.startsWith('HTTP_') ? key.slice(5) : isUnprefixed(key) ? key : undefined
  return upper
    ?.toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('-')
}

/** Header names that have been found valid, so that each is looked at once; bounded, for views may make names up. */
const lowerCased = new Map<string, string>()

/** Response headers: names in any case, kept in their order and in the spelling that was set first. */
export class HeaderMap implements Iterable<[name: string, value: string]> {
  readonly #entries = new Map<string, [name: string, value: string]>()

  /** A header's value. */
  get(name: string): string | undefined {
    return this.#entries.get(lowerCase(name))?.[1]
  }

  /** True where the header is set. */
  has(name: string): boolean {
    return this.#entries.has(lowerCase(name))
  }

  /** Set a header. Throws `BadHeaderError` for a name that is no token, and for CR, LF, NUL or non-latin-1 in a value. */
  set(name: string, value: string): void {
    const key = lowerCase(name)
    const entry = this.#entries.get(key)
    if (entry === undefined) this.#entries.set(key, [name, checkedValue(name, value)])
    else entry[1] = checkedValue(name, value)
  }

  /** Set a header that has no value yet: one that a view has chosen wins over a middleware's. */
  setDefault(name: string, value: string): void {
    const key = lowerCase(name)
    if (!this.#entries.has(key)) this.#entries.set(key, [name, checkedValue(name, value)])
  }

  /**
   * Add a value after those that the header has, with a comma between. Throws `BadHeaderError` as `set`, and for a
   * second Set-Cookie, which no comma joins.
   */
  append(name: string, value: string): void {
    const before = this.get(name)
    if (before !== undefined && lowerCase(name) === 'set-cookie') {
      throw new BadHeaderError('Set-Cookie cannot be joined to another one: use setCookie() of the response.')
    }
    this.set(name, before === undefined ? value : `${before}, ${value}`)
  }

  /** Take a header away; tells whether it was there. */
  delete(name: string): boolean {
    return this.#entries.delete(lowerCase(name))
  }

  /** How many headers there are. */
  get size(): number {
    return this.#entries.size
  }

  /** Each header's name, as it was set first, with its value. */
  *entries(): Generator<[name: string, value: string]> {
    for (const [name, value] of this.#entries.values()) yield [name, value]
  }

  /** As `entries`. */
  [Symbol.iterator](): Generator<[name: string, value: string]> {
    return this.entries()
  }

  /** The headers as a gateway takes them; the array is the caller's own. */
  toList(): Array<readonly [name: string, value: string]> {
    return [...this.#entries.values()]
  }
}

function lowerCase(name: string): string {
  let key = lowerCased.get(name)
  if (key !== undefined) return key
  if (!isToken(name)) {
    throw new BadHeaderError(`${JSON.stringify(name)} is no header's name: it may hold letters, digits and "-" only.`)
  }
  key = name.toLowerCase()
  if (lowerCased.size < MAX_REMEMBERED && name.length <= MAX_REMEMBERED_LENGTH) lowerCased.set(name, key)
  return key
}
