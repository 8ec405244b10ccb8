import { isDeepStrictEqual } from 'node:util'
import { AssertionError } from 'node:assert'
import { type Assertion, fail, prefixed } from './assertion.ts'

/**
 * A text is JSON with this value, whatever the order of its keys; the value may be given as JSON too (Django's
 * `assertJSONEqual`).
 *
 * @example
 * assertJSONEqual(await response.text(), { total: 2, names: ['a', 'b'] })
 */
export function assertJSONEqual(raw: string, expected: unknown, message?: string): void {
  const [actual, wanted] = [parse(assertJSONEqual, raw, 'given'), valueOf(assertJSONEqual, expected)]
  if (isDeepStrictEqual(actual, wanted)) return
  const difference = new AssertionError({ actual, expected: wanted, operator: 'deepStrictEqual' }).message
  throw new AssertionError({
    message: prefixed(difference.replace(/^.*/, 'This is other JSON than was expected.'), message),
    actual,
    expected: wanted,
    stackStartFn: assertJSONEqual,
  })
}

/** A text is JSON with another value than this. */
export function assertJSONNotEqual(raw: string, expected: unknown, message?: string): void {
  const actual = parse(assertJSONNotEqual, raw, 'given')
  if (!isDeepStrictEqual(actual, valueOf(assertJSONNotEqual, expected))) return
  fail(assertJSONNotEqual, prefixed(`This is the same JSON, and should not be: ${raw}`, message))
}

function valueOf(start: Assertion, expected: unknown): unknown {
  // Through JSON, so that what it has no form for, such as `undefined`, is missing on both sides.
  return parse(start, typeof expected === 'string' ? expected : JSON.stringify(expected), 'expected')
}

function parse(start: Assertion, text: string, which: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return fail(start, `The ${which} text is no JSON. ${(error as Error).message}\n${text}`)
  }
}
