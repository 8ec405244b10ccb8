import { type Assertion, assertSame, fail, prefixed } from './assertion.ts'
import { canonicalXML } from './xml/canonical.ts'
import { XMLSyntaxError } from './xml/parser.ts'

/**
 * Two texts are the same XML: the order of attributes, white space at tags, comments, CDATA, how a character or an empty
 * element is written, and what stands before a document do not count (Django's `assertXMLEqual`). Throws an
 * AssertionError also where one is no XML.
 *
 * @example
 * assertXMLEqual(await response.text(), '<urlset><url><loc>https://example.com/</loc></url></urlset>')
 */
export function assertXMLEqual(actual: string, expected: string, message?: string): void {
  const [one, other] = [read(assertXMLEqual, actual, 'actual'), read(assertXMLEqual, expected, 'expected')]
  assertSame(assertXMLEqual, one, other, prefixed('This is other XML than was expected.', message))
}

/** Two texts are not the same XML. */
export function assertXMLNotEqual(actual: string, expected: string, message?: string): void {
  const one = read(assertXMLNotEqual, actual, 'actual')
  if (one !== read(assertXMLNotEqual, expected, 'expected')) return
  fail(assertXMLNotEqual, prefixed(`This is the same XML, and should not be:\n${one}`, message))
}

function read(start: Assertion, xml: string, which: string): string {
  try {
    return canonicalXML(xml)
  } catch (error) {
    if (!(error instanceof XMLSyntaxError)) throw error
    return fail(start, `The ${which} text is no XML. ${error.message}\n${xml}`)
  }
}
