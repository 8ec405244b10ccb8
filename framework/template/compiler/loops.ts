import type { TemplateNode } from '../nunjucks.ts'
import { isLoopName, LOOP_NAMES, type LoopName, type LoopVariables, Scope } from './scope.ts'
import type { Unit } from './unit.ts'
import { childrenOf, isNode, isShared, isSymbol, namesSetIn, nodesIn, valueOf } from './walk.ts'
import { labelOf } from './label.ts'

type LoopMember = (loop: LoopVariables) => string

const index0: LoopMember = ({ index }) => index
const index1: LoopMember = ({ index }) => `(${index} + 1)`
const left: LoopMember = ({ index, length }) => `(${length} - ${index})`
const left0: LoopMember = ({ index, length }) => `(${length} - ${index} - 1)`
const first: LoopMember = ({ index }) => `(${index} === 0)`
const last: LoopMember = ({ index, length }) => `(${index} === ${length} - 1)`
const length: LoopMember = (loop) => loop.length

/** What `loop` and Django's `forloop` know, as JavaScript. */
const MEMBERS: Readonly<Record<LoopName, Readonly<Record<string, LoopMember>>>> = {
  loop: { index: index1, index0, revindex: left, revindex0: left0, first, last, length },
  forloop: { counter: index1, counter0: index0, revcounter: left, revcounter0: left0, first, last, length },
}

/** `loop.index`, `forloop.counter`, `forloop.parentloop.counter`, in a loop of this very template. */
export function loopMember(unit: Unit, node: TemplateNode): string | undefined {
  const [target, member] = [node['target'] as TemplateNode, node['val'] as TemplateNode]
  const [scope, name] = loopNamed(unit, target)
  if (scope?.loop === undefined || name === undefined || member.typename !== 'Literal') return undefined
  const key = String(member['value'])
  return Object.hasOwn(MEMBERS[name], key) ? MEMBERS[name][key]?.(scope.loop) : undefined
}

/** The scope of the loop that an expression means, and by which of its two names. */
function loopNamed(unit: Unit, node: TemplateNode): [scope?: Scope | undefined, name?: LoopName] {
  for (const name of LOOP_NAMES) if (isSymbol(node, name)) return [unit.scope.loopScope(name), name]
  if (node.typename !== 'LookupVal' || (node['val'] as TemplateNode)['value'] !== 'parentloop') return []
  const [scope, name] = loopNamed(unit, node['target'] as TemplateNode)
  return name === 'forloop' ? [scope?.parent?.loopScope(name), name] : []
}

/** The loop as a value. */
export function loopValue(unit: Unit, name: string): string | undefined {
  if (!isLoopName(name)) return undefined
  const scope = unit.scope.loopScope(name)
  return scope && valueIn(scope, name)
}

function valueIn(scope: Scope, name: LoopName): string {
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
  const code = unit.expression(list)
  const found = names.length === 1 ? `m.items(${code}, ${place})` : `m.pairs(${code}, ${names.length}, ${place})`
  write.line(`const ${items} = ${node['isReversed'] === true ? `m.reversed(${found})` : found};`)
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
    for (const name of LOOP_NAMES) write.line(`${object}.${name} = ${valueIn(scope, name)};`)
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
