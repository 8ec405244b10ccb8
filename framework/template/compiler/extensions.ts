import type { TemplateNode } from '../nunjucks.ts'
import type { Unit } from './unit.ts'
import { childrenOf, isNode, takesContext } from './walk.ts'

/** What a tag of a library has: its names, of which the first finds it again. */
interface Tag {
  readonly tags: readonly string[]
}

/** A call of a tag's method: the context, the arguments, and the bodies as functions that give HTML. */
export function extensionCall(unit: Unit, node: TemplateNode): string {
  const { write } = unit
  const [name = ''] = (node['extName'] as Tag).tags
  const tag = write.constant(`tag ${name}`, 'x', `m.tag(${JSON.stringify(name)})`)
  const context = takesContext(node) ? `m.context(r, ${unit.scope.object}, ${unit.autoescape})` : 'undefined'
  const args = childrenOf(node['args'] as TemplateNode).map((each) => unit.expression(each))
  const bodies = (node['contentArgs'] as unknown[]).map((each) => (isNode(each) ? bodyOf(unit, each) : 'null'))
  const place = write.place(node)
  const method = `${tag}[${JSON.stringify(node['prop'])}]`
  const given = [context, ...args, ...bodies].join(', ')
  // The place is noted when the arguments are there: they may note their own.
  return `m.result(${method}(${given}, p = ${place}), ${place})`
}

function bodyOf(unit: Unit, body: TemplateNode): string {
  return `(${unit.write.function('() =>', () => unit.statement(body))})`
}
