import { parseSetCookie } from 'cookie'
import type { CookieOptions } from '../http/index.ts'

/** A cookie that an answer has set. */
export interface ResponseCookie extends CookieOptions {
  readonly name: string
  /** Decoded. */
  readonly value: string
}

/** To whom a request goes, as far as cookies ask. */
export interface CookieTarget {
  /** With or without a port. */
  readonly host: string
  /** The whole path, still encoded. */
  readonly path: string
  readonly secure: boolean
}

interface StoredCookie {
  readonly name: string
  /** As it was sent, still encoded. */
  readonly raw: string
  /** The host it belongs to; `undefined` for every host. */
  readonly domain: string | undefined
  /** True for a cookie of that very host, false for one of all below it too. */
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
  /** Milliseconds since 1970. */
  readonly expires: number
}

/** Keeps cookies as a browser does: by domain and path, until they expire or are deleted (RFC 6265, section 5). */
export class CookieJar implements Iterable<[name: string, value: string]> {
  readonly #cookies = new Map<string, StoredCookie>()

  /** The value of a cookie, decoded; of several of one name that with the longest path. */
  get(name: string): string | undefined {
    const cookie = this.#living().find((each) => each.name === name)
    return cookie === undefined ? undefined : decode(cookie.raw)
  }

  /** True where there is a cookie of this name. */
  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** Set a cookie for every host and path, or for those that are given. */
  set(name: string, value: string, { domain, path = '/' }: { domain?: string; path?: string } = {}): void {
    this.#store({
      name,
      raw: encodeURIComponent(value),
      domain: domain?.toLowerCase().replace(/^\./, ''),
      hostOnly: false,
      path,
      secure: false,
      expires: Number.POSITIVE_INFINITY,
    })
  }

  /** Forget all cookies of a name; tells whether there was one. */
  delete(name: string): boolean {
    const found = [...this.#cookies].filter(([, cookie]) => cookie.name === name)
    for (const [key] of found) this.#cookies.delete(key)
    return found.length > 0
  }

  /** Forget all cookies. */
  clear(): void {
    this.#cookies.clear()
  }

  /** How many cookies there are. */
  get size(): number {
    return this.#living().length
  }

  *[Symbol.iterator](): Generator<[name: string, value: string]> {
    for (const { name, raw } of this.#living()) yield [name, decode(raw)]
  }

  /**
   * Take a Set-Cookie header of an answer; one for a domain that the target does not belong to is dropped, and one whose
   * prefix promises more than it keeps.
   */
  receive(header: string, target: CookieTarget): void {
    const { name, value = '', domain: given, path, secure = false, maxAge, expires } = parseRaw(header)
    const host = hostName(target.host)
    const domain = given?.toLowerCase().replace(/^\./, '') ?? ''
    if (domain !== '' && !belongsTo(host, domain)) return
    if (!keepsPromise(name, { secure, hostOnly: domain === '', path })) return
    this.#store({
      name,
      raw: value,
      domain: domain === '' ? host : domain,
      hostOnly: domain === '',
      path: path?.startsWith('/') === true ? path : defaultPath(target.path),
      secure,
      expires: maxAge === undefined ? (expires?.getTime() ?? Number.POSITIVE_INFINITY) : Date.now() + maxAge * 1000,
    })
  }

  /** The Cookie header of a request; `undefined` where no cookie goes there. */
  headerFor(target: CookieTarget): string | undefined {
    const host = hostName(target.host)
    const fitting = this.#living().filter(({ domain, hostOnly, path, secure }) => {
      if (secure && !target.secure) return false
      if (domain !== undefined && !(hostOnly ? domain === host : belongsTo(host, domain))) return false
      return isBelow(target.path, path)
    })
    return fitting.length === 0 ? undefined : fitting.map(({ name, raw }) => `${name}=${raw}`).join('; ')
  }

  #store(cookie: StoredCookie): void {
    const key = `${cookie.domain ?? ''};${cookie.path};${cookie.name}`
    if (cookie.expires > Date.now()) this.#cookies.set(key, cookie)
    else this.#cookies.delete(key)
  }

  /** Longer paths first, and else in the order of setting. */
  #living(): StoredCookie[] {
    const now = Date.now()
    return [...this.#cookies.values()]
      .filter(({ expires }) => expires > now)
      .sort((one, other) => other.path.length - one.path.length)
  }
}

/** A Set-Cookie header as an object. */
export function parseResponseCookie(header: string): ResponseCookie {
  const { sameSite, value = '', priority: _, ...rest } = parseRaw(header)
  const policy = typeof sameSite === 'string' ? SAME_SITE[sameSite] : undefined
  return { ...rest, value: decode(value), ...(policy === undefined ? {} : { sameSite: policy }) }
}

const SAME_SITE = { lax: 'Lax', strict: 'Strict', none: 'None' } as const

function parseRaw(header: string): ReturnType<typeof parseSetCookie> {
  return parseSetCookie(header, { decode: (text) => text })
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '')
}

/** What a name that begins so says of its cookie (RFC 6265bis, section 4.1.3), in any case of its letters. */
function keepsPromise(
  name: string,
  cookie: Pick<StoredCookie, 'secure' | 'hostOnly'> & { path: string | undefined },
): boolean {
  if (/^__Secure-/i.test(name)) return cookie.secure
  return !/^__Host-/i.test(name) || (cookie.secure && cookie.hostOnly && cookie.path === '/')
}

/** An address has no domains above it. */
function belongsTo(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && !/^[\d.]+$|^\[/.test(host))
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(above.endsWith('/') ? above : `${above}/`)
}

/** The directory of the path that set the cookie (section 5.1.4). */
function defaultPath(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}
