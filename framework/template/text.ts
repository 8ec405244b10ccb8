/** A value as text; nothing for `undefined` and `null`, and something for every object, also one without a `toString`. */
export function textOf(value: unknown): string {
  if (isNothing(value)) return ''
  return isBare(value) ? '[object Object]' : String(value)
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null
}

function isBare(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !('toString' in value) && !(Symbol.toPrimitive in value)
}
