import { isNode } from './compiler/walk.ts'
import type { TemplateNode } from './nunjucks.ts'

/** What the parser lets through and what cannot work, or could smuggle code. */
export interface Fault {
  readonly reason: string
  readonly line: number
  readonly column: number
}

/** Of a test and of a member it is the place of its name. */
export function faultAt(node: TemplateNode, reason: string): Fault {
  const { lineno, colno } = namedIn(node)
  return { reason, line: (lineno ?? 0) + 1, column: (colno ?? 0) + 1 }
}

function namedIn(node: TemplateNode): TemplateNode {
  const named = node.typename === 'Is' ? node['right'] : node.typename === 'LookupVal' ? node['val'] : undefined
  return isNode(named) ? named : node
}
