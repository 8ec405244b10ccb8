import type { Callable } from '../nunjucks.ts'
import { isSafe } from '../safe-string.ts'
import { textOf } from '../text.ts'
import { isText, sizeOf } from './arguments.ts'
import { codePointsOf, textOfCodePoints } from './characters.ts'
import { isEscaping } from './define.ts'
import { escaped } from './html.ts'

/** Filters of the library that fail for what is no text. */
const OF_TEXT = ['capitalize', 'string']

/** Filters of the library that put one of their arguments into the text, and which of them. */
const PUTTING_IN: ReadonlyArray<readonly [name: string, at: number]> = [
  ['replace', 1],
  ['truncate', 2],
]

/**
 * The library's filters made to take any value, a number in a client's JSON too; what they put into HTML is escaped, and
 * what they make has a bound.
 */
export function guardedFilters(library: Readonly<Record<string, unknown>>): Record<string, Callable> {
  const ofText = (filter: Callable): Callable => {
    return (value, ...args) => filter(textLike(value), ...args)
  }
  const puttingIn = (filter: Callable, at: number): Callable => {
    return function (this: unknown, value, ...args) {
      // What a regular expression has found is a plain text afterwards.
      const isHtml = isSafe(value) && !(args[0] instanceof RegExp)
      if (isHtml && isEscaping(this) && args[at] !== undefined) args[at] = String(escaped(args[at]))
      return filter(textLike(value), ...args)
    }
  }
  const batch = library['batch'] as Callable
  const reverse = library['reverse'] as Callable
  return Object.fromEntries([
    ...OF_TEXT.map((name) => [name, ofText(library[name] as Callable)] as const),
    ...PUTTING_IN.map(([name, at]) => [name, puttingIn(library[name] as Callable, at)] as const),
    ['batch', (items: unknown, size: unknown, ...args: unknown[]) => batch(items, sizeOf(size), ...args)],
    ['dump', (value: unknown, spaces: unknown) => JSON.stringify(value, plain, spaces as number)],
    ['reverse', (value: unknown) => (isText(value) ? reversedText(String(value)) : reverse(value))],
    ['list', (value: unknown) => (library['list'] as Callable)(plain('', value))],
  ])
}

function textLike(value: unknown): unknown {
  return isText(value) ? value : textOf(value)
}

/** A text from its last character to its first. */
function reversedText(text: string): string {
  return textOfCodePoints(codePointsOf(text).toReversed())
}

/** HTML as the text that it is, for what knows only texts. */
function plain(_name: string, value: unknown): unknown {
  return isSafe(value) ? String(value) : value
}

/** `range()` as the library has it, with a bound. */
export function range(start: unknown, stop?: unknown, step: unknown = 1): number[] {
  const [from, to] = stop === undefined ? [0, Number(start)] : [Number(start), Number(stop)]
  const by = Number(step) || 1
  const count = Math.max(0, Math.ceil((to - from) / by))
  return Array.from({ length: sizeOf(Number.isNaN(count) ? 0 : count) }, (_value, index) => from + index * by)
}
