import { parseCookie as parse, stringifySetCookie } from 'cookie'
import { BadHeaderError } from '../exceptions.ts'
import { isToken } from '../utils/index.ts'
import { decodeBytes } from './encoding.ts'

/** What a cookie says besides its name and value (RFC 6265bis, section 4.1). */
export interface CookieOptions {
  /** Seconds until it ends; without this and `expires` it ends with the browser's session. */
  readonly maxAge?: number | undefined
  /** When it ends, by the clock of the client. */
  readonly expires?: Date | undefined
  /** `/` by default. */
  readonly path?: string | undefined
  /** A domain that the host stands below, whose other hosts get it too; that host alone by default. */
  readonly domain?: string | undefined
  /** Sent by HTTPS only. */
  readonly secure?: boolean | undefined
  /** Kept from scripts. */
  readonly httpOnly?: boolean | undefined
  /** Whether it comes along with requests that another site makes: `Lax` with links, `Strict` with none, `None` with all. */
  readonly sameSite?: 'Lax' | 'Strict' | 'None' | undefined
  /** One cookie jar for each site that embeds this one; needs `secure`. */
  readonly partitioned?: boolean | undefined
}

/** What is asked of a signed cookie. */
export interface SignedCookieQuery<D> {
  /** As it was set with. */
  readonly salt?: string | undefined
  /** Seconds since it was signed, at most. */
  readonly maxAge?: number | undefined
  /** Given for a cookie that is missing, expired or not signed by this site, instead of an error. */
  readonly default?: D
}

/**
 * The cookies of a Cookie header, given as latin-1 bytes of UTF-8; of a name that comes again, the first counts, which is
 * that of the longest path. Values are unquoted, as Python's are written, and percent-decoded.
 */
export function parseCookie(header: string): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const [name, value] of Object.entries(parse(header, { decode: decodeValue }))) {
    cookies.set(decodeBytes(name), value as string)
  }
  return cookies
}

function decodeValue(value: string): string {
  const text = decodeBytes(value.length > 1 && value.startsWith('"') && value.endsWith('"') ? unquote(value) : value)
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Without its quotes; a backslash stands before a character that is meant, or three octal digits of a byte. */
function unquote(value: string): string {
  const inner = value.slice(1, -1)
  if (!inner.includes('\\')) return inner
  return inner.replace(/\\(?:([0-3][0-7]{2})|([^]))/g, (_escape, octal: string | undefined, character: string) =>
    octal === undefined ? character : String.fromCharCode(Number.parseInt(octal, 8)),
  )
}

/**
 * A cookie as a Set-Cookie header has it. Throws `BadHeaderError` for a name that is no token, for what would end the
 * header, and for a combination that browsers refuse.
 */
export function serializeCookie(name: string, value: string, options: CookieOptions = {}): string {
  if (!isToken(name)) refuse(name, 'its name may hold letters, digits and some signs, but no blank, comma or semicolon')
  checkPrefix(name, options)
  const { sameSite, path = '/', ...rest } = options
  if (sameSite === 'None' && options.secure !== true) refuse(name, 'sameSite None works with secure: true only')
  if (options.partitioned === true && options.secure !== true) refuse(name, 'partitioned works with secure: true only')
  const given = Object.fromEntries(Object.entries(rest).filter(([, option]) => option !== undefined))
  try {
    return stringifySetCookie({
      name,
      value,
      path,
      ...given,
      ...(sameSite === undefined ? {} : { sameSite: sameSite.toLowerCase() as 'lax' | 'strict' | 'none' }),
    })
  } catch (error) {
    throw new BadHeaderError(`The cookie ${JSON.stringify(name)} cannot be set: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** Browsers drop a cookie whose name makes a promise that it does not keep (RFC 6265bis, section 4.1.3). */
function checkPrefix(name: string, { secure, path = '/', domain }: CookieOptions): void {
  if (/^__(?:secure|host)-/i.test(name) && secure !== true) refuse(name, 'its prefix demands secure: true')
  if (/^__host-/i.test(name) && (path !== '/' || domain !== undefined)) {
    refuse(name, 'its prefix demands the path "/" and no domain')
  }
}

function refuse(name: string, reason: string): never {
  throw new BadHeaderError(`The cookie ${JSON.stringify(name)} cannot be set: ${reason}.`)
}
