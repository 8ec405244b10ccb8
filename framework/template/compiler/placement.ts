import type { TemplateNode } from '../nunjucks.ts'
import { EXPRESSIONS } from './expressions.ts'
import { STATEMENTS } from './statements.ts'
import { childrenOf } from './walk.ts'

/** What a place takes: something that is done there, or something that has a value. */
type Place = 'expression' | 'statement'

/** Nodes that are written by the one around them. */
const PARTS: Readonly<Record<string, ReadonlySet<string>>> = {
  Case: new Set(['Switch']),
  CompareOperand: new Set(['Compare']),
  Pair: new Set(['Dict', 'FromImport', 'KeywordArgs', 'NodeList']),
  TemplateData: new Set(['Output']),
}

/** The fields in which statements stand. */
const BODIES = ['body', 'else_', 'default', 'contentArgs'] as const

/** The nodes that the compiler does not know where they stand, as the tag of a library may put them. */
export function misplacedIn(root: TemplateNode): TemplateNode[] {
  const misplaced: TemplateNode[] = []
  const ahead: Array<readonly [TemplateNode, Place]> = [[root, 'statement']]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const [node, place] = next
    for (const child of childrenOf(node)) {
      const inner = placeOf(child, node, place)
      if (fits(child, node, inner)) ahead.push([child, inner])
      else misplaced.push(child)
    }
  }
  return misplaced
}

function fits({ typename }: TemplateNode, parent: TemplateNode, place: Place): boolean {
  if (Object.hasOwn(PARTS, typename)) return PARTS[typename]?.has(parent.typename) === true
  return Object.hasOwn(place === 'statement' ? STATEMENTS : EXPRESSIONS, typename)
}

function placeOf(child: TemplateNode, parent: TemplateNode, place: Place): Place {
  switch (parent.typename) {
    case 'NodeList':
    case 'Root':
      return place
    case 'Set':
    case 'InlineIf':
      return 'expression'
    case 'Switch':
      return parent['expr'] === child ? 'expression' : 'statement'
    default:
      return BODIES.some((field) => holds(parent[field], child)) ? 'statement' : 'expression'
  }
}

function holds(value: unknown, child: TemplateNode): boolean {
  return value === child || (Array.isArray(value) && value.includes(child))
}
