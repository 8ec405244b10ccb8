import { inspect } from 'node:util'
import { slugify, truncateChars, truncateWords, wordWrap } from '../../utils/index.ts'
import type { Callable } from '../nunjucks.ts'
import { isSafe, markSafe } from '../safe-string.ts'
import { textOf } from '../text.ts'
import { charactersIn, countOf, sizeOf } from './arguments.ts'
import { keepingText, ofText } from './define.ts'
import { stringFormat } from './string-format.ts'

/** Columns by which each line of a text may be indented. */
const MAX_MARGIN = 1000

const KEYS = ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz']
const DIGITS = new Map(
  KEYS.flatMap((letters, index) => Array.from(letters, (letter) => [letter, String(index + 2)] as const)),
)

/** Filters of texts. */
export const TEXT_FILTERS: Readonly<Record<string, Callable>> = {
  addslashes: keepingText((text) => text.replace(/[\\"']/g, '\\$&')),
  capfirst: keepingText((text) => {
    const first = String.fromCodePoint(text.codePointAt(0) ?? 32)
    return text === '' ? '' : first.toUpperCase() + text.slice(first.length)
  }),
  center: keepingText((text, width = 80) => {
    const size = sizeOf(width)
    const space = size - charactersIn(text)
    // Of an odd space the greater half is on the left in a field of odd width, as in Python.
    const left = Math.floor(space / 2) + (space & size & 1)
    return space <= 0 ? text : ' '.repeat(left) + text + ' '.repeat(space - left)
  }),
  cut: (value, part = '') => {
    const text = textOf(value).replaceAll(textOf(part), '')
    return isSafe(value) && textOf(part) !== ';' ? markSafe(text) : text
  },
  indent: keepingText((text, width = 4, first = false) => {
    const margin = ' '.repeat(sizeOf(width, MAX_MARGIN))
    const lines = text.split('\n')
    return lines.map((line, index) => (index === 0 && !first ? line : margin + line)).join('\n')
  }),
  ljust: keepingText((text, width) => text + ' '.repeat(Math.max(0, sizeOf(width) - charactersIn(text)))),
  lower: keepingText((text) => text.toLowerCase()),
  make_list: ofText((text) => Array.from(text)),
  phone2numeric: keepingText((text) => text.toLowerCase().replace(/[a-z]/g, (letter) => DIGITS.get(letter) as string)),
  pprint: (value) => inspect(value, { depth: 6, customInspect: false, maxStringLength: 10_000 }),
  rjust: keepingText((text, width) => ' '.repeat(Math.max(0, sizeOf(width) - charactersIn(text))) + text),
  slugify: keepingText(slugify),
  stringformat: (value, format) => {
    const text = stringFormat(value, format)
    return isSafe(value) && !/[&<>"']/.test(textOf(format)) ? markSafe(text) : text
  },
  title: keepingText(titleCase),
  trim: keepingText((text) => text.trim()),
  truncatechars: keepingText((text, length) => {
    const count = countOf(length)
    return count === undefined ? text : truncateChars(text, count)
  }),
  truncatewords: keepingText((text, length) => {
    const count = countOf(length)
    return count === undefined ? text : truncateWords(text, count)
  }),
  upper: ofText((text) => text.toUpperCase()),
  wordcount: ofText((text) => text.match(/\S+/g)?.length ?? 0),
  wordwrap: keepingText((text, width) => wordWrap(text, Math.max(1, sizeOf(width)))),
}

/** Each word with a capital, also after a digit's apostrophe's sake: `it's` and `1st` stay. */
function titleCase(text: string): string {
  return text
    .replace(/\p{Cased}+/gu, (word) => {
      const first = String.fromCodePoint(word.codePointAt(0) as number)
      return first.toUpperCase() + word.slice(first.length).toLowerCase()
    })
    .replace(/[a-z]'[A-Z]|\d[A-Z]/g, (match) => match.toLowerCase())
}
