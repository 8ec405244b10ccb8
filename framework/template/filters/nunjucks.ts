import type { Callable } from '../nunjucks.ts'
import { isSafe } from '../safe-string.ts'
import { textOf } from '../text.ts'
import { sizeOf } from './arguments.ts'

/** Filters of the library that fail for what is no text. */
const OF_TEXT = ['capitalize', 'replace', 'string', 'truncate']

/** Filters of the library that make as many elements as their first argument says. */
const OF_SIZE = ['batch']

/** The library's filters of text made to take any value, a number in a client's JSON too, and those of a size bounded. */
export function guardedFilters(library: Readonly<Record<string, unknown>>): Record<string, Callable> {
  const ofText = (filter: Callable): Callable => {
    return (value, ...args) => filter(typeof value === 'string' || isSafe(value) ? value : textOf(value), ...args)
  }
  const ofSize = (filter: Callable): Callable => {
    return (items, size, ...args) => filter(items, sizeOf(size), ...args)
  }
  return Object.fromEntries([
    ...OF_TEXT.map((name) => [name, ofText(library[name] as Callable)] as const),
    ...OF_SIZE.map((name) => [name, ofSize(library[name] as Callable)] as const),
  ])
}

/** `range()` as the library has it, with a bound. */
export function range(start: unknown, stop?: unknown, step: unknown = 1): number[] {
  const [from, to] = stop === undefined ? [0, Number(start)] : [Number(start), Number(stop)]
  const by = Number(step) || 1
  const count = Math.max(0, Math.ceil((to - from) / by))
  return Array.from({ length: sizeOf(Number.isNaN(count) ? 0 : count) }, (_value, index) => from + index * by)
}
