/** Tags that reach other templates, or other parts of this one. */
import type { TemplateNode } from '../nunjucks.ts'
import type { Unit } from './unit.ts'
import { childrenOf, importedAs, valueOf } from './walk.ts'

/** JavaScript that finds the template which an expression names, and notes that place for what may fail in it. */
function templateOf(unit: Unit, node: TemplateNode, mayBeMissing = false): string {
  const name = node['template'] as TemplateNode
  const place = unit.write.place(name)
  const found = unit.write.temporary()
  return `(${found} = m.template(${unit.expression(name)}, ${place}${mayBeMissing ? ', true' : ''}), p = ${place}, ${found})`
}

export function writeInclude(unit: Unit, node: TemplateNode): void {
  const template = templateOf(unit, node, node['ignoreMissing'] === true)
  unit.write.line(`out += m.include(r, ${template}, ${unit.scope.object});`)
}

/** From here on it is the parent that is rendered, with the blocks of both. */
export function writeExtends(unit: Unit, node: TemplateNode): void {
  unit.write.line(`parent = m.extend(r, ${templateOf(unit, node)}, ${unit.scope.object});`)
  unit.write.line('extendsAt = p;')
}

/** A block is rendered where it stands, unless a parent template says where. */
export function writeBlock(unit: Unit, node: TemplateNode): void {
  const name = valueOf(node['name'] as TemplateNode)
  const condition = unit.mayExtend ? 'if (parent === null) ' : ''
  unit.write.line(`p = ${unit.write.place(node)};`)
  unit.write.line(`${condition}out += r.block(${JSON.stringify(name)})(r, ${unit.scope.object});`)
}

export function writePartialDef(unit: Unit, node: TemplateNode): void {
  if (node['inline'] === true) writePartial(unit, node)
}

export function writePartial(unit: Unit, node: TemplateNode): void {
  unit.write.line(`out += q_${String(node['name'])}(r, ${unit.scope.object});`)
}

export function writeImport(unit: Unit, node: TemplateNode): void {
  unit.assign([valueOf(node['target'] as TemplateNode)], exportsOf(unit, node))
}

export function writeFromImport(unit: Unit, node: TemplateNode): void {
  const exported = unit.write.id('e')
  unit.write.line(`const ${exported} = ${exportsOf(unit, node)};`)
  for (const each of childrenOf(node['names'] as TemplateNode)) {
    const [name, alias] = importedAs(each)
    unit.assign([alias], `m.exported(${exported}, ${JSON.stringify(name)}, ${unit.write.place(each)})`)
  }
}

function exportsOf(unit: Unit, node: TemplateNode): string {
  const context = node['withContext'] === true ? unit.scope.object : `m.empty(${unit.scope.object})`
  return `m.exportsOf(r, ${templateOf(unit, node)}, ${context})`
}
