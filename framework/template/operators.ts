import { textOf } from './text.ts'

/** `key in target`: of a list an item, of a text a part, of a Map or Set a key, of an object a member. */
export function containedIn(key: unknown, target: unknown): boolean {
  if (Array.isArray(target)) return target.includes(key)
  if (typeof target === 'string') return target.includes(textOf(key))
  if (target instanceof Map || target instanceof Set) return target.has(key)
  if (typeof target !== 'object' || target === null) {
    throw new TypeError(
      `"in" looks into lists, texts and objects, not into ${target === null ? 'null' : typeof target}.`,
    )
  }
  const name = String(key)
  return Object.hasOwn(target, name) || (name in target && !(name in Object.prototype))
}
