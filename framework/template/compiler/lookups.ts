import { isIdentifier, isRefused } from '../names.ts'
import type { TemplateNode } from '../nunjucks.ts'
import { labelOf } from './label.ts'
import type { Unit } from './unit.ts'

/** A member that is looked up by a name which is known already. */
export interface Member {
  /** JavaScript that makes the object ready and tells whether it can have members. */
  readonly missing: string
  /** JavaScript for the member itself. */
  readonly value: string
  /** The variable that holds the object. */
  readonly target: string
}

/** A value that was read from outside, unless it is a promise or has failed: those are objects, the rest costs nothing. */
export function lookUp(unit: Unit, code: string, node: TemplateNode): string {
  const value = unit.write.temporary()
  const place = unit.write.place(node, labelOf(node))
  return `(typeof (${value} = ${code}) === "object" ? m.settled(${value}, ${place}) : ${value})`
}

/** The value of a member; a method is bound to its object. */
export function memberOf(unit: Unit, node: TemplateNode): string {
  const place = placeOfMember(unit, node)
  const member = knownMember(unit, node)
  if (member === undefined) {
    const target = unit.expression(node['target'] as TemplateNode)
    return `m.member(${target}, ${unit.expression(node['val'] as TemplateNode)}, ${place})`
  }
  if (member === 'refused') return refused(unit, node)
  const value = unit.write.temporary()
  const kept = `typeof (${value} = ${member.value}) === "object" || typeof ${value} === "function"`
  return `(${member.missing} ? undefined : (p = ${place}, ${kept}) ? m.held(${value}, ${member.target}, ${place}) : ${value})`
}

/** A member by a name that is known, `'refused'` for a name that leads to code, nothing for a name yet to be computed. */
export function knownMember(unit: Unit, node: TemplateNode): Member | 'refused' | undefined {
  const name = nameOf(node['val'] as TemplateNode)
  if (name === undefined) return undefined
  if (typeof name === 'string' && isRefused(name)) return 'refused'
  const [target, ready] = targetOf(unit, node['target'] as TemplateNode)
  return {
    missing: `${ready} == null || typeof ${target} === "function"`,
    value: valueIn(unit, target, name),
    target,
  }
}

/** A property, or else what a Map has by this name; where a Map has such a property itself, the Map is asked first. */
function valueIn(unit: Unit, target: string, name: string | number): string {
  const key = JSON.stringify(name)
  if (name in Map.prototype) return `m.look(${target}, ${key})`
  const value = unit.write.temporary()
  const property = isIdentifier(name) ? `${target}.${name}` : `${target}[${key}]`
  return `((${value} = ${property}) === undefined ? m.look(${target}, ${key}) : ${value})`
}

/** The variable that holds the object, and JavaScript that puts it there; a local one stays where it is. */
function targetOf(unit: Unit, node: TemplateNode): [target: string, ready: string] {
  const code = unit.expression(node)
  const isVariable: boolean = isIdentifier(code)
  if (isVariable) return [code, code]
  const target = unit.write.temporary()
  return [target, `(${target} = ${code})`]
}

/** What a refused member gives: nothing, but what it is asked of is still looked up. */
function refused(unit: Unit, node: TemplateNode): string {
  return `(${unit.expression(node['target'] as TemplateNode)}, undefined)`
}

/** The place of a member is that of its name. */
export function placeOfMember(unit: Unit, node: TemplateNode): number {
  return unit.write.place(node['val'] as TemplateNode, labelOf(node))
}

function nameOf(node: TemplateNode): string | number | undefined {
  const value = node.typename === 'Literal' ? node['value'] : undefined
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}
