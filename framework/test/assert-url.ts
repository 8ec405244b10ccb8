import { assertSame, prefixed } from './assertion.ts'
import { canonicalURL } from './canonical-url.ts'

/**
 * Two URLs or paths are the same, in whatever order the names of their queries stand; values of one name keep theirs
 * (Django's `assertURLEqual`).
 *
 * @example
 * assertURLEqual(url, '/search/?q=cloud&page=2')
 */
export function assertURLEqual(actual: string, expected: string, message?: string): void {
  const text = prefixed('This is another URL than was expected.', message)
  assertSame(assertURLEqual, canonicalURL(actual), canonicalURL(expected), text)
}
