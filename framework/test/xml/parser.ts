import type { MarkupElement, MarkupNode } from '../markup.ts'

/** A text that is no well-formed XML. */
export class XMLSyntaxError extends Error {
  override readonly name = 'XMLSyntaxError'
}

/** Comments, processing instructions and the document type: they are no content. */
const IGNORED = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^[>]*(?:\[[^\]]*\]\s*)?>/y
const CDATA = /<!\[CDATA\[([\s\S]*?)\]\]>/y
const TEXT = /[^<]+/y
const END_TAG = /<\/([^\s<>/]+)\s*>/y
const START_TAG = /<([A-Za-z_:\u0080-\uffff][^\s<>/=]*)/y
const ATTRIBUTE = /\s+([^\s<>/=]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
const TAG_END = /\s*(\/?)>/y

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * The nodes of an XML text: a document, or a piece of one with several elements.
 *
 * @throws XMLSyntaxError that names the line.
 */
export function parseXML(text: string): MarkupNode[] {
  return new Parser(text).parse()
}

class Parser {
  readonly #text: string
  readonly #root: MarkupElement = { name: '', attributes: new Map(), children: [] }
  readonly #open: MarkupElement[] = [this.#root]
  #at = 0

  constructor(text: string) {
    this.#text = text.replace(/^\ufeff/, '')
  }

  parse(): MarkupNode[] {
    while (this.#at < this.#text.length) this.#take()
    const { name } = this.#current
    if (this.#open.length > 1) throw this.#fault(`no </${name}> before its end`)
    return this.#root.children
  }

  get #current(): MarkupElement {
    return this.#open.at(-1) as MarkupElement
  }

  #take(): void {
    const text = this.#match(TEXT)
    if (text !== null) return void this.#current.children.push(this.#decoded(text[0]))
    if (this.#match(IGNORED) !== null) return
    const cdata = this.#match(CDATA)
    if (cdata !== null) return void this.#current.children.push(cdata[1] as string)
    const end = this.#match(END_TAG)
    if (end !== null) this.#close(end[1] as string)
    else this.#takeStartTag()
  }

  #takeStartTag(): void {
    const name = this.#match(START_TAG)?.[1]
    if (name === undefined) throw this.#fault(`a "<" that begins no tag: ${this.#excerpt()}`)
    const attributes = new Map<string, string>()
    for (let match = this.#match(ATTRIBUTE); match !== null; match = this.#match(ATTRIBUTE)) {
      const [, key = '', double, single] = match
      if (attributes.has(key)) throw this.#fault(`the attribute ${key} twice in <${name}>`)
      attributes.set(key, this.#decoded(double ?? single ?? ''))
    }
    const end = this.#match(TAG_END)
    if (end === null) throw this.#fault(`something in <${name}> that is no attribute: ${this.#excerpt()}`)
    const element: MarkupElement = { name, attributes, children: [] }
    this.#current.children.push(element)
    if (end[1] === '') this.#open.push(element)
  }

  #close(name: string): void {
    const open = this.#open.length === 1 ? undefined : this.#current.name
    if (open !== name)
      throw this.#fault(`</${name}> where ${open === undefined ? 'nothing is open' : `</${open}> is due`}`)
    this.#open.pop()
  }

  #decoded(text: string): string {
    return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|([^\s;&]+))?;?/g, (whole, hex, decimal, name) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex as string, 16)
      const character = name === undefined ? characterOf(code) : ENTITIES[name as string]
      if (character === undefined || !whole.endsWith(';'))
        throw this.#fault(`${whole}, which is no character; "&" is written as "&amp;"`)
      return character
    })
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match !== null) this.#at = pattern.lastIndex
    return match
  }

  #excerpt(): string {
    return this.#text.slice(this.#at, this.#at + 40)
  }

  #fault(what: string): XMLSyntaxError {
    return new XMLSyntaxError(`Line ${this.#text.slice(0, this.#at).split('\n').length} has ${what}.`)
  }
}

function characterOf(code: number): string | undefined {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}
