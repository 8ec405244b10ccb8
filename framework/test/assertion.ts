import { AssertionError } from 'node:assert'

/** The assertion that a test has called: the stack of its error begins where that was. */
export type Assertion = (...args: never[]) => unknown

/** Lines around a difference that are shown. */
const AROUND = 3

/** Throw an AssertionError. */
export function fail(start: Assertion, message: string): never {
  throw new AssertionError({ message, stackStartFn: start })
}

/** Throw, unless two texts are equal, an AssertionError that says `message` and shows where they differ. */
export function assertSame(start: Assertion, actual: string, expected: string, message: string): void {
  if (actual === expected) return
  throw new AssertionError({
    message: `${message}\n+ actual - expected\n\n${difference(actual.split('\n'), expected.split('\n')).join('\n')}`,
    actual,
    expected,
    stackStartFn: start,
  })
}

/** A message with what the test's author says besides. */
export function prefixed(message: string, text: string | undefined): string {
  return text === undefined ? message : `${text}: ${message}`
}

/** As people count. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

/** The lines from the first to the last that differ, with some around them. */
function difference(actual: readonly string[], expected: readonly string[]): string[] {
  const shorter = Math.min(actual.length, expected.length)
  let start = 0
  while (start < shorter && actual[start] === expected[start]) start++
  let end = 0
  while (end < shorter - start && actual.at(-1 - end) === expected.at(-1 - end)) end++
  const between = (lines: readonly string[], mark: string): string[] =>
    lines.slice(start, lines.length - end).map((line) => `${mark} ${line}`)
  return [
    ...actual.slice(Math.max(0, start - AROUND), start).map((line) => `  ${line}`),
    ...between(actual, '+'),
    ...between(expected, '-'),
    ...actual.slice(actual.length - end, actual.length - end + AROUND).map((line) => `  ${line}`),
  ]
}
