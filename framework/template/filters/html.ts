import { escapeHtml, truncateCharsHtml, truncateWordsHtml, urlize } from '../../utils/index.ts'
import type { Callable } from '../nunjucks.ts'
import { isSafe, markSafe } from '../safe-string.ts'
import { stripAllTags, stripTags } from '../strip-tags.ts'
import { textOf } from '../text.ts'
import { countOf, listOf, named } from './arguments.ts'
import { type FilterContext, htmlOf, keepingText, makeFilter } from './define.ts'
import { unorderedList } from './unordered-list.ts'

/** What could end a text of JavaScript, or the element around it; the backslash first, for it begins what stands instead. */
const OF_SCRIPTS = [
  '\\',
  ...`'"<>&=-;\`\u2028\u2029`.split(''),
  ...Array.from({ length: 32 }, (_value, code) => String.fromCharCode(code)),
]

/** Filters that make HTML, or undo it. */
export const HTML_FILTERS: Readonly<Record<string, Callable>> = {
  e: escaped,
  escape: escaped,
  escapejs: (value) => markSafe(unicodeEscaped(textOf(value), OF_SCRIPTS)),
  escapeseq: (items) => listOf(items).map(escaped),
  force_escape: forceEscaped,
  forceescape: forceEscaped,
  json_script: jsonScript,
  linebreaks: htmlOf((text, context) => {
    const paragraphs = lines(shown(text, context)).split(/\n{2,}/)
    return paragraphs.map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>')}</p>`).join('\n\n')
  }),
  linebreaksbr: htmlOf((text, context) => lines(shown(text, context)).replaceAll('\n', '<br>')),
  linenumbers: htmlOf((text, context) => {
    const all = shown(text, context).split('\n')
    const width = String(all.length).length
    return all.map((line, index) => `${String(index + 1).padStart(width, '0')}. ${line}`).join('\n')
  }),
  nl2br: keepingText((text) => text.replace(/\r\n|\n/g, '<br />\n')),
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

/** One character after the other is many times as fast as a function for each that is found. */
function unicodeEscaped(text: string, characters: readonly string[]): string {
  return characters.reduce((escapedText, character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return escapedText.replaceAll(character, `\\u${code}`)
  }, text)
}

function plain(_name: string, value: unknown): unknown {
  return isSafe(value) ? String(value) : value
}

/** Data for a script, in an element that no text in it can end (Django's `json_script`). */
function jsonScript(value: unknown, id?: unknown): unknown {
  const json = unicodeEscaped(JSON.stringify(value, plain) ?? 'null', ['<', '>', '&'])
  const attribute = id === undefined || id === null || id === '' ? '' : ` id="${escapeHtml(textOf(id))}"`
  return markSafe(`<script${attribute} type="application/json">${json}</script>`)
}
