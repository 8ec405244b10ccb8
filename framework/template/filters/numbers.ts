import type { Callable } from '../nunjucks.ts'
import { isTruthy } from '../operators.ts'
import { isSafe, markSafe } from '../safe-string.ts'
import { textOf } from '../text.ts'
import { integerOf, isText, plainInteger } from './arguments.ts'
import { fixed, isWhole, parseDecimal, roundedText } from './decimal.ts'
import { lengthOf } from './lists.ts'

const SIZES = ['KB', 'MB', 'GB', 'TB', 'PB']

/** Filters of numbers, and of what depends on one. */
export const NUMBER_FILTERS: Readonly<Record<string, Callable>> = {
  add,
  divisibleby: (value, divisor) => {
    const [number, by] = [integerOf(value), integerOf(divisor)]
    if (number !== undefined && by !== undefined && by !== 0n) return number % by === 0n
    throw new TypeError(
      `The filter "divisibleby" needs whole numbers, and 0 divides none: it got ${textOf(value)} and ${textOf(divisor)}.`,
    )
  },
  filesizeformat,
  floatformat,
  get_digit: (value, place) => {
    const [number, at] = [integerOf(value), integerOf(place)]
    if (number === undefined || at === undefined || at < 1n) return value
    const digits = number.toString().replace('-', '')
    return Number(digits.at(-Number(at)) ?? 0)
  },
  pluralize,
  yesno: (value, words = 'yes,no,maybe') => {
    const [yes, no, maybe, ...more] = textOf(words).split(',')
    if (no === undefined) return value
    if (value === undefined || value === null) return more.length > 0 || maybe === undefined ? no : maybe
    return isTruthy(value) ? yes : no
  },
}

function add(value: unknown, more: unknown): unknown {
  const [one, other] = [integerOf(value), integerOf(more)]
  if (one !== undefined && other !== undefined) return plainInteger(one + other)
  if (typeof value === 'number' && typeof more === 'number') return value + more
  if (Array.isArray(value) && Array.isArray(more)) return [...(value as unknown[]), ...(more as unknown[])]
  if (!isText(value) || !isText(more)) return ''
  const text = textOf(value) + textOf(more)
  return isSafe(value) && isSafe(more) ? markSafe(text) : text
}

function floatformat(value: unknown, given: unknown = -1): unknown {
  const [, digits = '', suffix = ''] = /^([^]*?)([gu]{0,2})$/.exec(textOf(given)) as unknown as string[]
  const text = typeof value === 'boolean' ? String(Number(value)) : textOf(value)
  const number = parseDecimal(text)
  if (number === undefined) return typeof value === 'number' ? text : ''
  const places = digits === '' ? -1n : integerOf(digits)
  if (number === 'long' || places === undefined || places > 200n || places < -200n) return text
  const grouped = suffix === 'g'
  if (places <= 0n && isWhole(number)) return markSafe(fixed(number, 0, grouped))
  return markSafe(fixed(number, Math.abs(Number(places)), grouped))
}

function filesizeformat(value: unknown): string {
  const bytes = Number(integerOf(value) ?? 0n)
  const size = Math.abs(bytes)
  const sign = bytes < 0 ? '-' : ''
  if (size < 1024) return `${sign}${size}\u00a0byte${size === 1 ? '' : 's'}`
  const power = Math.min(Math.floor(Math.log2(size) / 10), SIZES.length)
  return `${sign}${roundedText(size / 1024 ** power, 1)}\u00a0${SIZES[power - 1]}`
}

function pluralize(value: unknown, suffixes: unknown = 's'): string {
  const text = textOf(suffixes)
  const [one = '', many = '', ...more] = (text.includes(',') ? text : `,${text}`).split(',')
  if (more.length > 0) return ''
  const count = countOfThings(value)
  return count === undefined ? '' : count === 1 ? one : many
}

/** How many a number, a text with one, or a list means. */
function countOfThings(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return Number(value)
  if (typeof value === 'string' || isSafe(value)) {
    const number = parseDecimal(textOf(value))
    return typeof number === 'object' ? Number(textOf(value)) : undefined
  }
  return lengthOf(value)
}
