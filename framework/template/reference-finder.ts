import { importedAs, isNode, childrenOf, namesSetIn, nodesIn, valueOf } from './compiler/walk.ts'
import { declaredBy } from './lint.ts'
import { relativeTo } from './loader.ts'
import type { TemplateNode } from './nunjucks.ts'
import type { NamedPlace, SourcePlace, TemplateCall, TemplateReference, TemplateReferences } from './references.ts'
import { InclusionTag } from './tags/functions.ts'
import type { TemplateTag } from './types.ts'

/** What a parsed template of this name names. */
export function referencesOf(root: TemplateNode, name: string): TemplateReferences {
  const nodes = nodesIn(root, () => true)
  const of = (typename: string): TemplateNode[] => nodes.filter((node) => node.typename === typename)
  const declared = countsOf(nodes.flatMap(declaredBy))
  const parents = of('Extends')
  return {
    templates: nodes
      .flatMap((node) => templateIn(node, nodes, declared) ?? [])
      .map((each) => ({ ...each, names: each.names.map((other) => relativeTo(name, other)) })),
    hasUnknownParent: parents.some((node) => namesIn(node) === undefined),
    blocks: of('Block').map(blockAt),
    outerBlocks: nodesIn(root, (node) => !HOLDERS.has(node.typename))
      .filter(({ typename }) => typename === 'Block')
      .map(blockAt),
    partials: of('PartialDef').map((node) => String(node['name'])),
    shownPartials: of('Partial').map((node) => ({ name: String(node['name']), ...placeOf(node) })),
    exports: namesSetIn(root).filter((name) => !name.startsWith('_')),
    calls: nodes.flatMap((node) => callIn(node, declared) ?? []),
    loopMembers: loopMembersIn(root, declared),
  }
}

/** Nodes in which a block has a place of its own, whether the parent template knows it or not. */
const HOLDERS = new Set(['Block', 'Macro', 'Caller', 'Capture', 'CallExtension', 'PartialDef'])

const REFERENCES: Readonly<Record<string, TemplateReference['kind']>> = {
  Extends: 'extends',
  FromImport: 'import',
  Import: 'import',
  Include: 'include',
}

function templateIn(
  node: TemplateNode,
  nodes: readonly TemplateNode[],
  declared: ReadonlyMap<unknown, number>,
): TemplateReference | undefined {
  if (node.typename === 'CallExtension') return inclusionIn(node)
  const kind = Object.hasOwn(REFERENCES, node.typename) ? REFERENCES[node.typename] : undefined
  if (kind === undefined || node['ignoreMissing'] === true) return undefined
  const names = namesIn(node)
  return names && { kind, names, taken: takenBy(node, nodes, declared), ...placeOf(node['template'] as TemplateNode) }
}

function inclusionIn(node: TemplateNode): TemplateReference | undefined {
  const tag: unknown = node['extName']
  if (!(tag instanceof InclusionTag)) return undefined
  return { kind: 'include', names: [tag.template].flat(), taken: [], ...placeOf(node) }
}

/** The names of the templates that a node names, unless they are found out later. */
function namesIn(node: TemplateNode): readonly string[] | undefined {
  const names = [constantOf(node['template'])].flat()
  return names.every((name) => typeof name === 'string') ? names : undefined
}

function takenBy(
  node: TemplateNode,
  nodes: readonly TemplateNode[],
  declared: ReadonlyMap<unknown, number>,
): NamedPlace[] {
  if (node.typename === 'FromImport') {
    return childrenOf(node['names'] as TemplateNode).map((each) => ({ name: importedAs(each)[0], ...placeOf(each) }))
  }
  if (node.typename !== 'Import') return []
  const alias = valueOf(node['target'] as TemplateNode)
  return declared.get(alias) === 1 ? nodes.flatMap((each) => calledOf(each, alias) ?? []) : []
}

/** The macro in `alias.macro()`. */
function calledOf(node: TemplateNode, alias: string): NamedPlace | undefined {
  const callee = node.typename === 'FunCall' ? node['name'] : undefined
  const member = isNode(callee) ? memberOf(callee) : undefined
  return member?.target === alias ? member : undefined
}

/** `target.name`, as far as both are words. */
function memberOf(node: TemplateNode): (NamedPlace & { readonly target: string }) | undefined {
  if (node.typename !== 'LookupVal') return undefined
  const { target, val } = node as unknown as { target: TemplateNode; val: TemplateNode }
  const name = constantOf(val)
  if (target.typename !== 'Symbol' || typeof name !== 'string') return undefined
  return { target: valueOf(target), name, ...placeOf(val) }
}

function callIn(node: TemplateNode, declared: ReadonlyMap<unknown, number>): TemplateCall | undefined {
  if (node.typename === 'CallExtension') {
    const [name] = (node['extName'] as TemplateTag).tags
    return name === undefined ? undefined : { kind: 'tag', name, args: valuesIn(node['args']), ...placeOf(node) }
  }
  const callee = node.typename === 'FunCall' ? node['name'] : undefined
  if (!isNode(callee) || callee.typename !== 'Symbol') return undefined
  const name = valueOf(callee)
  return declared.has(name) ? undefined : { kind: 'function', name, args: valuesIn(node['args']), ...placeOf(callee) }
}

function valuesIn(list: unknown): unknown[] {
  return isNode(list) ? childrenOf(list).map(constantOf) : []
}

/** The value of an expression that stands in the template; `undefined` for any other. */
function constantOf(node: unknown): unknown {
  if (!isNode(node)) return undefined
  switch (node.typename) {
    case 'Literal':
      return node['value']
    case 'Array':
      return childrenOf(node).map(constantOf)
    case 'Dict':
    case 'KeywordArgs':
      return objectOf(childrenOf(node))
    default:
      return undefined
  }
}

function objectOf(pairs: readonly TemplateNode[]): unknown {
  const values = Object.create(null) as Record<string, unknown>
  for (const pair of pairs) {
    const key = pair['key'] as TemplateNode
    if (key.typename !== 'Symbol' && key.typename !== 'Literal') return undefined
    values[valueOf(key)] = constantOf(pair['value'])
  }
  return values
}

/** What is looked up in `loop` and `forloop` inside of loops. */
function loopMembersIn(root: TemplateNode, declared: ReadonlyMap<unknown, number>): TemplateReferences['loopMembers'] {
  const members: TemplateReferences['loopMembers'][number][] = []
  const visit = (node: TemplateNode, inLoop: boolean): void => {
    const member = inLoop ? memberOf(node) : undefined
    if ((member?.target === 'loop' || member?.target === 'forloop') && !declared.has(member.target)) {
      const { target: loop, name, line, column } = member
      members.push({ loop, name, line, column })
    }
    for (const child of childrenOf(node)) {
      visit(child, node.typename === 'For' ? inLoop || child !== node['arr'] : inLoop && node.typename !== 'Macro')
    }
  }
  visit(root, false)
  return members
}

function blockAt(node: TemplateNode): NamedPlace {
  const name = node['name'] as TemplateNode
  return { name: valueOf(name), ...placeOf(name) }
}

function placeOf({ lineno, colno }: TemplateNode): SourcePlace {
  return { line: (lineno ?? 0) + 1, column: (colno ?? 0) + 1 }
}

function countsOf(names: readonly unknown[]): Map<unknown, number> {
  const counts = new Map<unknown, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
