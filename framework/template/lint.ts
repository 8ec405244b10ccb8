import { closest } from '../utils/index.ts'
import { isIdentifier, isVariableName } from './names.ts'
import type { TemplateNode } from './nunjucks.ts'

/** A construct that the library would compile and that does not work, or that could smuggle code. */
export interface Fault {
  readonly reason: string
  readonly line: number
  readonly column: number
}

/** What templates may use, by name. */
export interface Known {
  readonly filters: object
  readonly tests: object
}

/** Where a node stands. */
interface Scope {
  /** Blocks around it. */
  readonly blocks: number
  /** True where the library looks for no blocks. */
  readonly hidden: boolean
}

/** The first fault of a parsed template; lines and columns count from 1. */
export function findFault(root: TemplateNode, known: Known): Fault | undefined {
  return new Linter(known).visit(root, { blocks: 0, hidden: false })
}

const ASYNC = new Set(['AsyncEach', 'AsyncAll', 'IfAsync', 'FilterAsync', 'CallExtensionAsync'])

class Linter {
  readonly #known: Known
  readonly #blocks = new Set<string>()

  constructor(known: Known) {
    this.#known = known
  }

  visit(node: TemplateNode, scope: Scope): Fault | undefined {
    const reason = this.#check(node, scope)
    if (reason !== undefined) return faultAt(node, reason)
    const blocks = node.typename === 'Block' ? scope.blocks + 1 : scope.blocks
    for (const [child, hidden] of childrenOf(node)) {
      const fault = this.visit(child, { blocks, hidden: scope.hidden || hidden })
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #check(node: TemplateNode, scope: Scope): string | undefined {
    if (ASYNC.has(node.typename)) {
      return 'Templates are rendered synchronously: await in the view, and use {% for %} and {% if %}.'
    }
    switch (node.typename) {
      case 'Symbol':
        return isIdentifier(node['value']) ? undefined : `${JSON.stringify(node['value'])} is no name.`
      case 'FunCall':
        return valueOf(node['name']) === 'super' ? checkSuper(scope) : undefined
      case 'Filter':
        return missing('filter', valueOf(node['name']), this.#known.filters)
      case 'Is':
        return missing('test', testName(node['right']), this.#known.tests)
      case 'Block':
        return this.#checkBlock(valueOf(node['name']), scope)
      case 'Pair':
        return valueOf(node['key']) === '__proto__' ? 'A key cannot be "__proto__".' : undefined
      default:
        return checkVariables(node)
    }
  }

  #checkBlock(name: unknown, { hidden }: Scope): string | undefined {
    if (!isVariableName(name)) return `A block cannot be called ${JSON.stringify(name)}.`
    if (this.#blocks.has(name)) return `There are two blocks "${name}" in this template.`
    this.#blocks.add(name)
    return hidden ? 'A block cannot stand inside {% switch %} or {% set %}: use {% if %}.' : undefined
  }
}

/** Of a test the place of its name, for the node begins with what is tested. */
function faultAt(node: TemplateNode, reason: string): Fault {
  const { lineno, colno } = node.typename === 'Is' && isNode(node['right']) ? node['right'] : node
  return { reason, line: (lineno ?? 0) + 1, column: (colno ?? 0) + 1 }
}

function checkSuper({ blocks, hidden }: Scope): string | undefined {
  if (blocks === 0) return '{{ super() }} means the block of the parent template: it must stand in a block.'
  if (blocks > 1) return '{{ super() }} gives nothing in a block that stands inside another: move that block out.'
  return hidden ? '{{ super() }} gives nothing inside {% switch %}, {% set %} or a comparison.' : undefined
}

/** The names that a node declares become names in the compiled code. */
function checkVariables(node: TemplateNode): string | undefined {
  for (const name of declaredBy(node)) {
    if (!isVariableName(name)) {
      return typeof name === 'string'
        ? `A variable cannot be called ${JSON.stringify(name)}.`
        : 'The name of a variable is expected here.'
    }
  }
  return undefined
}

function declaredBy(node: TemplateNode): unknown[] {
  switch (node.typename) {
    case 'For':
      return listOf(node['name']).map(symbolName)
    case 'Set':
      return (node['targets'] as TemplateNode[]).map(symbolName)
    case 'Import':
      return [symbolName(node['target'])]
    case 'FromImport':
      return listOf(node['names']).flatMap(pairNames)
    case 'Macro':
    case 'Caller':
      return [symbolName(node['name']), ...listOf(node['args']).flatMap(argumentNames)].filter(
        (name) => name !== 'caller',
      )
    default:
      return []
  }
}

/** Parameters; those with a default come last, as one node. */
function argumentNames(node: TemplateNode): unknown[] {
  return node.typename === 'KeywordArgs' ? listOf(node).map((pair) => symbolName(pair['key'])) : [symbolName(node)]
}

function pairNames(node: TemplateNode): unknown[] {
  return node.typename === 'Pair' ? [symbolName(node['key']), symbolName(node['value'])] : [symbolName(node)]
}

function symbolName(node: unknown): unknown {
  return isNode(node) && node.typename === 'Symbol' ? node['value'] : undefined
}

/** The name of a test: a word, `null`, or what is called. */
function testName(right: unknown): unknown {
  if (!isNode(right)) return undefined
  if (right.typename === 'FunCall') return symbolName(right['name'])
  return right.typename === 'Literal' && right['value'] === null ? 'null' : symbolName(right)
}

function missing(kind: string, name: unknown, known: object): string | undefined {
  if (typeof name !== 'string') return `The name of a ${kind} is expected here.`
  if (Object.hasOwn(known, name)) return undefined
  const near = closest(name, Object.keys(known))
  return `There is no ${kind} "${name}".${near === undefined ? '' : ` Did you mean "${near}"?`}`
}

function valueOf(node: unknown): unknown {
  return isNode(node) ? node['value'] : undefined
}

/** The nodes of a list; a node that is none stands for itself. */
function listOf(node: unknown): TemplateNode[] {
  if (!isNode(node)) return []
  return Array.isArray(node['children']) ? (node['children'] as TemplateNode[]) : [node]
}

/** The nodes in a node, each with whether the library, which skips arrays, looks into it for blocks. */
function* childrenOf(node: TemplateNode): Generator<[child: TemplateNode, hidden: boolean]> {
  const isList = Array.isArray(node['children'])
  for (const field of node.fields) {
    // Filters and tests may have names that variables may not; they are looked up in what is known.
    if (field === 'name' && node.typename === 'Filter') continue
    if (field === 'right' && node.typename === 'Is') yield* testArguments(node[field])
    else {
      const value = node[field]
      for (const each of [value].flat()) if (isNode(each)) yield [each, Array.isArray(value) && !isList]
    }
  }
  // A `set` with a body keeps it beside its fields.
  if (isNode(node['body']) && !node.fields.includes('body')) yield [node['body'], true]
}

function* testArguments(right: unknown): Generator<[child: TemplateNode, hidden: boolean]> {
  if (isNode(right) && isNode(right['args'])) yield [right['args'], false]
}

function isNode(value: unknown): value is TemplateNode {
  return typeof value === 'object' && value !== null && 'typename' in value
}
