import type { CookieOptions } from './cookies.ts'

/** The last second that a cookie's date can name, for its year has four digits. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59)

/**
 * The options with the cookie's end in both ways, where it has one, as Django writes them: old clients read the date alone,
 * and the seconds do not depend on the client's clock.
 */
export function withBothEnds(options: CookieOptions): CookieOptions {
  const { maxAge, expires } = options
  if (maxAge === undefined) {
    if (expires === undefined) return options
    return { ...options, maxAge: Math.max(0, Math.ceil((expires.getTime() - Date.now()) / 1000)) }
  }
  if (expires !== undefined || Number.isNaN(maxAge)) return options
  return { ...options, expires: new Date(Math.min(Math.max(0, Date.now() + maxAge * 1000), LAST)) }
}
