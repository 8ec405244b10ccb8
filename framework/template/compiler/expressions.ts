import { isRefused } from '../names.ts'
import type { TemplateNode } from '../nunjucks.ts'
import { callOf, filterOf, testOf } from './calls.ts'
import { comparison, condition, either } from './conditions.ts'
import { labelOf } from './label.ts'
import { loopMember, loopValue } from './loops.ts'
import { lookUp, memberOf } from './lookups.ts'
import type { Unit } from './unit.ts'
import { childrenOf, isSuper } from './walk.ts'
import { callerOf, captureOf, superOf } from './bodies.ts'
import { extensionCall } from './extensions.ts'

type Compile = (unit: Unit, node: TemplateNode) => string

/** How each kind of expression is written: as JavaScript that gives its value. */
export const EXPRESSIONS: Readonly<Record<string, Compile>> = {
  Literal: (_unit, node) => literal(node['value']),
  Symbol: symbol,
  Group: (unit, node) => `(${list(unit, node)})`,
  Array: (unit, node) => `[${list(unit, node)}]`,
  NodeList: list,
  Dict: (unit, node) =>
    `{ ${childrenOf(node)
      .map((pair) => pairOf(unit, pair))
      .join(', ')} }`,
  KeywordArgs: (unit, node) =>
    `new m.Keywords({ ${childrenOf(node)
      .map((pair) => pairOf(unit, pair))
      .join(', ')} })`,
  InlineIf: (unit, node) => {
    const otherwise = node['else_'] === null ? '""' : part(unit, node, 'else_')
    return `(${condition(unit, node['cond'] as TemplateNode)} ? ${part(unit, node, 'body')} : ${otherwise})`
  },
  LookupVal: (unit, node) => {
    if (isSuper(node) && unit.block !== undefined && unit.scope.variableOf('block') === undefined)
      return superOf(unit, node)
    return loopMember(unit, node) ?? memberOf(unit, node)
  },
  Slice: (unit, node) => {
    const parts = ['start', 'stop', 'step'].map((name) => (node[name] ? part(unit, node, name) : 'undefined'))
    return noted(unit, node, (p) => `m.slice(${part(unit, node, 'target')}, ${parts.join(', ')}, ${p})`)
  },
  FunCall: (unit, node) => (isSuper(node) ? superOf(unit, node) : callOf(unit, node)),
  Filter: filterOf,
  Is: testOf,
  In: (unit, node) => {
    const ask = node['isNegated'] === true ? 'm.excludes' : 'm.contains'
    return noted(unit, node, () => `${ask}(${part(unit, node, 'left')}, ${part(unit, node, 'right')})`)
  },
  And: either,
  Or: either,
  Add: binary('+'),
  Sub: binary('-'),
  Mul: binary('*'),
  Div: binary('/'),
  Mod: binary('%'),
  Not: (unit, node) => `(!${condition(unit, node['target'] as TemplateNode)})`,
  Neg: unary('-'),
  Pos: unary('+'),
  FloorDiv: (unit, node) => `Math.floor(${part(unit, node, 'left')} / ${part(unit, node, 'right')})`,
  Pow: (unit, node) => `Math.pow(${part(unit, node, 'left')}, ${part(unit, node, 'right')})`,
  Concat: (unit, node) => `(m.text(${part(unit, node, 'left')}) + m.text(${part(unit, node, 'right')}))`,
  Compare: comparison,
  Caller: callerOf,
  Capture: captureOf,
  CallExtension: extensionCall,
  State: (unit, node) => {
    const slot = node['slot'] as object
    const ofLoop = node['where'] === 'loop' ? unit.scope.stateOf(slot) : undefined
    return ofLoop ?? `r.state(${unit.write.constant(slot, 'k', '{}')})`
  },
}

function part(unit: Unit, node: TemplateNode, field: string): string {
  return unit.expression(node[field] as TemplateNode)
}

function list(unit: Unit, node: TemplateNode): string {
  return childrenOf(node)
    .map((child) => unit.expression(child))
    .join(', ')
}

function binary(operator: string): Compile {
  return (unit, node) => `(${part(unit, node, 'left')} ${operator} ${part(unit, node, 'right')})`
}

function unary(operator: string): Compile {
  return (unit, node) => `(${operator}(${part(unit, node, 'target')}))`
}

/** An expression whose place is noted, for what may fail in it. */
function noted(unit: Unit, node: TemplateNode, write: (place: number) => string): string {
  const place = unit.write.place(node, labelOf(node))
  return `(p = ${place}, ${write(place)})`
}

function literal(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function symbol(unit: Unit, node: TemplateNode): string {
  const name = node['value'] as string
  const variable = unit.scope.variableOf(name)
  if (variable !== undefined) return variable
  const loop = loopValue(unit, name)
  if (loop !== undefined) return loop
  if (isRefused(name) && name !== 'caller') return 'undefined'
  return lookUp(unit, `${unit.scope.object}.${name}`, node)
}

/** `key: value` of an object; the linter has refused `__proto__`. */
function pairOf(unit: Unit, pair: TemplateNode): string {
  const key = pair['key'] as TemplateNode
  return `${JSON.stringify(String(key['value']))}: ${part(unit, pair, 'value')}`
}
