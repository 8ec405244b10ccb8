import type { TemplateNode } from '../nunjucks.ts'
import { valueOf } from './walk.ts'

/**
 * What an expression is called in messages: `user.name`, `url()` for what a call gives, `|upper` for what a filter gives;
 * nothing for others.
 */
export function labelOf(node: TemplateNode): string | undefined {
  switch (node.typename) {
    case 'Symbol':
      return valueOf(node)
    case 'LookupVal':
      return pathOf(node)
    case 'FunCall': {
      const callee = labelOf(node['name'] as TemplateNode)
      return callee === undefined ? undefined : `${callee}()`
    }
    case 'Filter':
      return `|${valueOf(node['name'] as TemplateNode)}`
    case 'Group': {
      const [only, ...others] = node['children'] as TemplateNode[]
      return only === undefined || others.length > 0 ? undefined : labelOf(only)
    }
    default:
      return undefined
  }
}

function pathOf(node: TemplateNode): string | undefined {
  const [target, member] = [node['target'] as TemplateNode, node['val'] as TemplateNode]
  const path = labelOf(target)
  if (path === undefined) return undefined
  if (member.typename !== 'Literal') return `${path}[…]`
  const value = member['value']
  return typeof value === 'string' ? `${path}.${value}` : `${path}[${String(value)}]`
}
