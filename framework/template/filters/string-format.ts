import { inspect } from 'node:util'
import { isSafe } from '../safe-string.ts'
import { textOf } from '../text.ts'
import { sizeOf } from './arguments.ts'
import { charactersIn } from './characters.ts'
import { roundedText } from './decimal.ts'

const SPEC = /^([-#0 +]*)(\d{0,9})(?:\.(\d{0,9}))?[hlL]?([diouxXeEfFgGcrsa%])([^]*)$/

interface Spec {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
}

/** A value by Python's `%` format without its `%`: `'05d'`, `'.2f'`, `'s'`. What does not fit is nothing. */
export function stringFormat(value: unknown, format: unknown): string {
  const [, flags = '', width = '', precision, type = '', rest = ''] = SPEC.exec(textOf(format)) ?? []
  if (type === '' || type === '%' || /%(?!%)/.test(rest.replaceAll('%%', ''))) return ''
  const spec = { flags, width: sizeOf(width), precision: precision === undefined ? undefined : sizeOf(precision, 100) }
  const body = 'rsac'.includes(type) ? formatText(value, type, spec) : formatNumber(value, type, spec)
  return body === undefined ? '' : body + rest.replaceAll('%%', '%')
}

function formatText(value: unknown, type: string, spec: Spec): string | undefined {
  let text: string
  if (type === 'c') {
    if (typeof value === 'number' && value >= 0 && value <= 0x10ffff) text = String.fromCodePoint(Math.trunc(value))
    else text = textOf(value)
    if (charactersIn(text) !== 1) return undefined
  } else text = type === 's' ? textOf(value) : inspect(isSafe(value) ? String(value) : value)
  return padded('', spec.precision === undefined || type === 'c' ? text : text.slice(0, spec.precision), spec, false)
}

function formatNumber(value: unknown, type: string, spec: Spec): string | undefined {
  const number = typeof value === 'boolean' ? Number(value) : value
  if (typeof number !== 'number' && typeof number !== 'bigint') return undefined
  const sign =
    number < 0 || Object.is(number, -0) ? '-' : spec.flags.includes('+') ? '+' : spec.flags.includes(' ') ? ' ' : ''
  if (!'diouxX'.includes(type))
    return padded(
      sign,
      formatFloat(Math.abs(Number(number)), type, spec),
      spec,
      Number.isFinite(number) || typeof number === 'bigint',
    )
  const isWhole = typeof number === 'bigint' || Number.isInteger(number)
  if (typeof number === 'number' && (!Number.isFinite(number) || (!isWhole && 'oxX'.includes(type)))) return undefined
  const whole = typeof number === 'bigint' ? number : BigInt(Math.trunc(number))
  const digits = digitsOf(whole < 0n ? -whole : whole, type).padStart(spec.precision ?? 0, '0')
  const prefix = spec.flags.includes('#') && 'oxX'.includes(type) ? `0${type}` : ''
  return padded((whole === 0n && sign === '-' ? '' : sign) + prefix, digits, spec, true)
}

function digitsOf(whole: bigint, type: string): string {
  const digits = whole.toString(type === 'o' ? 8 : type === 'x' || type === 'X' ? 16 : 10)
  return type === 'X' ? digits.toUpperCase() : digits
}

function formatFloat(number: number, type: string, { flags, precision = 6 }: Spec): string {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? 'nan' : 'inf'
  let text: string
  if ('fF'.includes(type)) text = roundedText(number, precision)
  else if ('eE'.includes(type)) text = withExponent(number.toExponential(precision))
  else {
    const size = precision || 1
    const exponent = Number(number.toExponential(size - 1).split('e')[1])
    const isLong = exponent < -4 || exponent >= size
    text = isLong ? number.toExponential(size - 1) : number.toFixed(Math.min(100, Math.max(0, size - 1 - exponent)))
    if (!flags.includes('#')) text = text.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '')
    text = withExponent(text)
  }
  return 'EG'.includes(type) ? text.toUpperCase() : text
}

/** An exponent has two digits at least. */
function withExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

function padded(sign: string, body: string, { flags, width }: Spec, zeros: boolean): string {
  if (flags.includes('-')) return (sign + body).padEnd(width)
  if (zeros && flags.includes('0')) return sign + body.padStart(width - sign.length, '0')
  return (sign + body).padStart(width)
}
