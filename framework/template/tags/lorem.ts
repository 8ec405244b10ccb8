import { countOf } from '../filters/arguments.ts'
import type { Lexer, LibraryParser, NodeClasses, TemplateNode } from '../nunjucks.ts'
import type { TemplateTag } from '../parser.ts'
import { markSafe, type SafeString } from '../safe-string.ts'
import { TagReader } from './reader.ts'

/** The first paragraph, as printers have had it since the 1500s; its words are those of the others. */
const FIRST =
  'Lorem ipsum dolor sit amet, consectetur adipisicing elit, sed do eiusmod tempor incididunt ut labore et dolore magna ' +
  'aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat. ' +
  'Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur. Excepteur sint ' +
  'occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum.'

const WORDS = FIRST.toLowerCase().match(/[a-z]+/g) as readonly string[]
const FIRST_WORDS = WORDS.slice(0, 19)

/** Words or paragraphs that a template may ask for. */
const MAX_COUNT = 1000

/** `{% lorem count method random %}`: Latin for a place that still has no text. */
class LoremTag implements TemplateTag {
  readonly tags = ['lorem']
  readonly takesContext = false

  parse(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer): TemplateNode {
    const reader = new TagReader(parser, nodes, lexer)
    const isWord = ['w', 'p', 'b', 'random'].some((word) => reader.isWord(word))
    const count = isWord || reader.isEnd() ? reader.literal(1) : reader.value()
    const method = ['w', 'p', 'b'].find((word) => reader.word(word)) ?? 'b'
    const random = reader.word('random')
    reader.end()
    return reader.call<LoremTag>(this, 'text', [count, reader.literal(method), reader.literal(random)])
  }

  text(_context: unknown, given: unknown, method: string, random: boolean): SafeString {
    const count = Math.max(0, countOf(given) ?? 1)
    if (count > MAX_COUNT)
      throw new RangeError(`{% lorem %}: ${count} is out of bounds: a template can ask for 0 to ${MAX_COUNT}.`)
    if (method === 'w') return markSafe(words(count, random).join(' '))
    const paragraphs = Array.from({ length: count }, (_value, index) => (index === 0 && !random ? FIRST : paragraph()))
    return markSafe(paragraphs.map((text) => (method === 'p' ? `<p>${text}</p>` : text)).join('\n\n'))
  }
}

function words(count: number, random: boolean): string[] {
  return Array.from({ length: count }, (_value, index) => (random ? undefined : FIRST_WORDS[index]) ?? anyOf(WORDS))
}

function paragraph(): string {
  return Array.from({ length: between(1, 4) }, sentence).join(' ')
}

function sentence(): string {
  const parts = Array.from({ length: between(1, 5) }, () => words(between(3, 12), true).join(' '))
  const text = parts.join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1) + anyOf('.?')
}

function anyOf(choices: ArrayLike<string>): string {
  return choices[between(0, choices.length - 1)] as string
}

function between(least: number, most: number): number {
  return least + Math.floor(Math.random() * (most - least + 1))
}

export const LOREM_TAG: TemplateTag = new LoremTag()
