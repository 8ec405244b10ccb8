import { inspect } from 'node:util'
import { replaceUnits, slugify, TextBuilder, truncateChars, truncateWords, wordWrap } from '../../utils/index.ts'
import type { Callable } from '../nunjucks.ts'
import { isSafe, markSafe } from '../safe-string.ts'
import { textOf } from '../text.ts'
import { countOf, sizeOf } from './arguments.ts'
import { charactersIn } from './characters.ts'
import { keepingText, ofText } from './define.ts'
import { stringFormat } from './string-format.ts'

/** Columns by which each line of a text may be indented. */
const MAX_MARGIN = 1000

/** The digits that the letters from `a` on have on the keys of a telephone. */
const DIGITS = '22233344455566677778889999'
const [LETTER_A, LETTER_Z] = [97, 122]

const SLASHED = new Map(Array.from('\\"\'', (character) => [character.charCodeAt(0), `\\${character}`] as const))

/** Filters of texts. */
export const TEXT_FILTERS: Readonly<Record<string, Callable>> = {
  addslashes: keepingText((text) => replaceUnits(text, (unit) => SLASHED.get(unit))),
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
    return (first ? margin : '') + text.split('\n').join(`\n${margin}`)
  }),
  ljust: keepingText((text, width) => text + ' '.repeat(Math.max(0, sizeOf(width) - charactersIn(text)))),
  lower: keepingText((text) => text.toLowerCase()),
  make_list: ofText((text) => Array.from(text)),
  phone2numeric: keepingText((text) => replaceUnits(text.toLowerCase(), digitOf)),
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

function digitOf(unit: number): string | undefined {
  return unit < LETTER_A || unit > LETTER_Z ? undefined : DIGITS.charAt(unit - LETTER_A)
}

/** Each word with a capital, also after a digit's apostrophe's sake: `it's` and `1st` stay. */
function titleCase(text: string): string {
  const title = new TextBuilder()
  let kept = 0
  for (const { 0: word, index } of text.matchAll(/\p{Cased}+/gu)) {
    const first = String.fromCodePoint(word.codePointAt(0) as number)
    title.add(text.slice(kept, index) + first.toUpperCase() + word.slice(first.length).toLowerCase())
    kept = index + word.length
  }
  title.add(text.slice(kept))
  return title.toString().replace(/[a-z]'[A-Z]|\d[A-Z]/g, (match) => match.toLowerCase())
}
