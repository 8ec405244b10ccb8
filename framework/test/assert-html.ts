import { assertSame, fail, prefixed, times } from './assertion.ts'
import { canonicalHTML } from './html/canonical.ts'
import { occurrences, readHTML } from './html/reading.ts'

/**
 * Two texts are the same HTML: the order of attributes and classes, white space at tags, how a character or an empty
 * element is written do not count (Django's `assertHTMLEqual`). Throws an AssertionError also where one is no HTML.
 *
 * @example
 * assertHTMLEqual(String(form), '<input name="email" type="email" required>')
 */
export function assertHTMLEqual(actual: string, expected: string, message?: string): void {
  const [one, other] = [readHTML(assertHTMLEqual, actual, 'actual'), readHTML(assertHTMLEqual, expected, 'expected')]
  assertSame(assertHTMLEqual, one, other, prefixed('This is other HTML than was expected.', message))
}

/** Two texts are not the same HTML. */
export function assertHTMLNotEqual(actual: string, expected: string, message?: string): void {
  const one = readHTML(assertHTMLNotEqual, actual, 'actual')
  if (one !== readHTML(assertHTMLNotEqual, expected, 'expected')) return
  fail(assertHTMLNotEqual, prefixed(`This is the same HTML, and should not be:\n${one}`, message))
}

/**
 * A piece of HTML stands in another, whole; with `count`, so many times (Django's `assertInHTML`).
 *
 * @example
 * assertInHTML('<a href="/login/">Log in</a>', await response.text())
 */
export function assertInHTML(
  needle: string,
  haystack: string,
  options: { count?: number; message?: string } = {},
): void {
  const { count, message } = options
  const found = occurrences(assertInHTML, needle, haystack)
  if (count === undefined ? found > 0 : found === count) return
  const wanted = count === undefined ? 'is not in it' : `is in it ${times(found)}, not ${times(count)}`
  fail(
    assertInHTML,
    prefixed(`This HTML ${wanted}:\n${canonicalHTML(needle)}\n\nThe whole:\n${canonicalHTML(haystack)}`, message),
  )
}

/** A piece of HTML does not stand in another. */
export function assertNotInHTML(needle: string, haystack: string, message?: string): void {
  const found = occurrences(assertNotInHTML, needle, haystack)
  if (found === 0) return
  fail(
    assertNotInHTML,
    prefixed(`This HTML is in it ${times(found)}, and should not be:\n${canonicalHTML(needle)}`, message),
  )
}
