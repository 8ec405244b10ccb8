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

/**
 * A member of a value: an own property, or a getter or method of its class. Of a function there is none, and none has a
 * name that leads to code.
 */
export function memberOf(target: unknown, name: unknown): unknown {
  if (target === undefined || target === null || typeof target === 'function') return undefined
  // Made a string once: an object could answer twice with different names.
  const key = typeof name === 'string' || typeof name === 'number' ? name : String(name)
  if (typeof key === 'string' && REFUSED.has(key)) return undefined
  return (target as Record<string | number, unknown>)[key]
}

/** As `memberOf`, along a path such as `author.name`. */
export function memberAlong(target: unknown, path: unknown): unknown {
  const name = typeof path === 'number' ? path : String(path)
  if (typeof name === 'number' || !name.includes('.')) return memberOf(target, name)
  let value = target
  for (const part of name.split('.')) value = memberOf(value, part)
  return value
}
