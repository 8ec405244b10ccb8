import type { TemplateNode } from '../nunjucks.ts'
import { Scope } from './scope.ts'
import type { Unit } from './unit.ts'
import { childrenOf, valueOf } from './walk.ts'

/** A body as a value: HTML. */
export function captureOf(unit: Unit, node: TemplateNode): string {
  const body = unit.write.function('() =>', () => unit.statement(node['body'] as TemplateNode), { guarded: false })
  return `m.safe((${body})())`
}

/** The block of this name in the parent template. */
export function superOf(unit: Unit, node: TemplateNode): string {
  const name = unit.block as string
  const place = unit.write.place(node)
  return `(p = ${place}, m.safe(r.parentBlock(${JSON.stringify(name)}, b_${name})(r, ${unit.scope.object})))`
}

/** The body of a `call`, which sees the variables around it. */
export function callerOf(unit: Unit, node: TemplateNode): string {
  return macroOf(unit, node, unit.scope, [])
}

/** A macro, which sees its arguments and the variables of the whole template. */
export function writeMacro(unit: Unit, node: TemplateNode): void {
  const { block } = unit
  unit.block = undefined
  const code = macroOf(unit, node, new Scope('c'), ['caller'])
  unit.block = block
  unit.assign([valueOf(node['name'] as TemplateNode)], code)
}

function macroOf(unit: Unit, node: TemplateNode, outer: Scope, extra: readonly string[]): string {
  const { write } = unit
  const [positional, defaults] = parametersOf(node['args'] as TemplateNode)
  const named = [...positional, ...defaults.keys()]
  const variables = new Map([...named, ...extra].map((name) => [name, write.id('v')]))
  const code = write.function(`(${[...variables.values()].join(', ')}) =>`, () => {
    // A default sees the arguments before it.
    const known = new Map<string, string>()
    for (const [name, variable] of variables) {
      const value = defaults.get(name)
      if (value !== undefined) {
        unit.within(new Scope(outer.object, { parent: outer, variables: known }), () => {
          write.line(`if (${variable} === m.absent) ${variable} = ${unit.expression(value)};`)
        })
      }
      known.set(name, variable)
    }
    unit.scoped(node['body'] as TemplateNode, variables, outer)
  })
  return `m.macro(${JSON.stringify(named)}, ${positional.length}, ${code})`
}

/** Parameters without a default, and the defaults of the others. */
function parametersOf(args: TemplateNode): [positional: string[], defaults: Map<string, TemplateNode>] {
  const positional: string[] = []
  const defaults = new Map<string, TemplateNode>()
  for (const node of childrenOf(args)) {
    if (node.typename !== 'KeywordArgs') positional.push(valueOf(node))
    else {
      for (const pair of childrenOf(node)) {
        defaults.set(valueOf(pair['key'] as TemplateNode), pair['value'] as TemplateNode)
      }
    }
  }
  return [positional, defaults]
}
