import { BadHeaderError } from '../exceptions.ts'
import { isFieldValue } from '../utils/index.ts'

/** A header's value, once it has been looked at. Throws `BadHeaderError` for what would end the header, or cannot be sent. */
export function checkedValue(name: string, value: string): string {
  if (isFieldValue(value)) return value
  const bad = value.split('').find((unit) => !isFieldValue(unit)) as string
  const reason =
    bad.charCodeAt(0) > 0xff
      ? `${JSON.stringify(bad)}, which headers cannot carry: encode it first, as encodeURIComponent() does`
      : `the control character ${JSON.stringify(bad)}, which would end the header: take it out`
  throw new BadHeaderError(`The value of the header ${name} has ${reason}.`)
}
