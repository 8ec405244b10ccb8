import { parseCookie as parse, stringifySetCookie } from 'cookie'
import { BadHeaderError } from '../exceptions.ts'
import { decodeBytes } from './encoding.ts'

/** What a cookie says besides its name and value (RFC 6265bis, section 4.1). */
export interface CookieOptions {
  /** Seconds until it ends; without this and `expires` it ends with the browser's session. */
  readonly maxAge?: number | undefined
  readonly expires?: Date | undefined
  /** `/` by default. */
  readonly path?: string | undefined
  readonly domain?: string | undefined
  /** Sent by HTTPS only. */
  readonly secure?: boolean | undefined
  /** Kept from scripts. */
  readonly httpOnly?: boolean | undefined
  readonly sameSite?: 'Lax' | 'Strict' | 'None' | undefined
  /** One cookie jar for each site that embeds this one; needs `secure`. */
  readonly partitioned?: boolean | undefined
}

/** The cookies of a Cookie header, given as latin-1 bytes; of a name that comes again, the first counts. */
export function parseCookie(header: string): Map<string, string> {
  return new Map(Object.entries(parse(decodeBytes(header))) as Array<[string, string]>)
}

/**
 * A cookie as a Set-Cookie header has it. Throws `BadHeaderError` for a name that is no token, for what would end the
 * header, and for a combination that browsers refuse.
 */
export function serializeCookie(name: string, value: string, options: CookieOptions = {}): string {
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
