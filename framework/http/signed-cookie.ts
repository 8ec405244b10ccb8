import { BadSignature, getCookieSigner } from '../signing/index.ts'
import type { SignedCookieQuery } from './cookies.ts'

/** The value of a cookie that is signed for its name, as the query wants it. Throws `BadSignature`. */
export function valueOfSigned<D>(cookie: string | undefined, name: string, query: SignedCookieQuery<D>): string | D {
  if (cookie === undefined) return query.default as D
  try {
    return getCookieSigner(name + (query.salt ?? '')).unsign(cookie, { maxAge: query.maxAge })
  } catch (error) {
    if ('default' in query && error instanceof BadSignature) return query.default
    throw error
  }
}
