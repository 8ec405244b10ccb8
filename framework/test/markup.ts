/** An element of HTML or XML: attributes as they were written, but for their character references. */
export interface MarkupElement {
  /** In HTML in lower case, in XML with its prefix. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: MarkupNode[]
}

/** An element, or a piece of text. */
export type MarkupNode = MarkupElement | string

/**
 * Nodes as they are compared: pieces of text that a comment has parted are one, white space between words is one space and
 * at tags none, and white space alone is nothing.
 */
export function settled(nodes: readonly MarkupNode[]): MarkupNode[] {
  const joined: MarkupNode[] = []
  for (const node of nodes) {
    const last = joined.at(-1)
    if (typeof node === 'string' && typeof last === 'string') joined[joined.length - 1] = last + node
    else joined.push(node)
  }
  return joined
    .map((node) => (typeof node === 'string' ? node.replace(/[ \t\n\f\r]+/g, ' ').replace(/^ | $/g, '') : node))
    .filter((node) => node !== '')
}
