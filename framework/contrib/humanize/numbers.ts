import { groupThousands, ordinalSuffix } from '../../utils/index.ts'

const DIGITS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** Short scale: a thousand times more each. */
const POWERS =
  'million billion trillion quadrillion quintillion sextillion septillion octillion nonillion decillion'.split(' ')

const MILLION = 1_000_000n
const GOOGOL = 10n ** 100n

/** `1` to `9` as words; anything else stays as it is. */
export function apNumber(value: unknown): unknown {
  const number = wholeOf(value)
  if (number === undefined) return value
  return number >= 1n && number <= 9n ? DIGITS[Number(number) - 1] : number
}

/** `4,500` for `4500`, and `4,500.2` for `4500.2`; what is no number stays as it is. */
export function intComma(value: unknown): unknown {
  const [, sign, whole, rest] = /^(-?)(\d+)((?:\.\d+)?)$/.exec(textOf(value)) ?? []
  return whole === undefined ? value : `${sign as string}${groupThousands(whole)}${rest as string}`
}

/** `1.2 million` for `1200000`; a smaller number stays as it is, and so does what is none. */
export function intWord(value: unknown): unknown {
  const number = wholeOf(value)
  if (number === undefined) return value
  const size = number < 0n ? -number : number
  if (size < MILLION) return number
  let unit = MILLION
  for (const name of POWERS) {
    if (size < unit * 1000n) return `${tenths(number, unit)} ${name}`
    unit *= 1000n
  }
  return size < GOOGOL * 1000n ? `${tenths(number, GOOGOL)} googol` : number
}

/** `1st`, `2nd`, `3rd`, `4th`; what is no whole number stays as it is. */
export function ordinal(value: unknown): unknown {
  const number = wholeOf(value)
  if (number === undefined) return value
  return number < 0n ? String(number) : `${number}${ordinalSuffix(Number(number % 100n))}`
}

/** How often a unit is in a number, with one digit after the point, halves rounded away from zero. */
function tenths(number: bigint, unit: bigint): string {
  const size = number < 0n ? -number : number
  const scaled = (size * 10n + unit / 2n) / unit
  return `${number < 0n ? '-' : ''}${scaled / 10n}.${scaled % 10n}`
}

function wholeOf(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined
  const text = textOf(value).trim()
  // A longer one is nothing that people say, and costs more than linear time to read.
  return text.length <= 4300 && /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : undefined
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
}
