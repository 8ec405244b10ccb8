import { isDeepStrictEqual } from 'node:util'
import type { TemplateContext } from '../context.ts'
import { listOf } from '../filters/arguments.ts'
import { isPrivate, memberAlong } from '../names.ts'
import type { Lexer, LibraryParser, NodeClasses, TemplateNode } from '../nunjucks.ts'
import type { TemplateTag } from '../parser.ts'
import { TagReader } from './reader.ts'

/** Neighbours that have something in common: `grouper` and `list`, or a pair of both. */
type Group = [grouper: unknown, list: unknown[]] & { grouper: unknown; list: unknown[] }

/** `{% regroup people by team.name as teams %}`: groups of neighbours in a list. */
class RegroupTag implements TemplateTag {
  readonly tags = ['regroup']
  readonly takesContext = false

  parse(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer): TemplateNode {
    const reader = new TagReader(parser, nodes, lexer)
    const items = reader.value()
    if (!reader.word('by')) reader.fail('write {% regroup list by member as name %}')
    const path = pathOf(parser.parseUnary(true))
    if (path === undefined) return reader.fail('write the members after "by" as name.name')
    if (path.split('.').some(isPrivate)) {
      return reader.fail(`variables and attributes may not begin with underscores: "${path}"`)
    }
    const name = reader.asName()
    if (name === undefined) return reader.fail('write "as" and a name at its end')
    reader.end()
    return reader.set(name, reader.call<RegroupTag>(this, 'group', [items, reader.literal(path)]))
  }

  group(_context: TemplateContext | undefined, items: unknown, path: string): Group[] {
    const groups: Group[] = []
    for (const item of listOf(items)) {
      const grouper = memberAlong(item, path)
      const last = groups.at(-1)
      if (last !== undefined && isDeepStrictEqual(last.grouper, grouper)) last.list.push(item)
      else groups.push(groupOf(grouper, [item]))
    }
    return groups
  }
}

function groupOf(grouper: unknown, list: unknown[]): Group {
  return Object.assign([grouper, list] as [unknown, unknown[]], { grouper, list })
}

/** `a.b` as text. */
function pathOf(node: TemplateNode): string | undefined {
  if (node.typename === 'Symbol') return String(node['value'])
  if (node.typename !== 'LookupVal') return undefined
  const { target, val } = node as unknown as { target: TemplateNode; val: TemplateNode }
  const before = pathOf(target)
  return before === undefined || val.typename !== 'Literal' ? undefined : `${before}.${String(val['value'])}`
}

export const REGROUP_TAG: TemplateTag = new RegroupTag()
