/**
 * A value as text; nothing for `undefined`, `null` and a function, and something for every object, also one without a
 * `toString`, or with one that a client has put there.
 */
export function textOf(value: unknown): string {
  if (isNothing(value)) return ''
  if (Array.isArray(value)) return value.map(textOf).join(',')
  return isBare(value) ? '[object Object]' : String(value)
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'function'
}

function isBare(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Symbol.toPrimitive in value) return false
  return typeof (value as { toString?: unknown }).toString !== 'function'
}
