import type { TemplateNode } from '../nunjucks.ts'
import { labelOf } from './label.ts'
import { knownMember } from './lookups.ts'
import type { Unit } from './unit.ts'
import { childrenOf, isNode, valueOf } from './walk.ts'
import { notesPlace } from './writer.ts'

/** A call; the function has no `this` but the object whose method it is. */
export function callOf(unit: Unit, node: TemplateNode): string {
  const callee = node['name'] as TemplateNode
  const fn = unit.write.temporary()
  const place = calleePlace(unit, callee, node)
  if (callee.typename === 'LookupVal') {
    const member = knownMember(unit, callee)
    if (member === 'refused') return `m.uncallable(undefined, ${place})`
    if (member !== undefined) {
      const args = argumentsOf(unit, node, place, member.target)
      const ready = `${member.missing} || (p = ${place}, typeof (${fn} = ${member.value}) !== "function")`
      return `(${ready} ? m.uncallable(${fn}, ${place}) : m.result(${fn}.call(${args}), ${place}))`
    }
  }
  const code = unit.expression(callee)
  const called = `(p = ${place}, m.result(${fn}(${argumentsOf(unit, node, place)}), ${place}))`
  return `(typeof (${fn} = ${code}) !== "function" ? m.uncallable(${fn}, ${place}) : ${called})`
}

function calleePlace(unit: Unit, callee: TemplateNode, call: TemplateNode): number {
  if (callee.typename !== 'LookupVal') return unit.write.place(callee, labelOf(call))
  return unit.write.place(callee['val'] as TemplateNode, labelOf(call))
}

/**
 * Arguments of a call, after `first`. Where one of them notes its own place, the place of the call is noted again when all
 * of them are there.
 */
function argumentsOf(unit: Unit, node: TemplateNode, place: number, first?: string): string {
  const args = childrenOf(node['args'] as TemplateNode).map((each) => unit.expression(each))
  return [...(first === undefined ? [] : [first]), ...placed(unit, args, place)].join(', ')
}

function placed(unit: Unit, args: readonly string[], place: number): readonly string[] {
  if (!args.some(notesPlace)) return args
  const last = unit.write.temporary()
  return [...args.slice(0, -1), `(${last} = ${args.at(-1)}, p = ${place}, ${last})`]
}

/** A filter: the function is fetched once, when the template is made ready. */
export function filterOf(unit: Unit, node: TemplateNode): string {
  const name = valueOf(node['name'] as TemplateNode)
  const filter = unit.write.constant(`filter ${name}`, 'f', `m.filter(${JSON.stringify(name)})`)
  const place = unit.write.place(node, labelOf(node))
  const self = unit.autoescape ? 'm.escaping' : 'm.notEscaping'
  const args = argumentsOf(unit, node, place, self)
  return `(p = ${place}, m.result(${filter}.call(${args}), ${place}))`
}

/** `value is test(…)`. */
export function testOf(unit: Unit, node: TemplateNode): string {
  const right = node['right'] as TemplateNode
  const name = valueOf(right.typename === 'FunCall' ? (right['name'] as TemplateNode) : right)
  const test = unit.write.constant(`test ${name}`, 'f', `m.test(${JSON.stringify(name)})`)
  const given = isNode(right['args']) ? childrenOf(right['args']) : []
  const place = unit.write.place(right)
  const args = [node['left'] as TemplateNode, ...given].map((each) => unit.expression(each))
  return `(p = ${place}, ${test}(${placed(unit, args, place).join(', ')}) === true)`
}
