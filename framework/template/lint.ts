import type { TemplateNode } from './nunjucks.ts'

/** A construct that the library compiles and that does not work. */
export interface Fault {
  readonly reason: string
  readonly line: number
  readonly column: number
}

const ASYNC = new Set(['AsyncEach', 'AsyncAll', 'IfAsync', 'FilterAsync', 'CallExtensionAsync'])

/** The first construct of a parsed template that would go wrong without a word. */
export function findFault(root: TemplateNode): Fault | undefined {
  let fault: Fault | undefined
  const visit = (node: TemplateNode, blocks: number): void => {
    if (fault !== undefined) return
    if (ASYNC.has(node.typename)) {
      fault = faultAt(node, 'Templates are rendered synchronously: await in the view, and use {% for %} and {% if %}.')
      return
    }
    if (node.typename === 'Super' && blocks > 1) {
      fault = faultAt(node, '{{ super() }} gives nothing in a block that stands inside another: move that block out.')
      return
    }
    const inside = node.typename === 'Block' ? blocks + 1 : blocks
    for (const child of childrenOf(node)) visit(child, inside)
  }
  visit(root, 0)
  return fault
}

function faultAt(node: TemplateNode, reason: string): Fault {
  return { reason, line: node.lineno + 1, column: node.colno + 1 }
}

function* childrenOf(node: TemplateNode): Generator<TemplateNode> {
  for (const field of node.fields) {
    for (const value of [node[field]].flat()) if (isNode(value)) yield value
  }
  // A node of `set` keeps its body beside its fields.
  if (isNode(node['body']) && !node.fields.includes('body')) yield node['body']
}

function isNode(value: unknown): value is TemplateNode {
  return typeof value === 'object' && value !== null && 'typename' in value
}
