import { functionName } from '../utils/index.ts'

/** A function's name as it stands in a sentence: in quotes, where it has one. */
export function nameOf(callable: { readonly name: string }): string {
  const name = functionName(callable)
  return name === callable.name ? `"${name}"` : name
}

/** Says that somebody, such as `The view "home"`, returned a value that is no response. */
export function noResponse(who: string, value: unknown): TypeError {
  const what = value === undefined ? 'nothing: is a return missing?' : `${describe(value)}, which is no HttpResponse.`
  return new TypeError(`${who} returned ${what}`)
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return `a ${typeof value}`
  const kind: unknown = value.constructor
  return typeof kind === 'function' && kind !== Object ? `a ${kind.name}` : 'an object'
}
