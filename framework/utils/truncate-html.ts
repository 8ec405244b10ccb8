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
  #output = ''
  #at = 0

  constructor(counter: Counter) {
    this.#counter = counter
  }

  run(html: string): string {
    // Once there is no `>` any more, all that follows is text.
    for (let hasEnd = true; this.#at < html.length; ) {
      hasEnd &&= html.includes('>', this.#at)
      const markup = hasEnd ? markupAt(html, this.#at) : undefined
      if (markup === undefined) {
        const next = hasEnd ? html.indexOf('<', this.#at + 1) : -1
        const end = next === -1 ? html.length : next
        const [text, isFull] = this.#counter(html.slice(this.#at, end), end === html.length)
        this.#output += text
        if (isFull) return this.#closed()
        this.#at = end
      } else {
        this.#addTag(markup.text, markup.name)
        this.#at += markup.text.length
      }
    }
    return this.#output
  }

  #addTag(text: string, name: string): void {
    this.#output += text
    if (VOID.has(name.replace('/', ''))) return
    if (!name.startsWith('/')) {
      if (name !== '' && !text.endsWith('/>')) this.#open.push(name)
    } else if (this.#open.at(-1) === name.slice(1)) this.#open.pop()
  }

  #closed(): string {
    return (
      this.#output +
      this.#open
        .toReversed()
        .map((name) => `</${name}>`)
        .join('')
    )
  }
}

/** What is no text, and its name: `p`, `/p`, or nothing for a comment. */
function markupAt(html: string, at: number): { text: string; name: string } | undefined {
  MARKUP.lastIndex = at
  const match = html[at] === '<' ? MARKUP.exec(html) : null
  if (match === null) return undefined
  return { text: html.slice(at, html.indexOf('>', at) + 1), name: match[1]?.toLowerCase() ?? '' }
}

/** A character as HTML, and one that is written as an entity. */
const CHARACTER = /&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});|./gisu

function ofCharacters(length: number): Counter {
  let left = length
  return (text, isLast) => {
    const characters: string[] = []
    for (const [character] of text.matchAll(CHARACTER)) {
      characters.push(character)
      if (characters.length > left) break
    }
    const fits = characters.length < left || (characters.length === left && isLast)
    const html = characters
      .slice(0, fits ? left : left - 1)
      .map(escapedOnce)
      .join('')
    left -= characters.length
    return fits ? [html, false] : [withEllipsis(html, '…'), true]
  }
}

function ofWords(count: number): Counter {
  let left = count
  return (text) => {
    const words = text.split(/(?<=\S)\s+(?=\S)/)
    const html = words.slice(0, left).join(' ').replace(CHARACTER, escapedOnce)
    const isFull = words.length > left
    left -= words.length
    return isFull ? [withEllipsis(html, ' …'), true] : [html, false]
  }
}

function escapedOnce(character: string): string {
  return character.length > 2 ? character : escapeHtml(character)
}
