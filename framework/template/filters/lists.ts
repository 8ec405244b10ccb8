import { memberAlong } from '../names.ts'
import type { Callable } from '../nunjucks.ts'
import { isTruthy } from '../operators.ts'
import { isSafe, markSafe } from '../safe-string.ts'
import { textOf } from '../text.ts'
import { countOf, isText, listOf, maybeList, named, sequenceOf, sizeOf } from './arguments.ts'
import {
  characterAt,
  charactersIn,
  codePointsOf,
  joinedCharacters,
  slicedText,
  textOfCodePoints,
} from './characters.ts'
import { isEscaping } from './define.ts'
import { escapedText } from './html.ts'

/** Filters of lists. A path such as `author.name` is looked up as guarded as any member. */
export const LIST_FILTERS: Readonly<Record<string, Callable>> = {
  dictsort: (value, by, ...args) => dictsort(value, by, args, 1),
  dictsortreversed: (value, by, ...args) => dictsort(value, by, args, -1),
  first: (value) => itemOf(value, () => 0),
  groupby: (items, path) => grouped(listOf(items), path),
  join(items, separator = '', path) {
    return joined(items, isEscaping(this), separator, path)
  },
  last: (value) => itemOf(value, (count) => count - 1),
  length: (value) => lengthOf(value) ?? 0,
  random: (value) => itemOf(value, (count) => Math.floor(Math.random() * count)),
  rejectattr: (items, path) => listOf(items).filter((item) => !isTruthy(memberAlong(item, path))),
  selectattr: (items, path) => listOf(items).filter((item) => isTruthy(memberAlong(item, path))),
  slice: (value, range, fill) =>
    typeof range === 'number' ? parted(listOf(value), sizeOf(range), fill) : sliced(value, range),
  sort: (items, ...args) => {
    const {
      reverse,
      case_sensitive: caseSensitive,
      attribute,
    } = named(args, ['reverse', 'case_sensitive', 'attribute'])
    const key = (item: unknown): unknown => {
      const value = attribute === undefined ? item : memberAlong(item, attribute)
      return typeof value === 'string' && !caseSensitive ? value.toLowerCase() : value
    }
    return sortedBy(listOf(items), key, reverse ? -1 : 1)
  },
  sum: (items, path, start = 0) => {
    const values = path === undefined ? listOf(items) : listOf(items).map((item) => memberAlong(item, path))
    return values.reduce<number>((total, value) => total + Number(value), Number(start))
  },
}

/** How long a text or list is, or how many members an object has; `undefined` for what has no length. */
export function lengthOf(value: unknown): number | undefined {
  if (isText(value)) return charactersIn(String(value))
  if (Array.isArray(value)) return value.length
  if (typeof value !== 'object' || value === null || value instanceof Date) return undefined
  if (value instanceof Map || value instanceof Set) return value.size
  return Symbol.iterator in value ? listOf(value).length : Object.keys(value).length
}

/** One of the items of a list, or of the characters of a text; `choose` says which, by how many there are. */
function itemOf(value: unknown, choose: (count: number) => number): unknown {
  if (isText(value)) {
    const text = String(value)
    return characterAt(text, choose(charactersIn(text)))
  }
  const items = maybeList(value) ?? []
  return items[choose(items.length)] ?? ''
}

function joined(items: unknown, autoescape: boolean, separator: unknown, path: unknown): unknown {
  const show = autoescape ? escapedText : textOf
  if (isText(items) && path === undefined) return markSafe(joinedCharacters(String(items), show(separator), show))
  const list = sequenceOf(items)
  if (list === undefined) return items
  const values = path === undefined ? list : list.map((item) => memberAlong(item, path))
  return markSafe(values.map(show).join(show(separator)))
}

/** Objects sorted by a member (Django's), or the members of one object by name or value (nunjucks'). */
function dictsort(value: unknown, by: unknown, args: readonly unknown[], sign: 1 | -1): unknown {
  const items = maybeList(value)
  if (items === undefined || value instanceof Map) return members(value, by, args, sign)
  const path = by === undefined ? '' : textOf(by)
  if (path === '' || /(?:^|\.)_/.test(path)) return ''
  const key = /^\d+$/.test(path) ? Number(path) : path
  if (items.some((item) => memberAlong(item, key) === undefined)) return ''
  return sortedBy(items, (item) => memberAlong(item, key), sign)
}

function members(value: unknown, caseSensitive: unknown, [by]: readonly unknown[], sign: 1 | -1): unknown {
  if (typeof value !== 'object' || value === null || isSafe(value)) return ''
  const place = by === 'value' ? 1 : 0
  const key = (pair: unknown): unknown => {
    const part = (pair as unknown[])[place]
    return typeof part === 'string' && caseSensitive !== true ? part.toUpperCase() : part
  }
  return sortedBy(value instanceof Map ? [...value] : Object.entries(value), key, sign)
}

function sortedBy(items: readonly unknown[], keyOf: (item: unknown) => unknown, sign: 1 | -1): unknown[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) as number }))
  keyed.sort((one, other) => (one.key < other.key ? -sign : one.key > other.key ? sign : 0))
  return keyed.map(({ item }) => item)
}

/** Groups in the order of their first items; their names may come from clients. */
function grouped(items: readonly unknown[], path: unknown): Record<string, unknown[]> {
  const groups = Object.create(null) as Record<string, unknown[]>
  for (const item of items) (groups[String(memberAlong(item, path))] ??= []).push(item)
  return groups
}

/** A list in so many parts, the first of which are longer where it does not come out even (nunjucks' `slice`). */
function parted(items: readonly unknown[], parts: number, fill: unknown): unknown[][] {
  const size = Math.floor(items.length / parts)
  const longer = items.length % parts
  return Array.from({ length: parts }, (_value, index) => {
    const start = index * size + Math.min(index, longer)
    const part = items.slice(start, start + size + (index < longer ? 1 : 0))
    return fill !== undefined && fill !== '' && index >= longer ? [...part, fill] : part
  })
}

/** A part of a text or list by Python's `start:stop:step`; what cannot be cut stays as it is. */
function sliced(value: unknown, range: unknown): unknown {
  const bits = textOf(range).split(':')
  const numbers = bits.map((bit) => (bit === '' ? undefined : countOf(bit)))
  const isWrong = bits.length > 3 || numbers.some((number, index) => number === undefined && bits[index] !== '')
  if (isWrong || numbers[2] === 0) return value
  const [start, stop, step = 1] = numbers.length === 1 ? [undefined, numbers[0]] : numbers
  if (!isText(value)) {
    const items = maybeList(value)
    return items === undefined ? value : step === 1 ? items.slice(start, stop) : stepped(items, start, stop, step)
  }
  const text = String(value)
  const part =
    step === 1 ? slicedText(text, start, stop) : textOfCodePoints(stepped(codePointsOf(text), start, stop, step))
  return isSafe(value) ? markSafe(part) : part
}

function stepped<T>(items: readonly T[], start: number | undefined, stop: number | undefined, step: number): T[] {
  const [low, high] = step > 0 ? [0, items.length] : [-1, items.length - 1]
  const place = (at: number | undefined, otherwise: number): number =>
    at === undefined ? otherwise : Math.min(high, Math.max(low, at < 0 ? at + items.length : at))
  const end = place(stop, step > 0 ? high : low)
  const part: T[] = []
  for (let at = place(start, step > 0 ? low : high); step > 0 ? at < end : at > end; at += step)
    part.push(items[at] as T)
  return part
}
