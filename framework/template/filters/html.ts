import {
  escapeHtml,
  replaceUnits,
  TextBuilder,
  truncateCharsHtml,
  truncateWordsHtml,
  urlize,
} from '../../utils/index.ts'
import type { Callable } from '../nunjucks.ts'
import { isSafe, markSafe } from '../safe-string.ts'
import { stripAllTags, stripTags } from '../strip-tags.ts'
import { textOf } from '../text.ts'
import { countOf, listOf, named } from './arguments.ts'
import { type FilterContext, htmlOf, keepingText, makeFilter } from './define.ts'
import { unorderedList } from './unordered-list.ts'

/** What could end a text of JavaScript, or the element around it, by its code, and as a text of JavaScript has it. */
const OF_SCRIPTS: ReadonlyMap<number, string> = new Map(
  [...Array(32).keys(), ...Array.from(`\\'"<>&=-;\`\u2028\u2029`, (character) => character.charCodeAt(0))].map(
    (code) => [code, `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`],
  ),
)

/** Filters that make HTML, or undo it. */
export const HTML_FILTERS: Readonly<Record<string, Callable>> = {
  e: escaped,
  escape: escaped,
  escapejs: (value) => markSafe(replaceUnits(textOf(value), (unit) => OF_SCRIPTS.get(unit))),
  escapeseq: (items) => listOf(items).map(escaped),
  force_escape: forceEscaped,
  forceescape: forceEscaped,
  json_script: jsonScript,
  linebreaks: htmlOf((text, context) => {
    const paragraphs = lines(shown(text, context)).split(/\n{2,}/)
    return paragraphs.map((paragraph) => `<p>${withBreaks(paragraph, '<br>')}</p>`).join('\n\n')
  }),
  linebreaksbr: htmlOf((text, context) => withBreaks(lines(shown(text, context)), '<br>')),
  linenumbers: htmlOf((text, context) => numbered(shown(text, context).split('\n'))),
  nl2br: keepingText((text) => withBreaks(text.replaceAll('\r\n', '\n'), '<br />\n')),
  safe: (value) => (isSafe(value) ? value : markSafe(textOf(value))),
  safeseq: (items) => listOf(items).map((item) => markSafe(textOf(item))),
  striptags: keepingText((text, keepLines) =>
    keepLines === undefined ? stripAllTags(text) : stripTags(text, Boolean(keepLines)),
  ),
  truncatechars_html: keepingText((text, length) => {
    const count = countOf(length)
    return count === undefined ? text : truncateCharsHtml(text, count)
  }),
  truncatewords_html: keepingText((text, length) => {
    const count = countOf(length)
    return count === undefined ? text : truncateWordsHtml(text, count)
  }),
  unordered_list: makeFilter(
    (items, context) => unorderedList(items, (context as FilterContext).autoescape ? escapedText : textOf),
    { needsAutoescape: true },
  ),
  urlize: htmlOf((text, { autoescape }, ...args) => {
    const { length, nofollow } = named(args, ['length', 'nofollow'])
    return urlize(text, { limit: countOf(length), nofollow: nofollow !== false, escape: autoescape })
  }),
  urlizetrunc: htmlOf((text, { autoescape }, limit) => urlize(text, { limit: countOf(limit), escape: autoescape })),
}

/** A value as HTML: escaped, unless it is safe (Django's `conditional_escape`). */
export function escaped(value: unknown): unknown {
  return isSafe(value) ? value : forceEscaped(value)
}

/** As `escaped`, as a text. */
export function escapedText(value: unknown): string {
  return isSafe(value) ? String(value) : escapeHtml(textOf(value))
}

function forceEscaped(value: unknown): unknown {
  return markSafe(escapeHtml(textOf(value)))
}

function shown(text: string, { autoescape }: FilterContext): string {
  return autoescape ? escapeHtml(text) : text
}

function lines(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}

/** A text with something in place of each line break; of very many, `replaceAll` would take twice as long. */
function withBreaks(text: string, lineBreak: string): string {
  return text.split('\n').join(lineBreak)
}

function numbered(all: readonly string[]): string {
  const width = String(all.length).length
  const html = new TextBuilder()
  let number = 0
  for (const line of all) {
    number++
    html.add(`${number === 1 ? '' : '\n'}${String(number).padStart(width, '0')}. ${line}`)
  }
  return html.toString()
}

function plain(_name: string, value: unknown): unknown {
  return isSafe(value) ? String(value) : value
}

/** Data for a script, in an element that no text in it can end (Django's `json_script`). */
function jsonScript(value: unknown, id?: unknown): unknown {
  const json = JSON.stringify(value, plain) ?? 'null'
  const data = json.replaceAll('<', '\\u003C').replaceAll('>', '\\u003E').replaceAll('&', '\\u0026')
  const attribute = id === undefined || id === null || id === '' ? '' : ` id="${escapeHtml(textOf(id))}"`
  return markSafe(`<script${attribute} type="application/json">${data}</script>`)
}
