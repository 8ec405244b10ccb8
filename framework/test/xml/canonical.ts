import { type MarkupNode, settled } from '../markup.ts'
import { parseXML } from './parser.ts'

const VISIBLE = { '&': '&amp;', '<': '&lt;', '"': '&quot;', '\n': '&#10;' } as const

/**
 * XML in one of the many ways in which it could be written, an element or text on each line: attributes are sorted, white
 * space between words is one space and at tags none.
 *
 * @throws XMLSyntaxError
 */
export function canonicalXML(text: string): string {
  return linesOf(parseXML(text), '').join('\n')
}

function linesOf(nodes: readonly MarkupNode[], indent: string): string[] {
  return settled(nodes).flatMap((node) => {
    if (typeof node === 'string') return [indent + visible(node)]
    const sorted = [...node.attributes].sort(([one], [other]) => (one < other ? -1 : 1))
    const attributes = sorted.map(([name, value]) => ` ${name}="${visible(value)}"`).join('')
    return [`${indent}<${node.name}${attributes}>`, ...linesOf(node.children, `${indent}  `)]
  })
}

function visible(text: string): string {
  return text.replace(/[&<"\n]/g, (character) => VISIBLE[character as keyof typeof VISIBLE])
}
