/** Turns the nodes of a template into the text of a JavaScript function body, whose one variable is the module `m`. */
import type { TemplateNode } from '../nunjucks.ts'
import { EXPRESSIONS } from './expressions.ts'
import { Scope } from './scope.ts'
import { STATEMENTS } from './statements.ts'
import { Unit } from './unit.ts'
import { namesSetIn, nodesIn, notEscapingIn, takesContext, valueOf } from './walk.ts'

export type { PlaceRecord } from './writer.ts'

/**
 * The code returns `root`, and functions for `blocks` and `partials`, all of `(rendering, variables) => string`, and the
 * table of places. The linter has found no fault in the nodes.
 */
export function generate(root: TemplateNode): string {
  const unit = new Unit({ expressions: EXPRESSIONS, statements: STATEMENTS }, notEscapingIn(root))
  const all = nodesIn(root, () => true)
  const blocks = all.filter(({ typename }) => typename === 'Block')
  const partials = all.filter(({ typename }) => typename === 'PartialDef')
  const hasParent = all.some(({ typename }) => typename === 'Extends')
  const functions = [
    rootOf(unit, root, hasParent),
    ...blocks.map((node) => partOf(unit, `b_${valueOf(node['name'] as TemplateNode)}`, node, true)),
    ...partials.map((node) => partOf(unit, `q_${String(node['name'])}`, node, false)),
  ]
  const table = (prefix: string, names: readonly string[]): string =>
    `{ __proto__: null, ${names.map((name) => `${JSON.stringify(name)}: ${prefix}${name}`).join(', ')} }`
  return [
    '"use strict";',
    'const { hostile, escape } = m;',
    ...unit.write.prelude,
    ...functions,
    'return {',
    'root,',
    `blocks: ${table(
      'b_',
      blocks.map((node) => valueOf(node['name'] as TemplateNode)),
    )},`,
    `partials: ${table(
      'q_',
      partials.map((node) => String(node['name'])),
    )},`,
    `isPlain: ${!hasParent && blocks.length === 0},`,
    `places: ${JSON.stringify(unit.write.places)},`,
    '};',
  ].join('\n')
}

/** The whole template; with `exporting`, what it gives to templates that import it is put in there. */
function rootOf(unit: Unit, root: TemplateNode, hasParent: boolean): string {
  const names = namesSetIn(root)
  const sets = names.length > 0 || nodesIn(root, () => true).some(isFree)
  return unit.write.function('function root(r, s, exporting)', () => {
    unit.write.line(`const c = ${sets ? 'm.copy(s)' : 's'};`)
    if (hasParent) unit.write.line('let parent = null, extendsAt = 0;')
    unit.mayExtend = hasParent
    unit.within(new Scope('c'), () => unit.statement(root))
    unit.mayExtend = false
    const exported = names.filter((name) => !name.startsWith('_'))
    if (exported.length > 0) {
      unit.write.line(`if (exporting !== undefined) m.export(exporting, c, ${JSON.stringify(exported)});`)
    }
    if (hasParent) unit.write.line('if (parent !== null) { p = extendsAt; return parent.root(r, c, exporting); }')
  })
}

/** True for a tag that may set variables by itself. */
function isFree(node: TemplateNode): boolean {
  return node.typename === 'CallExtension' && takesContext(node)
}

/** A block or partial: what it sets stays in it. */
function partOf(unit: Unit, name: string, node: TemplateNode, isBlock: boolean): string {
  unit.autoescape = unit.isEscaping(node)
  unit.block = isBlock ? valueOf(node['name'] as TemplateNode) : undefined
  return unit.write.function(`function ${name}(r, c)`, () =>
    unit.scoped(node['body'] as TemplateNode, new Map(), new Scope('c')),
  )
}
