import { isIdentifier } from '../names.ts'
import type { TemplateNode } from '../nunjucks.ts'
import { loopMember } from './loops.ts'
import type { Unit } from './unit.ts'
import { childrenOf, isSuper } from './walk.ts'

/** Nodes whose value JavaScript takes for true where Django does: truth values, and what is calculated. */
const PLAIN = new Set([
  'Add',
  'Compare',
  'Concat',
  'Div',
  'FloorDiv',
  'In',
  'Is',
  'Mod',
  'Mul',
  'Neg',
  'Not',
  'Pos',
  'Pow',
  'Sub',
])

/** JavaScript for whether the value of a node is true: only of objects the runtime is asked, for they may be empty. */
export function condition(unit: Unit, node: TemplateNode): string {
  if (PLAIN.has(node.typename) || isLoopMember(unit, node)) return unit.expression(node)
  const [left, right] = [node['left'], node['right']] as TemplateNode[] as [TemplateNode, TemplateNode]
  if (node.typename === 'And') return `(${condition(unit, left)} && ${condition(unit, right)})`
  if (node.typename === 'Or') return `(${condition(unit, left)} || ${condition(unit, right)})`
  const [only, ...others] = node.typename === 'Group' ? childrenOf(node) : []
  if (only !== undefined && others.length === 0) return condition(unit, only)
  return truthOf(once(unit, unit.expression(node)))
}

function isLoopMember(unit: Unit, node: TemplateNode): boolean {
  return node.typename === 'LookupVal' && !isSuper(node) && loopMember(unit, node) !== undefined
}

/** `and` and `or` give one of the two values, as in Python. */
export function either(unit: Unit, node: TemplateNode): string {
  const left = once(unit, unit.expression(node['left'] as TemplateNode))
  const right = unit.expression(node['right'] as TemplateNode)
  return node.typename === 'And'
    ? `(${truthOf(left)} ? ${right} : ${left.again})`
    : `(${truthOf(left)} ? ${left.again} : ${right})`
}

/** Comparisons from the left to the right; two numbers, and two values that are the same, are compared at once. */
export function comparison(unit: Unit, node: TemplateNode): string {
  const operands = node['ops'] as Array<TemplateNode & { type: string }>
  return operands.reduce(
    (left, { type, expr }) => compared(unit, type, left, unit.expression(expr as TemplateNode)),
    unit.expression(node['expr'] as TemplateNode),
  )
}

function compared(unit: Unit, operator: string, left: string, right: string): string {
  if (operator === '===' || operator === '!==') return `(${left} ${operator} ${right})`
  const [one, other] = [once(unit, left), once(unit, right)]
  if (operator === '==' || operator === '!=') {
    const equal = `(${one.first} === ${other.first} || m.equal(${one.again}, ${other.again}))`
    return operator === '==' ? equal : `(!${equal})`
  }
  const [a, b] = [one.again, other.again]
  const numbers = `typeof ${a} === "number" && typeof ${b} === "number"`
  return `(${one.first}, ${other.first}, ${numbers} ? ${a} ${operator} ${b} : m.order(${a}, ${b}) ${operator} 0)`
}

/** JavaScript for a value that is needed more than once: where it is needed first, and from then on. */
interface Once {
  readonly first: string
  readonly again: string
}

function once(unit: Unit, code: string): Once {
  const isReady: boolean = isIdentifier(code) || /^(?:\d+(?:\.\d+)?|"[^"\\]*")$/.test(code)
  if (isReady) return { first: code, again: code }
  const again = unit.write.temporary()
  return { first: `(${again} = ${code})`, again }
}

function truthOf({ first, again }: Once): string {
  return `(typeof ${first} === "object" ? m.truthy(${again}) : ${again})`
}
