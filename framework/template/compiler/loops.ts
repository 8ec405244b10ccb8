import type { TemplateNode } from '../nunjucks.ts'
import { isLoopName, type LoopVariables, Scope } from './scope.ts'
import type { Unit } from './unit.ts'
import { childrenOf, isNode, isShared, isSymbol, namesSetIn, nodesIn, valueOf } from './walk.ts'
import { labelOf } from './label.ts'

/** What `loop` and Django's `forloop` know, as JavaScript. */
const MEMBERS: Readonly<Record<string, (loop: LoopVariables) => string>> = {
  index: ({ index }) => `(${index} + 1)`,
  index0: ({ index }) => index,
  revindex: ({ index, length }) => `(${length} - ${index})`,
  revindex0: ({ index, length }) => `(${length} - ${index} - 1)`,
  first: ({ index }) => `(${index} === 0)`,
  last: ({ index, length }) => `(${index} === ${length} - 1)`,
  length: ({ length }) => length,
}

const FORLOOP_MEMBERS: typeof MEMBERS = {
  counter: MEMBERS['index'] as never,
  counter0: MEMBERS['index0'] as never,
  revcounter: MEMBERS['revindex'] as never,
  revcounter0: MEMBERS['revindex0'] as never,
  first: MEMBERS['first'] as never,
  last: MEMBERS['last'] as never,
  length: MEMBERS['length'] as never,
}

/** `loop.index`, `forloop.counter`, `forloop.parentloop.counter`, in a loop of this very template. */
export function loopMember(unit: Unit, node: TemplateNode): string | undefined {
  const [target, member] = [node['target'] as TemplateNode, node['val'] as TemplateNode]
  const [scope, name] = loopNamed(unit, target)
  if (scope?.loop === undefined || member.typename !== 'Literal') return undefined
  const members = name === 'loop' ? MEMBERS : FORLOOP_MEMBERS
  const key = String(member['value'])
  return Object.hasOwn(members, key) ? members[key]?.(scope.loop) : undefined
}

/** The scope of the loop that an expression means, and by which of its two names. */
function loopNamed(unit: Unit, node: TemplateNode): [scope?: Scope | undefined, name?: string] {
  for (const name of ['loop', 'forloop']) if (isSymbol(node, name)) return [unit.scope.loopScope(name), name]
  if (node.typename !== 'LookupVal' || (node['val'] as TemplateNode)['value'] !== 'parentloop') return []
  const [scope, name] = loopNamed(unit, node['target'] as TemplateNode)
  return name === 'forloop' ? [scope?.parent?.loopScope(name), name] : []
}

/** The loop as a value. */
export function loopValue(unit: Unit, name: string): string | undefined {
  const scope = isLoopName(name) ? unit.scope.loopScope(name) : undefined
  return scope && valueIn(scope, name)
}

function valueIn(scope: Scope, name: string): string {
  const { index, length } = scope.loop as LoopVariables
  if (name === 'loop') return `m.loop(${index}, ${length})`
  const outer = scope.parent?.loopScope(name)
  const parent = outer === undefined ? `${scope.parent?.object}.forloop` : valueIn(outer, name)
  return `m.forLoop(${index}, ${length}, ${parent})`
}

/** `for`: the names are JavaScript variables, and in an object only where other code looks for them. */
export function writeFor(unit: Unit, node: TemplateNode): void {
  const { write, scope: outer } = unit
  const [body, otherwise] = [node['body'] as TemplateNode, node['else_']]
  const list = node['arr'] as TemplateNode
  const names = namesOf(node['name'] as TemplateNode)
  const loop = { index: write.id('i'), length: write.id('n') }
  const items = write.id('a')
  const place = write.place(list, labelOf(list))
  write.line(`p = ${place};`)
  write.line(`const ${items} = m.${names.length === 1 ? 'items' : 'pairs'}(${unit.expression(list)}, ${place});`)
  write.line(`const ${loop.length} = ${items}.length;`)
  const states = statesIn(unit, body)
  const ownsObject = isShared(body)
  const object = ownsObject ? write.id('s') : outer.object
  if (ownsObject) write.line(`const ${object} = m.copy(${outer.object});`)

  write.line(`for (let ${loop.index} = 0; ${loop.index} < ${items}.length; ${loop.index}++) {`)
  const variables = new Map<string, string>()
  for (const [at, name] of names.entries()) {
    const variable = write.id('v')
    write.line(`let ${variable} = ${items}[${loop.index}]${names.length === 1 ? '' : `[${at}]`};`)
    variables.set(name, variable)
  }
  for (const name of namesSetIn(body)) {
    if (variables.has(name)) continue
    const variable = write.id('v')
    write.line(`let ${variable} = ${outer.read(name)};`)
    variables.set(name, variable)
  }
  const scope = new Scope(object, { parent: outer, ownsObject, loop, states, variables })
  if (ownsObject) {
    for (const name of ['loop', 'forloop']) write.line(`${object}.${name} = ${valueIn(scope, name)};`)
    for (const [name, variable] of variables) write.line(`${object}.${name} = ${variable};`)
  }
  unit.within(scope, () => unit.statement(body))
  write.line('}')
  if (!isNode(otherwise)) return
  write.line(`if (${loop.length} === 0) {`)
  unit.statement(otherwise)
  write.line('}')
}

function namesOf(name: TemplateNode): string[] {
  return name.typename === 'Array' ? childrenOf(name).map(valueOf) : [valueOf(name)]
}

/** Declare the objects that begin with a loop. */
function statesIn(unit: Unit, body: TemplateNode): Map<object, string> {
  const states = new Map<object, string>()
  for (const node of nodesIn(body, (each) => each.typename !== 'For' && each.typename !== 'Macro')) {
    const slot = node['slot'] as object
    if (node.typename !== 'State' || node['where'] !== 'loop' || states.has(slot)) continue
    const variable = unit.write.id('k')
    unit.write.line(`const ${variable} = {};`)
    states.set(slot, variable)
  }
  return states
}
