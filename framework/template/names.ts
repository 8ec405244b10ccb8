/** Names that lead from a value to its class, and from there to code. */
const REFUSED: ReadonlySet<string> = new Set([
  'constructor',
  'prototype',
  '__proto__',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
  'caller',
  'callee',
  'arguments',
])

/** True for a name that templates may not look up. */
export function isRefused(name: string): boolean {
  return REFUSED.has(name)
}

/** True for a name that is nobody's but the object's own, as Django has it. */
export function isPrivate(name: unknown): boolean {
  return typeof name === 'string' && name.startsWith('_')
}

/** True for a name that can be a variable's: one that reads as one word, and that no plain object inherits. */
export function isVariableName(name: unknown): name is string {
  return isIdentifier(name) && !(name in Object.prototype)
}

/** True for a name as JavaScript knows them; compiled templates hold names in their code. */
export function isIdentifier(name: unknown): name is string {
  if (typeof name !== 'string') return false
  // Nearly all names are of ASCII, for which the classes of Unicode need not be asked.
  return /^[A-Za-z_$][\w$]*$/.test(name) || /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name)
}

/** What gives values by their names: a Map, the query of a request, its headers. */
interface MapLike {
  has(key: unknown): boolean
  get(key: unknown): unknown
}

export function isMapLike(value: unknown): value is MapLike {
  if (value instanceof Map) return true
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) return false
  const { has, get } = value as Partial<MapLike>
  return typeof has === 'function' && typeof get === 'function'
}

/**
 * A member of a value: what a Map has by this name, an own property, or a getter or method of its class; of a list also from
 * its end, by a number below 0. Of a function there is none, and none has a name that is private or leads to code.
 */
export function memberOf(target: unknown, name: unknown): unknown {
  if (target === undefined || target === null || typeof target === 'function') return undefined
  const entry = isMapLike(target) ? entryOf(target, name) : undefined
  if (entry !== undefined) return entry
  // Made a string once: an object could answer twice with different names.
  const key = typeof name === 'string' || typeof name === 'number' ? name : String(name)
  if (typeof key === 'string' && (isRefused(key) || isPrivate(key))) return undefined
  if (typeof key === 'number' && key < 0 && Array.isArray(target)) return target.at(key)
  return (target as Record<string | number, unknown>)[key]
}

/** What a Map has by a name, or by a number as text. */
function entryOf(map: MapLike, name: unknown): unknown {
  if (map instanceof Map && map.has(name)) return map.get(name)
  const text = typeof name === 'string' || typeof name === 'number' ? String(name) : undefined
  return text !== undefined && map.has(text) ? map.get(text) : undefined
}

/** As `memberOf`, along a path such as `author.name`. */
export function memberAlong(target: unknown, path: unknown): unknown {
  const name = typeof path === 'number' ? path : String(path)
  if (typeof name === 'number' || !name.includes('.')) return memberOf(target, name)
  let value = target
  for (const part of name.split('.')) value = memberOf(value, part)
  return value
}
