import type { TemplateNode } from '../nunjucks.ts'
import { labelOf } from './label.ts'
import { loopMember } from './loops.ts'
import { knownMember, placeOfMember } from './lookups.ts'
import type { Unit } from './unit.ts'
import { childrenOf } from './walk.ts'

/** Write nodes one after the other; texts and values that follow each other are added to the page at once. */
export function writeAll(unit: Unit, nodes: readonly TemplateNode[]): void {
  let parts: Part[] = []
  const flush = (): void => {
    if (parts.length > 0) unit.write.line(`out += ${joined(parts)};`)
    parts = []
  }
  for (const node of nodes) {
    if (node.typename === 'Output') parts.push(...partsOf(unit, node))
    else {
      flush()
      unit.statement(node)
    }
  }
  flush()
}

interface Part {
  readonly code: string
  readonly isText: boolean
}

function partsOf(unit: Unit, output: TemplateNode): Part[] {
  return childrenOf(output).flatMap((child): Part[] => {
    if (child.typename !== 'TemplateData') return [{ code: shown(unit, child), isText: false }]
    return child['value'] === '' ? [] : [{ code: JSON.stringify(child['value']), isText: true }]
  })
}

/** A sum that begins with a text: two numbers beside each other are no sum. */
function joined(parts: readonly Part[]): string {
  const [first] = parts
  const begin = parts.length > 1 && first?.isText === false ? '"" + ' : ''
  return begin + parts.map(({ code }) => code).join(' + ')
}

/** JavaScript for a value as the page shows it: texts and numbers at once, all else by the runtime. */
export function shown(unit: Unit, node: TemplateNode): string {
  if (node.typename === 'Group' && childrenOf(node).length === 1)
    return shown(unit, childrenOf(node)[0] as TemplateNode)
  const known = node.typename === 'LookupVal' && loopMember(unit, node)
  if (known) return known
  const member = node.typename === 'LookupVal' ? knownMember(unit, node) : undefined
  if (member !== undefined && member !== 'refused') {
    const place = placeOfMember(unit, node)
    return shownCode(unit, `${member.missing} ? undefined : (p = ${place}, ${member.value})`, place)
  }
  const place = unit.write.place(placeNodeOf(node), labelOf(node))
  if (node.typename === 'Symbol') {
    const name = node['value'] as string
    const variable = unit.scope.variableOf(name)
    if (variable !== undefined) return shownVariable(unit, variable, place)
  }
  return shownCode(unit, unit.expression(node), place)
}

function placeNodeOf(node: TemplateNode): TemplateNode {
  return node.typename === 'LookupVal' ? (node['val'] as TemplateNode) : node
}

function shownCode(unit: Unit, code: string, place: number): string {
  const value = unit.write.temporary()
  return shownVariable(unit, value, place, `(${value} = ${code})`)
}

function shownVariable(unit: Unit, value: string, place: number, first = value): string {
  if (!unit.autoescape) return `(typeof ${first} === "string" ? ${value} : m.showUnescaped(${value}, ${place}))`
  const text = `m.hostile.test(${value}) ? m.escape(${value}) : ${value}`
  return `(typeof ${first} === "string" ? (${text}) : typeof ${value} === "number" ? ${value} : m.show(${value}, ${place}))`
}
