import type { TemplateNode } from '../nunjucks.ts'
import { writeMacro } from './bodies.ts'
import { condition } from './conditions.ts'
import { labelOf } from './label.ts'
import { writeFor } from './loops.ts'
import { shown, writeAll } from './output.ts'
import { Scope } from './scope.ts'
import {
  writeBlock,
  writeExtends,
  writeFromImport,
  writeImport,
  writeInclude,
  writePartial,
  writePartialDef,
} from './templates.ts'
import type { Unit } from './unit.ts'
import { childrenOf, isNode, valueOf } from './walk.ts'

/** How each kind of statement is written. */
export const STATEMENTS: Readonly<Record<string, (unit: Unit, node: TemplateNode) => void>> = {
  NodeList: (unit, node) => writeAll(unit, childrenOf(node)),
  Root: (unit, node) => writeAll(unit, childrenOf(node)),
  Output: (unit, node) => writeAll(unit, [node]),
  CallExtension: (unit, node) => unit.write.line(`out += ${shown(unit, node)};`),
  If: writeIf,
  Switch: writeSwitch,
  For: writeFor,
  Set: writeSet,
  With: writeWith,
  Autoescape: writeAutoescape,
  Macro: writeMacro,
  Block: writeBlock,
  Extends: writeExtends,
  Include: writeInclude,
  Import: writeImport,
  FromImport: writeFromImport,
  PartialDef: writePartialDef,
  Partial: writePartial,
}

function writeIf(unit: Unit, node: TemplateNode): void {
  const test = node['cond'] as TemplateNode
  notePlace(unit, test)
  unit.write.line(`if (${condition(unit, test)}) {`)
  unit.statement(node['body'] as TemplateNode)
  if (isNode(node['else_'])) {
    unit.write.line('} else {')
    unit.statement(node['else_'])
  }
  unit.write.line('}')
}

/** A case without a body falls through to the next. */
function writeSwitch(unit: Unit, node: TemplateNode): void {
  const value = node['expr'] as TemplateNode
  notePlace(unit, value)
  unit.write.line(`switch (${unit.expression(value)}) {`)
  for (const each of node['cases'] as TemplateNode[]) {
    const body = each['body'] as TemplateNode
    unit.write.line(`case ${unit.expression(each['cond'] as TemplateNode)}: {`)
    unit.statement(body)
    unit.write.line(childrenOf(body).length === 0 ? '}' : 'break; }')
  }
  if (isNode(node['default'])) {
    unit.write.line('default: {')
    unit.statement(node['default'])
    unit.write.line('}')
  }
  unit.write.line('}')
}

function writeSet(unit: Unit, node: TemplateNode): void {
  const value = (node['value'] ?? node['body']) as TemplateNode
  notePlace(unit, value)
  unit.assign((node['targets'] as TemplateNode[]).map(valueOf), unit.expression(value))
}

function writeWith(unit: Unit, node: TemplateNode): void {
  const { write, scope } = unit
  const values = node['values'] as TemplateNode[]
  const variables = new Map<string, string>()
  for (const [at, name] of (node['names'] as string[]).entries()) {
    const variable = write.id('v')
    notePlace(unit, values[at] as TemplateNode)
    write.line(`let ${variable} = ${unit.expression(values[at] as TemplateNode)};`)
    variables.set(name, variable)
  }
  if (node['isolated'] !== true) return unit.scoped(node['body'] as TemplateNode, variables, scope)
  const empty = write.id('s')
  write.line(`const ${empty} = m.empty(${scope.object});`)
  unit.scoped(node['body'] as TemplateNode, variables, new Scope(empty))
}

function writeAutoescape(unit: Unit, node: TemplateNode): void {
  const { autoescape } = unit
  unit.autoescape = node['on'] as boolean
  unit.statement(node['body'] as TemplateNode)
  unit.autoescape = autoescape
}

/** Note a place, for whatever may fail in the statement. */
function notePlace(unit: Unit, node: TemplateNode): void {
  unit.write.line(`p = ${unit.write.place(node, labelOf(node))};`)
}
