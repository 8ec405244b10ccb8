import { escapeHtml } from '../utils/index.ts'
import { memberAlong } from './names.ts'
import type { Callable } from './nunjucks.ts'
import { isSafe, markSafe } from './safe-string.ts'
import { stripTags } from './strip-tags.ts'
import { textOf } from './text.ts'

/** What a template may ask to be made, in elements, characters or columns. */
const MAX_SIZE = 100_000

/** Columns by which each line of a text may be indented. */
const MAX_MARGIN = 1000

/** Filters of the library that fail for what is no text. */
const OF_TEXT = [
  'capitalize',
  'lower',
  'nl2br',
  'replace',
  'safe',
  'string',
  'title',
  'truncate',
  'upper',
  'urlize',
  'wordcount',
]

/** Filters of the library that make as many elements as their first argument says. */
const OF_SIZE = ['batch', 'slice']

/** The library's filters of text made to take any value, a number in a client's JSON too, and those of a size bounded. */
export function guardedFilters(library: Readonly<Record<string, unknown>>): Record<string, Callable> {
  const ofText = (filter: Callable): Callable => {
    return (value, ...args) => filter(typeof value === 'string' || isSafe(value) ? value : textOf(value), ...args)
  }
  const ofSize = (filter: Callable): Callable => {
    return (items, size, ...args) => filter(items, sizeOf(size), ...args)
  }
  return Object.fromEntries([
    ...OF_TEXT.map((name) => [name, ofText(library[name] as Callable)] as const),
    ...OF_SIZE.map((name) => [name, ofSize(library[name] as Callable)] as const),
  ])
}

/**
 * Filters in the place of the library's: those that take attribute paths, so that their look-ups are as guarded as any,
 * those that took a time quadratic in a hostile text, and those that a client's text could make fail.
 */
export const FILTERS: Readonly<Record<string, Callable>> = {
  center: (value, width = 80) => keepSafe(value, centred(textOf(value), sizeOf(width))),
  d: defaulted,
  default: defaulted,
  e: escaped,
  escape: escaped,
  forceescape: (value) => markSafe(escapeHtml(textOf(value))),
  groupby: (items, path) => grouped(listOf(items), path),
  indent: (value, width = 4, first = false) =>
    keepSafe(value, indented(textOf(value), sizeOf(width, MAX_MARGIN), Boolean(first))),
  join: (items, separator = '', path) => {
    const values = path === undefined ? listOf(items) : listOf(items).map((item) => memberAlong(item, path))
    return values.map(textOf).join(textOf(separator))
  },
  json_script: jsonScript,
  rejectattr: (items, path) => listOf(items).filter((item) => !memberAlong(item, path)),
  selectattr: (items, path) => listOf(items).filter((item) => Boolean(memberAlong(item, path))),
  sort: (items, ...args) => sorted(listOf(items), named(args, ['reverse', 'case_sensitive', 'attribute'])),
  striptags: (value, lines = false) => keepSafe(value, stripTags(textOf(value), Boolean(lines))),
  sum: (items, path, start = 0) => {
    const values = path === undefined ? listOf(items) : listOf(items).map((item) => memberAlong(item, path))
    return values.reduce<number>((total, value) => total + Number(value), Number(start))
  },
  trim: (value) => keepSafe(value, textOf(value).trim()),
  urlencode: (value) =>
    typeof value === 'object' && value !== null && !isSafe(value)
      ? pairsOf(value)
          .map(([name, each]) => `${encoded(name)}=${encoded(each)}`)
          .join('&')
      : encoded(value),
}

/** `range()` as the library has it, with a bound. */
export function range(start: unknown, stop?: unknown, step: unknown = 1): number[] {
  const [from, to] = stop === undefined ? [0, Number(start)] : [Number(start), Number(stop)]
  const by = Number(step) || 1
  const count = Math.max(0, Math.ceil((to - from) / by))
  return Array.from({ length: sizeOf(Number.isNaN(count) ? 0 : count) }, (_value, index) => from + index * by)
}

function defaulted(value: unknown, fallback: unknown, falsy: unknown = false): unknown {
  return falsy ? value || fallback : (value ?? fallback)
}

function escaped(value: unknown): unknown {
  return isSafe(value) ? value : markSafe(escapeHtml(textOf(value)))
}

/** Groups in the order of their first items; their names may come from clients. */
function grouped(items: readonly unknown[], path: unknown): Record<string, unknown[]> {
  const groups = Object.create(null) as Record<string, unknown[]>
  for (const item of items) (groups[String(memberAlong(item, path))] ??= []).push(item)
  return groups
}

function sorted(items: readonly unknown[], options: Readonly<Record<string, unknown>>): unknown[] {
  const { reverse, case_sensitive: caseSensitive, attribute } = options
  const keyed = items.map((item) => {
    const key = attribute === undefined ? item : memberAlong(item, attribute)
    return { item, key: (typeof key === 'string' && !caseSensitive ? key.toLowerCase() : key) as number }
  })
  const sign = reverse ? -1 : 1
  keyed.sort((one, other) => (one.key < other.key ? -sign : one.key > other.key ? sign : 0))
  return keyed.map(({ item }) => item)
}

/** Data for a script, in an element that no text in it can end (Django's `json_script`). */
function jsonScript(value: unknown, id?: unknown): unknown {
  const escapes: Readonly<Record<string, string>> = { '<': '\\u003C', '>': '\\u003E', '&': '\\u0026' }
  const json = (JSON.stringify(value) ?? 'null').replace(/[<>&]/g, (character) => escapes[character] as string)
  const attribute = id === undefined ? '' : ` id="${escapeHtml(textOf(id))}"`
  return markSafe(`<script${attribute} type="application/json">${json}</script>`)
}

function centred(text: string, width: number): string {
  return text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width)
}

function indented(text: string, width: number, first: boolean): string {
  const margin = ' '.repeat(width)
  return text
    .split('\n')
    .map((line, index) => (index === 0 && !first ? line : margin + line))
    .join('\n')
}

function encoded(value: unknown): string {
  // Half a character, which JSON from a client can hold, has no encoding; it becomes a replacement character.
  return encodeURIComponent(Buffer.from(textOf(value)).toString())
}

function pairsOf(value: object): Array<readonly [unknown, unknown]> {
  return Array.isArray(value) ? (value as Array<readonly [unknown, unknown]>) : Object.entries(value)
}

/** Arguments by their names, given in their order or by keyword. */
function named(args: readonly unknown[], names: readonly string[]): Record<string, unknown> {
  const last = args.at(-1)
  const hasKeywords = typeof last === 'object' && last !== null && Object.hasOwn(last, '__keywords')
  const keywords = (hasKeywords ? last : {}) as Record<string, unknown>
  const positional = hasKeywords ? args.slice(0, -1) : args
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      positional[index] ?? (Object.hasOwn(keywords, name) ? keywords[name] : undefined),
    ]),
  )
}

function listOf(items: unknown): unknown[] {
  if (items === undefined || items === null) return []
  if (Array.isArray(items)) return items
  if (typeof items === 'object' && Symbol.iterator in items) return [...(items as Iterable<unknown>)]
  throw new TypeError('This filter needs a list.')
}

function keepSafe(original: unknown, text: string): unknown {
  return isSafe(original) ? markSafe(text) : text
}

function sizeOf(size: unknown, max = MAX_SIZE): number {
  const number = Number(size)
  if (number >= 0 && number <= max) return Math.floor(number)
  throw new RangeError(`${String(size)} is out of bounds: a template can ask for 0 to ${max}.`)
}
