const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A whole number from 0 on, in base 62. */
export function toBase62(value: number): string {
  let text = ''
  let rest = value
  do {
    text = DIGITS.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  } while (rest > 0)
  return text
}

/** The number of a text in base 62; NaN where it is none, or more than is safe. */
export function fromBase62(text: string): number {
  if (!/^[0-9A-Za-z]{1,9}$/.test(text)) return Number.NaN
  let value = 0
  for (const digit of text) value = value * 62 + DIGITS.indexOf(digit)
  return Number.isSafeInteger(value) ? value : Number.NaN
}
