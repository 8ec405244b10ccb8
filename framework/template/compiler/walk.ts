import type { TemplateNode } from '../nunjucks.ts'

export function isNode(value: unknown): value is TemplateNode {
  return typeof value === 'object' && value !== null && 'typename' in value
}

/** The nodes right inside a node. */
export function childrenOf(node: TemplateNode): TemplateNode[] {
  const { fields } = node
  const children: TemplateNode[] = []
  for (const field of fields) gather(node[field], children)
  // A `set` with a body keeps it beside its fields.
  if (node.typename === 'Set' && isNode(node['body'])) children.push(node['body'])
  return children
}

function gather(value: unknown, children: TemplateNode[]): void {
  if (Array.isArray(value)) for (const each of value) gather(each, children)
  else if (isNode(value)) children.push(value)
}

/** All nodes in a node, itself first, in the order of the template; those for which `enter` is false are not looked into. */
export function nodesIn(node: TemplateNode, enter: (node: TemplateNode) => boolean): TemplateNode[] {
  const nodes: TemplateNode[] = []
  const ahead = [node]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    nodes.push(next)
    if (!enter(next)) continue
    const children = childrenOf(next)
    for (let i = children.length - 1; i >= 0; i--) ahead.push(children[i] as TemplateNode)
  }
  return nodes
}

/** The blocks and partials that stand where values are not escaped. */
export function notEscapingIn(root: TemplateNode): Set<TemplateNode> {
  const found = new Set<TemplateNode>()
  const ahead: Array<readonly [TemplateNode, boolean]> = [[root, true]]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const [node, outside] = next
    const escaping = node.typename === 'Autoescape' ? node['on'] === true : outside
    if (!escaping && (node.typename === 'Block' || node.typename === 'PartialDef')) found.add(node)
    for (const child of childrenOf(node)) ahead.push([child, escaping])
  }
  return found
}

/** Nodes that begin a scope of names. */
const SCOPES = new Set(['For', 'With', 'Macro', 'Caller', 'Block', 'PartialDef'])

/** The names that a body gives a value to in its own scope. */
export function namesSetIn(body: TemplateNode): string[] {
  const names = new Set<string>()
  for (const node of nodesIn(body, (each) => each === body || !SCOPES.has(each.typename))) {
    for (const name of namesSetBy(node)) names.add(name)
  }
  return [...names]
}

function namesSetBy(node: TemplateNode): string[] {
  switch (node.typename) {
    case 'Set':
      return (node['targets'] as TemplateNode[]).map(valueOf)
    case 'Macro':
      return [valueOf(node['name'] as TemplateNode)]
    case 'Import':
      return [valueOf(node['target'] as TemplateNode)]
    case 'FromImport':
      return childrenOf(node['names'] as TemplateNode).map((each) => importedAs(each)[1])
    default:
      return []
  }
}

/** What `from … import name as alias` takes, and what it calls it. */
export function importedAs(node: TemplateNode): [name: string, alias: string] {
  if (node.typename !== 'Pair') return [valueOf(node), valueOf(node)]
  return [valueOf(node['key'] as TemplateNode), valueOf(node['value'] as TemplateNode)]
}

/** Nodes that hand the variables where they stand on to code that looks them up by name. */
const SHARING = new Set(['Include', 'Block', 'Partial', 'PartialDef'])

/** True where the variables of a scope must be in an object, for code elsewhere to find them by name. */
export function isShared(body: TemplateNode): boolean {
  for (const node of nodesIn(body, (each) => each.typename !== 'Macro')) {
    if (SHARING.has(node.typename) || isSuper(node)) return true
    if (node.typename === 'CallExtension' && takesContext(node)) return true
    if ((node.typename === 'Import' || node.typename === 'FromImport') && node['withContext'] === true) return true
  }
  return false
}

/** Whether a tag's method wants to look at variables; all do that do not say otherwise. */
export function takesContext(node: TemplateNode): boolean {
  return (node['extName'] as { takesContext?: boolean }).takesContext !== false
}

/** True for `super()` and for Django's `block.super`. */
export function isSuper(node: TemplateNode): boolean {
  if (node.typename === 'FunCall') return isSymbol(node['name'], 'super')
  if (node.typename !== 'LookupVal') return false
  const { target, val } = node as unknown as { target: unknown; val: TemplateNode }
  return isSymbol(target, 'block') && val.typename === 'Literal' && val['value'] === 'super'
}

export function isSymbol(node: unknown, name: string): boolean {
  return isNode(node) && node.typename === 'Symbol' && node['value'] === name
}

/** The value of a symbol or literal, as text. */
export function valueOf(node: TemplateNode): string {
  return String(node['value'])
}
