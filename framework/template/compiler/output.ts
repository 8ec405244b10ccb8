import type { TemplateNode } from '../nunjucks.ts'
import { condition } from './conditions.ts'
import { labelOf } from './label.ts'
import { loopMember } from './loops.ts'
import { knownMember, placeOfMember } from './lookups.ts'
import type { Unit } from './unit.ts'
import { childrenOf, isNode, isSuper } from './walk.ts'

/** Parts of a page that are added at once: an expression of many thousands costs JavaScript's own compiler too much. */
const MAX_PARTS = 100

/** Write nodes one after the other; texts and values that follow each other are added to the page at once. */
export function writeAll(unit: Unit, nodes: readonly TemplateNode[]): void {
  let parts: Part[] = []
  const flush = (): void => {
    const all = merged(parts)
    if (all.length > 0) unit.write.line(`out += ${joined(all)};`)
    parts = []
  }
  for (const node of nodes) {
    if (isText(node)) {
      parts.push(...partsOf(unit, node))
      if (parts.length >= MAX_PARTS) flush()
    } else {
      flush()
      unit.statement(node)
    }
  }
  flush()
}

/** True for what can be written as one expression: outputs, and conditions of nothing else. */
function isText(node: TemplateNode): boolean {
  if (node.typename === 'Output') return true
  if (node.typename === 'NodeList') return childrenOf(node).every(isText)
  if (node.typename !== 'If') return false
  return isText(node['body'] as TemplateNode) && (!isNode(node['else_']) || isText(node['else_']))
}

/** A piece of the page: a text, a choice between two texts, or JavaScript for a text or number. */
type Part = { readonly text: string } | Choice | { readonly code: string }

interface Choice {
  readonly condition: string
  readonly texts: readonly [yes: string, no: string]
}

function partsOf(unit: Unit, node: TemplateNode): Part[] {
  if (node.typename === 'NodeList') return childrenOf(node).flatMap((child) => partsOf(unit, child))
  if (node.typename === 'If') return [choice(unit, node)]
  return childrenOf(node).map((child) =>
    child.typename === 'TemplateData' ? { text: child['value'] as string } : { code: shown(unit, child) },
  )
}

function choice(unit: Unit, node: TemplateNode): Part {
  const { body, else_: otherwise, cond } = node as unknown as Record<'body' | 'else_' | 'cond', TemplateNode>
  const place = unit.write.place(cond, labelOf(cond))
  const test = `(p = ${place}, ${condition(unit, cond)})`
  const [yes, no] = [body, otherwise].map((each) => merged(isNode(each) ? partsOf(unit, each) : [])) as [Part[], Part[]]
  const texts = [textOf(yes), textOf(no)] as const
  if (texts[0] !== undefined && texts[1] !== undefined) return { condition: test, texts: [texts[0], texts[1]] }
  return { code: `(${test} ? ${joined(yes)} : ${joined(no)})` }
}

/** The text that parts are, where they are nothing else. */
function textOf([only, ...others]: readonly Part[]): string | undefined {
  if (only === undefined) return ''
  return 'text' in only && others.length === 0 ? only.text : undefined
}

/** A choice takes in the texts around it up to this length, for that makes the page of fewer pieces. */
const MAX_TAKEN_IN = 200

/** Parts of which as many as can are one. */
function merged(parts: readonly Part[]): Part[] {
  const all: Part[] = []
  for (const part of parts) {
    const last = all.at(-1)
    const both = last === undefined ? undefined : mergedTwo(last, part)
    if (both === undefined) all.push(part)
    else all[all.length - 1] = both
  }
  return all.filter((part) => !('text' in part && part.text === ''))
}

function mergedTwo(one: Part, other: Part): Part | undefined {
  if ('text' in one && 'text' in other) return { text: one.text + other.text }
  if ('text' in one && 'texts' in other && one.text.length <= MAX_TAKEN_IN) {
    return { ...other, texts: [one.text + other.texts[0], one.text + other.texts[1]] }
  }
  if ('texts' in one && 'text' in other && other.text.length <= MAX_TAKEN_IN) {
    return { ...one, texts: [one.texts[0] + other.text, one.texts[1] + other.text] }
  }
  return undefined
}

/** A sum that begins with a text: two numbers beside each other are no sum. */
function joined(parts: readonly Part[]): string {
  const [first] = parts
  if (first === undefined) return '""'
  const begin = parts.length > 1 && 'code' in first ? '"" + ' : ''
  return begin + parts.map(codeOf).join(' + ')
}

function codeOf(part: Part): string {
  if ('code' in part) return part.code
  if ('text' in part) return JSON.stringify(part.text)
  return `(${part.condition} ? ${part.texts.map((text) => JSON.stringify(text)).join(' : ')})`
}

/** JavaScript for a value as the page shows it: texts and numbers at once, all else by the runtime. */
export function shown(unit: Unit, node: TemplateNode): string {
  if (node.typename === 'Group' && childrenOf(node).length === 1)
    return shown(unit, childrenOf(node)[0] as TemplateNode)
  const known = node.typename === 'LookupVal' && !isSuper(node) && loopMember(unit, node)
  if (known) return known
  const member = node.typename === 'LookupVal' && !isSuper(node) ? knownMember(unit, node) : undefined
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
  const text = `hostile.test(${value}) ? escape(${value}) : ${value}`
  return `(typeof ${first} === "string" ? (${text}) : typeof ${value} === "number" ? ${value} : m.show(${value}, ${place}))`
}
