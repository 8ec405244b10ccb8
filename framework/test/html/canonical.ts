import { type MarkupNode, settled } from '../markup.ts'
import { parseHTML } from './parser.ts'

/** Attributes that are there or not, whatever their value. */
const BOOLEAN = new Set(
  (
    'allowfullscreen async autofocus autoplay checked controls default defer disabled formnovalidate hidden inert ismap ' +
    'itemscope loop multiple muted nomodule novalidate open playsinline readonly required reversed selected'
  ).split(' '),
)

const VISIBLE = { '&': '&amp;', '<': '&lt;', '"': '&quot;', '\n': '&#10;', '\u00a0': '&nbsp;' } as const

/**
 * HTML in one of the many ways in which it could be written, an element or text on each line: two texts that mean the
 * same are equal then. Attributes and classes are sorted, white space between words is one space and at tags none.
 *
 * @throws HTMLSyntaxError
 */
export function canonicalHTML(text: string): string {
  return linesOf(parseHTML(text), '').join('\n')
}

/**
 * How often the nodes of `needle` stand in `haystack`, beside each other and in this order; for a text alone, how often
 * it occurs.
 */
export function countHTML(needle: string, haystack: string): number {
  const wanted = settled(parseHTML(needle))
  const [first] = wanted
  const isText = wanted.length === 1 && typeof first === 'string'
  const pieces = wanted.map(pieceOf)
  const countIn = (nodes: readonly MarkupNode[]): number => {
    const there = settled(nodes)
    const here = isText ? occurrences(first, there) : windows(pieces, there.map(pieceOf))
    return there.reduce((sum, node) => sum + (typeof node === 'string' ? 0 : countIn(node.children)), here)
  }
  return wanted.length === 0 ? 0 : countIn(parseHTML(haystack))
}

function occurrences(text: string, nodes: readonly MarkupNode[]): number {
  return nodes.reduce((sum, node) => sum + (typeof node === 'string' ? node.split(text).length - 1 : 0), 0)
}

function windows(wanted: readonly string[], pieces: readonly string[]): number {
  return pieces.filter((_piece, at) => wanted.every((each, index) => pieces[at + index] === each)).length
}

/** A node as one text. */
function pieceOf(node: MarkupNode): string {
  return linesOf([node], '').join('\n')
}

function linesOf(nodes: readonly MarkupNode[], indent: string): string[] {
  return settled(nodes).flatMap((node) => {
    if (typeof node === 'string') return [indent + visible(node, /[&<\u00a0]/g)]
    const start = `${indent}<${node.name}${attributesOf(node.attributes)}>`
    return [start, ...linesOf(node.children, `${indent}  `)]
  })
}

function attributesOf(attributes: ReadonlyMap<string, string>): string {
  const sorted = [...attributes].sort(([one], [other]) => (one < other ? -1 : 1))
  return sorted.map(([name, value]) => ` ${attributeOf(name, value)}`).join('')
}

function attributeOf(name: string, value: string): string {
  if (BOOLEAN.has(name) && (value === '' || value.toLowerCase() === name)) return name
  const sorted = name === 'class' ? [...new Set(value.split(/\s+/).filter(Boolean))].sort().join(' ') : value
  return `${name}="${visible(sorted, /[&<"\n\u00a0]/g)}"`
}

function visible(text: string, pattern: RegExp): string {
  return text.replace(pattern, (character) => VISIBLE[character as keyof typeof VISIBLE])
}
