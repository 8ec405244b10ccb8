import { BadHeaderError } from '../exceptions.ts'

const NOT_IN_A_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/** True for text that a head can carry: latin-1, without a control character. */
export function fitsInHead(text: string): boolean {
  return !NOT_IN_A_VALUE.test(text)
}

/** A header's value, once it has been looked at. Throws `BadHeaderError` for what would end the header, or cannot be sent. */
export function checkedValue(name: string, value: string): string {
  const [bad] = NOT_IN_A_VALUE.exec(value) ?? []
  if (bad === undefined) return value
  const reason =
    bad.charCodeAt(0) > 0xff
      ? `${JSON.stringify(bad)}, which headers cannot carry: encode it first, as encodeURIComponent() does`
      : `the control character ${JSON.stringify(bad)}, which would end the header: take it out`
  throw new BadHeaderError(`The value of the header ${name} has ${reason}.`)
}
