import { TextBuilder } from './text-builder.ts'
import { escapeHtml } from './text.ts'
import { withEllipsis } from './truncate.ts'

/** Elements that have no end tag (HTML, section 13.1.2). */
const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '))

/** How a tag, a comment or a declaration begins. */
const MARKUP = /<(?:(\/?[a-z][^\s/>]*)|!)/iy

/** As `truncateChars`, of HTML: tags do not count, an entity is one character, and what is open is closed. */
export function truncateCharsHtml(html: string, length: number): string {
  return length <= 0 ? '' : new HtmlTruncation(ofCharacters(length)).run(html.normalize('NFC'))
}

/** As `truncateWords`, of HTML: tags do not count, and what is open is closed. */
export function truncateWordsHtml(html: string, count: number): string {
  return count <= 0 ? '' : new HtmlTruncation(ofWords(count)).run(html)
}

/** Takes the next piece of text: the piece as HTML, and whether the truncated text ends with it. */
type Counter = (text: string, isLast: boolean) => readonly [html: string, isFull: boolean]

class HtmlTruncation {
  readonly #counter: Counter
  readonly #open: string[] = []
  readonly #output = new TextBuilder()
  #at = 0

  constructor(counter: Counter) {
    this.#counter = counter
  }

  run(html: string): string {
    // Once there is no `>` any more, all that follows is text.
    for (const lastEnd = html.lastIndexOf('>'); this.#at < html.length; ) {
      const hasEnd = this.#at <= lastEnd
      const markup = hasEnd ? markupAt(html, this.#at) : undefined
      if (markup === undefined) {
        const next = hasEnd ? html.indexOf('<', this.#at + 1) : -1
        const end = next === -1 ? html.length : next
        const [text, isFull] = this.#counter(html.slice(this.#at, end), end === html.length)
        this.#output.add(text)
        if (isFull) return this.#closed()
        this.#at = end
      } else {
        this.#addTag(markup.text, markup.name)
        this.#at += markup.text.length
      }
    }
    return this.#output.toString()
  }

  #addTag(text: string, name: string): void {
    this.#output.add(text)
    if (VOID.has(name.replace('/', ''))) return
    if (!name.startsWith('/')) {
      if (name !== '' && !text.endsWith('/>')) this.#open.push(name)
    } else if (this.#open.at(-1) === name.slice(1)) this.#open.pop()
  }

  #closed(): string {
    for (const name of this.#open.toReversed()) this.#output.add(`</${name}>`)
    return this.#output.toString()
  }
}

/** What is no text, and its name: `p`, `/p`, or nothing for a comment. */
function markupAt(html: string, at: number): { text: string; name: string } | undefined {
  MARKUP.lastIndex = at
  const match = html[at] === '<' ? MARKUP.exec(html) : null
  if (match === null) return undefined
  return { text: html.slice(at, html.indexOf('>', at) + 1), name: match[1]?.toLowerCase() ?? '' }
}

/** A character that is written as an entity. */
const ENTITY = /&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});/iy

/** An entity that is escaped again. */
const ESCAPED_ENTITY = /&amp;(?=(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});)/gi

function ofCharacters(length: number): Counter {
  let left = length
  return (text, isLast) => {
    let beforeLast = 0
    let at = 0
    for (; at < text.length && left >= 0; left--) {
      if (left === 1) beforeLast = at
      at += sizeOfCharacter(text, at)
    }
    const fits = left > 0 || (left === 0 && isLast)
    if (fits) return [escapedOnce(text), false]
    return [withEllipsis(escapedOnce(text.slice(0, beforeLast)), '…'), true]
  }
}

function ofWords(count: number): Counter {
  let left = count
  return (text) => {
    const words = text.split(/(?<=\S)\s+(?=\S)/)
    const html = escapedOnce(words.slice(0, left).join(' '))
    const isFull = words.length > left
    left -= words.length
    return isFull ? [withEllipsis(html, ' …'), true] : [html, false]
  }
}

/** How long the character is that begins at `at`. */
function sizeOfCharacter(text: string, at: number): number {
  const code = text.codePointAt(at) as number
  if (code !== 38) return code > 0xffff ? 2 : 1
  ENTITY.lastIndex = at
  return ENTITY.test(text) ? ENTITY.lastIndex - at : 1
}

/** Text as HTML, where entities are one already. */
function escapedOnce(text: string): string {
  return text.includes('&') ? escapeHtml(text).replace(ESCAPED_ENTITY, '&') : escapeHtml(text)
}
