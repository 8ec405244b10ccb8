import { isDeepStrictEqual } from 'node:util'
import { isMapLike } from './names.ts'
import { isSafe } from './safe-string.ts'

/** True for what Django takes for true: anything but nothing, `false`, 0, and what is empty. */
export function isTruthy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value)
  if (Array.isArray(value)) return value.length > 0
  if (!(Symbol.iterator in value)) return !isPlain(value) || Object.keys(value).length > 0
  const { size, length = size } = value as { size?: unknown; length?: unknown }
  return length !== 0
}

/**
 * `one == other` as Python has it: nothing equals nothing, a text no number, HTML the text that it is; dates are compared
 * by their time, lists and plain objects by what is in them.
 */
export function areEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (isNothing(one) || isNothing(other)) return isNothing(one) && isNothing(other)
  if (typeof one === 'string' && typeof other === 'string') return false
  if (Array.isArray(one)) return Array.isArray(other) && areListsEqual(one, other)
  if (isPlain(one)) return isPlain(other) && areMembersEqual(one, other)
  if (one instanceof Map || one instanceof Set) return isDeepStrictEqual(one, other)
  return orderOf(one, other) === 0
}

function areListsEqual(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => areEqual(item, other[index]))
}

function areMembersEqual(one: object, other: object): boolean {
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && areEqual(Reflect.get(one, name), Reflect.get(other, name)))
  )
}

/**
 * Less than 0, 0 or more than 0 as one comes before the other, and `NaN` where neither does: only numbers, texts, and objects
 * of one class that have a number or text as their value, as dates do, have an order among themselves.
 */
export function orderOf(one: unknown, other: unknown): number {
  const kind = kindOf(one)
  if (kind === undefined || kind !== kindOf(other)) return Number.NaN
  const [a, b] = [(one as number).valueOf(), (other as number).valueOf()]
  return a < b ? -1 : a > b ? 1 : a >= b ? 0 : Number.NaN
}

/** What a value can be compared within: `true` is a number too, as in Python. */
function kindOf(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return 'number'
  if (typeof value === 'string' || isSafe(value)) return 'text'
  if (typeof value !== 'object' || value === null || typeof value.valueOf !== 'function') return undefined
  return ['number', 'bigint', 'string'].includes(typeof plainValueOf(value)) ? Object.getPrototypeOf(value) : undefined
}

/** Some classes refuse to be compared by throwing. */
function plainValueOf(value: object): unknown {
  try {
    return value.valueOf()
  } catch {
    return undefined
  }
}

/** `key in target`: of a list an item, of a text a part, of a Map, a Set or an object a key. */
export function containedIn(key: unknown, target: unknown): boolean {
  return isContained(key, target) === true
}

/** `key not in target`: false as well where nothing can be in it. */
export function excludedFrom(key: unknown, target: unknown): boolean {
  return isContained(key, target) === false
}

/** Nothing where the question makes no sense: Django answers no to it, whichever way it is asked. */
function isContained(key: unknown, target: unknown): boolean | undefined {
  if (Array.isArray(target)) return target.includes(key) || target.some((item) => areEqual(item, key))
  const plainKey = isSafe(key) ? String(key) : key
  if (typeof target === 'string' || isSafe(target)) {
    return typeof plainKey === 'string' ? String(target).includes(plainKey) : undefined
  }
  if (typeof target !== 'object' || target === null) return undefined
  if (target instanceof Set || isMapLike(target)) return target.has(plainKey)
  if (Symbol.iterator in target) return Array.from(target as Iterable<unknown>).some((item) => areEqual(item, key))
  if (typeof plainKey !== 'string' && typeof plainKey !== 'number') return false
  return Object.hasOwn(target, plainKey) || (plainKey in target && !(plainKey in Object.prototype))
}

/** Tests of nunjucks that ask what operators ask. */
export const OPERATOR_TESTS: Readonly<Record<string, (one: unknown, other: unknown) => boolean>> = {
  eq: areEqual,
  equalto: areEqual,
  falsy: (value) => !isTruthy(value),
  ge: (one, other) => orderOf(one, other) >= 0,
  greaterthan: (one, other) => orderOf(one, other) > 0,
  gt: (one, other) => orderOf(one, other) > 0,
  le: (one, other) => orderOf(one, other) <= 0,
  lessthan: (one, other) => orderOf(one, other) < 0,
  lt: (one, other) => orderOf(one, other) < 0,
  ne: (one, other) => !areEqual(one, other),
  truthy: isTruthy,
}

function isNothing(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

/** True for an object of no class. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
