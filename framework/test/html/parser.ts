import type { MarkupElement, MarkupNode } from '../markup.ts'
import { decodeEntities } from './entities.ts'

/** A text that is no HTML: an end tag without a start, or a tag without an end. */
export class HTMLSyntaxError extends Error {
  override readonly name = 'HTMLSyntaxError'
}

const VOID = wordSet('area base br col embed hr img input link meta source track wbr')

/** In these the text is all there is; that of the first two is not decoded either. */
const RAW_TEXT = wordSet('script style textarea title')
const UNDECODED = wordSet('script style')

/** Elements that end where one of these begins (HTML standard, section 13.1.2.4). */
const ENDED_BY: Readonly<Record<string, ReadonlySet<string>>> = {
  dd: wordSet('dd dt'),
  dt: wordSet('dd dt'),
  li: wordSet('li'),
  optgroup: wordSet('optgroup hr'),
  option: wordSet('option optgroup hr'),
  p: wordSet(
    'address article aside blockquote details dialog div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 ' +
      'header hgroup hr main menu nav ol p pre search section table ul',
  ),
  tbody: wordSet('tbody tfoot'),
  td: wordSet('td th tr tbody tfoot'),
  th: wordSet('td th tr tbody tfoot'),
  thead: wordSet('tbody tfoot'),
  tr: wordSet('tr tbody tfoot'),
}

const START_TAG = /<([a-zA-Z][^\s/>]*)/y
const END_TAG = /<\/([a-zA-Z][^\s/>]*)[^>]*>/y
const ATTRIBUTE = /[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/y
const TAG_END = /[\s/]*>/y
/** Comments, declarations, and what browsers take for comments. */
const IGNORED = /<!--[\s\S]*?-->|<[!?/][^>]*>/y

/**
 * The nodes of an HTML text. It is not read as a browser does, which mends whatever it gets: for a test a page with a
 * stray end tag is a mistake.
 *
 * @throws HTMLSyntaxError that names the line.
 */
export function parseHTML(text: string): MarkupNode[] {
  return new Parser(text).parse()
}

class Parser {
  readonly #text: string
  readonly #root: MarkupElement = { name: '', attributes: new Map(), children: [] }
  readonly #open: MarkupElement[] = [this.#root]
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  parse(): MarkupNode[] {
    while (this.#at < this.#text.length) {
      this.#takeText()
      if (this.#at < this.#text.length) this.#takeTag()
    }
    return this.#root.children
  }

  get #current(): MarkupElement {
    return this.#open.at(-1) as MarkupElement
  }

  #takeText(): void {
    const next = this.#text.slice(this.#at).search(/<[a-zA-Z!?/]/)
    const end = next === -1 ? this.#text.length : this.#at + next
    if (end === this.#at) return
    this.#current.children.push(decodeEntities(this.#text.slice(this.#at, end)))
    this.#at = end
  }

  #takeTag(): void {
    const end = this.#match(END_TAG)
    if (end !== null) this.#close((end[1] as string).toLowerCase(), end[0].length)
    else if (this.#match(IGNORED) === null) this.#takeStartTag()
  }

  #takeStartTag(): void {
    const began = this.#at
    const [, name = ''] = this.#match(START_TAG) ?? []
    const attributes = new Map<string, string>()
    while (this.#match(TAG_END) === null) {
      const [, key, double, single, bare] = this.#match(ATTRIBUTE) ?? []
      if (key === undefined) throw this.#fault(`a tag that has no end: ${this.#text.slice(began, began + 40)}`, began)
      const lower = key.toLowerCase()
      if (!attributes.has(lower)) attributes.set(lower, decodeEntities(double ?? single ?? bare ?? ''))
    }
    this.#begin({ name: name.toLowerCase(), attributes, children: [] })
  }

  #begin(element: MarkupElement): void {
    const { name } = element
    while (ENDED_BY[this.#current.name]?.has(name) === true) this.#open.pop()
    this.#current.children.push(element)
    if (VOID.has(name)) return
    if (RAW_TEXT.has(name)) this.#takeRawText(element)
    else this.#open.push(element)
  }

  #takeRawText({ name, children }: MarkupElement): void {
    const rest = this.#text.slice(this.#at)
    const end = new RegExp(`</${name}[^>]*>`, 'i').exec(rest)
    const text = end === null ? rest : rest.slice(0, end.index)
    children.push(UNDECODED.has(name) ? text : decodeEntities(text))
    this.#at += text.length + (end?.[0].length ?? 0)
  }

  /** What is still open inside an element ends with it. */
  #close(name: string, length: number): void {
    const at = this.#open.findLastIndex((element) => element.name === name)
    if (at === -1 && !VOID.has(name)) throw this.#fault(`an end tag </${name}> that nothing began`, this.#at - length)
    if (at > 0) this.#open.length = at
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match !== null) this.#at = pattern.lastIndex
    return match
  }

  #fault(what: string, at: number): HTMLSyntaxError {
    return new HTMLSyntaxError(`Line ${this.#text.slice(0, at).split('\n').length} has ${what}.`)
  }
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '))
}
