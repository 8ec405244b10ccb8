import { groupThousands } from '../../utils/index.ts'

/** A decimal number, exactly: `digits` times ten to the power of `exponent`. */
export interface Decimal {
  readonly isNegative: boolean
  readonly digits: bigint
  readonly exponent: number
}

/** Longer numbers are shown as they are, as in Django: they would cost more than they tell. */
const MAX_DIGITS = 200

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/

/** A number out of text, or `undefined` where it is none; `'long'` for one of too many digits. */
export function parseDecimal(text: string): Decimal | 'long' | undefined {
  const [match, sign, whole = '', fraction = '', power = '0'] = NUMBER.exec(text.trim()) ?? []
  if (match === undefined || (whole === '' && fraction === '')) return undefined
  const exponent = Number(power) - fraction.length
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '')
  if (digits.length + Math.abs(exponent) > MAX_DIGITS) return 'long'
  return { isNegative: sign === '-', digits: BigInt(digits), exponent }
}

/** True for a number with nothing after its point. */
export function isWhole({ digits, exponent }: Decimal): boolean {
  return exponent >= 0 || digits % 10n ** BigInt(-exponent) === 0n
}

/** A number with so many digits after the point, halves rounded away from zero; `grouped` by thousands. */
export function fixed({ isNegative, digits, exponent }: Decimal, places: number, grouped: boolean): string {
  const shift = exponent + places
  let scaled = shift >= 0 ? digits * 10n ** BigInt(shift) : digits
  if (shift < 0) {
    const unit = 10n ** BigInt(-shift)
    scaled = (digits + unit / 2n) / unit
  }
  const text = scaled.toString().padStart(places + 1, '0')
  const whole = text.slice(0, text.length - places)
  const fraction = places === 0 ? '' : `.${text.slice(text.length - places)}`
  return (isNegative && scaled !== 0n ? '-' : '') + (grouped ? groupThousands(whole) : whole) + fraction
}

/** A number as text with so many digits after the point, halves rounded to the even digit as Python does. */
export function roundedText(number: number, places: number): string {
  if (Math.abs(number) >= 1e21) return BigInt(number).toString() + (places === 0 ? '' : `.${'0'.repeat(places)}`)
  const text = number.toFixed(places)
  const exact = number.toFixed(100)
  const rest = exact.slice(exact.indexOf('.') + 1 + places)
  if (!/^50*$/.test(rest)) return text
  const cut = exact.slice(0, exact.length - rest.length).replace(/\.$/, '')
  return Number(cut.at(-1)) % 2 === 0 ? cut : text
}
