import { isSafe, type SafeString } from '../safe-string.ts'
import { textOf } from '../text.ts'

/** What a template may ask to be made, in elements, characters or columns. */
const MAX_SIZE = 100_000

/** A whole number that a template may ask for. Throws a RangeError for one that is out of bounds. */
export function sizeOf(size: unknown, max: number = MAX_SIZE): number {
  const number = Number(size)
  if (number >= 0 && number <= max) return Math.floor(number)
  throw new RangeError(`${textOf(size)} is out of bounds: a template can ask for 0 to ${max}.`)
}

/** A value as a whole number, as Python's `int` has it, or `undefined` where it is none. */
export function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined
  if (typeof value !== 'string' && !isSafe(value)) return undefined
  const text = String(value).trim()
  // Python reads no more digits either: what is longer would take more than linear time.
  return text.length <= 4300 && /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : undefined
}

/** A whole number as templates calculate with it. */
export function plainInteger(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** A small whole number, as an argument of a filter, or `undefined` where it is none. */
export function countOf(value: unknown): number | undefined {
  const integer = integerOf(value)
  return integer === undefined ? undefined : Number(integer)
}

/** What can be gone through, as an array; nothing is an empty one. Throws a TypeError for what cannot. */
export function listOf(items: unknown): unknown[] {
  const list = maybeList(items)
  if (list !== undefined) return list
  throw new TypeError('This filter needs a list.')
}

/** As `listOf`, but `undefined` for what cannot be gone through. */
export function maybeList(items: unknown): unknown[] | undefined {
  if (items === undefined || items === null) return []
  if (Array.isArray(items)) return items
  if (isSafe(items) || typeof items !== 'object' || !(Symbol.iterator in items)) return undefined
  return [...(items as Iterable<unknown>)]
}

/** True for a text, HTML too. */
export function isText(value: unknown): value is string | SafeString {
  return typeof value === 'string' || isSafe(value)
}

/** As `maybeList`, and a text is the list of its characters. */
export function sequenceOf(value: unknown): unknown[] | undefined {
  return isText(value) ? Array.from(String(value)) : maybeList(value)
}

/** Arguments by their names, given in their order or by keyword. */
export function named(args: readonly unknown[], names: readonly string[]): Record<string, unknown> {
  const last = args.at(-1)
  const hasKeywords = typeof last === 'object' && last !== null && Object.hasOwn(last, '__keywords')
  const keywords = (hasKeywords ? last : {}) as Record<string, unknown>
  const positional = hasKeywords ? args.slice(0, -1) : args
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      positional[index] ?? (Object.hasOwn(keywords, name) ? keywords[name] : undefined),
    ]),
  )
}
