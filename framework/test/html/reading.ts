import { type Assertion, fail } from '../assertion.ts'
import { canonicalHTML, countHTML } from './canonical.ts'
import { HTMLSyntaxError } from './parser.ts'

/** HTML in its one form; the assertion that a test has called fails for what is no HTML. */
export function readHTML(start: Assertion, html: string, which: string): string {
  try {
    return canonicalHTML(html)
  } catch (error) {
    if (!(error instanceof HTMLSyntaxError)) throw error
    return fail(start, `The ${which} text is no HTML. ${error.message}\n${html}`)
  }
}

/** How often HTML stands in HTML, for the assertion that a test has called. */
export function occurrences(start: Assertion, needle: string, haystack: string): number {
  readHTML(start, needle, 'wanted')
  readHTML(start, haystack, 'given')
  return countHTML(needle, haystack)
}
