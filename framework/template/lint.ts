import { closest } from '../utils/index.ts'
import { misplacedIn } from './compiler/placement.ts'
import { childrenOf as allIn, isNode, isSuper, isSymbol, nodesIn } from './compiler/walk.ts'
import { labelOf } from './compiler/label.ts'
import { extendsFaults } from './extends-faults.ts'
import { type Fault, faultAt } from './syntax-faults.ts'
import { isIdentifier, isPrivate, isVariableName } from './names.ts'
import type { TemplateNode } from './nunjucks.ts'

/** What templates may use, by name. */
export interface Known {
  readonly filters: object
  readonly tests: object
}

/** Where a node stands. */
interface Scope {
  /** True in a block. */
  readonly inBlock: boolean
  /** True in a macro or partial, which know nothing of the blocks around. */
  readonly inMacro: boolean
}

/** The faults of a parsed template, in their order; lines and columns count from 1. */
export function findFaults(root: TemplateNode, known: Known): Fault[] {
  const linter = new Linter(known, root)
  linter.visit(root, { inBlock: false, inMacro: false })
  const faults = [...linter.faults, ...extendsFaults(root)]
  const misplaced = faults.length === 0 ? misplacedIn(root) : []
  return [...faults, ...misplaced.map((node) => faultAt(node, 'This cannot stand here.'))]
}

const ASYNC = new Set(['AsyncEach', 'AsyncAll', 'IfAsync', 'FilterAsync', 'CallExtensionAsync'])

class Linter {
  readonly faults: Fault[] = []
  readonly #known: Known
  readonly #blocks = new Set<string>()
  readonly #partials = new Set<string>()
  /** Names that the template itself gives to something. */
  readonly #own: ReadonlySet<unknown>
  /** Nodes that are no look-ups, though they look like one: the keys of objects, and the names of blocks. */
  readonly #keys = new Set<unknown>()

  constructor(known: Known, root: TemplateNode) {
    this.#known = known
    this.#own = new Set(nodesIn(root, () => true).flatMap(declaredBy))
  }

  visit(node: TemplateNode, scope: Scope): void {
    const reason = this.#check(node, scope)
    if (reason !== undefined) this.faults.push(faultAt(node, reason))
    const inner = scopeIn(node, scope)
    for (const child of childrenOf(node)) this.visit(child, inner)
  }

  #check(node: TemplateNode, scope: Scope): string | undefined {
    if (ASYNC.has(node.typename)) {
      return 'Templates are rendered synchronously: await in the view, and use {% for %} and {% if %}.'
    }
    switch (node.typename) {
      case 'Symbol':
        return this.#checkName(node)
      case 'LookupVal':
        return isPrivate(valueOf(node['val'])) ? privateReason(node) : undefined
      case 'FunCall':
        // As Django's `_("text")`.
        if (isSymbol(node['name'], '_')) this.#keys.add(node['name'])
        return isSuper(node) ? checkSuper(scope) : undefined
      case 'Extends':
        return scope.inBlock || scope.inMacro
          ? 'A template extends another in its main part: {% extends %} cannot stand here.'
          : undefined
      case 'Filter':
        return missing('filter', valueOf(node['name']), this.#known.filters)
      case 'Is':
        return missing('test', testName(node['right']), this.#known.tests)
      case 'Block':
        this.#keys.add(node['name'])
        return this.#checkPart('block', valueOf(node['name']), this.#blocks)
      case 'PartialDef':
        return this.#checkPart('partial', node['name'], this.#partials)
      case 'With':
        return checkVariables(node)
      case 'KeywordArgs':
        return listOf(node).every((pair) => symbolName(pair['key']) !== undefined)
          ? undefined
          : 'The name of an argument is expected before "=".'
      case 'Pair':
        this.#keys.add(node['key'])
        return valueOf(node['key']) === '__proto__' ? 'A key cannot be "__proto__".' : undefined
      default:
        return checkVariables(node)
    }
  }

  #checkName(node: TemplateNode): string | undefined {
    const name = node['value']
    if (!isIdentifier(name)) return `${JSON.stringify(name)} is no name.`
    return isPrivate(name) && !this.#own.has(name) && !this.#keys.has(node) ? privateReason(node) : undefined
  }

  #checkPart(kind: string, name: unknown, known: Set<string>): string | undefined {
    if (!isVariableName(name)) return `A ${kind} cannot be called ${JSON.stringify(name)}.`
    if (known.has(name)) return `There are two ${kind}s "${name}" in this template.`
    known.add(name)
    return undefined
  }
}

function privateReason(node: TemplateNode): string {
  return `Variables and attributes may not begin with underscores: "${labelOf(node) ?? ''}".`
}

function scopeIn(node: TemplateNode, scope: Scope): Scope {
  if (node.typename === 'Block') return { inBlock: true, inMacro: false }
  return node.typename === 'Macro' || node.typename === 'PartialDef' ? { inBlock: false, inMacro: true } : scope
}

function checkSuper({ inBlock }: Scope): string | undefined {
  return inBlock ? undefined : '{{ super() }} means the block of the parent template: it must stand in a block.'
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

/** The names that a node gives a value to; `undefined` for what is no name. */
export function declaredBy(node: TemplateNode): unknown[] {
  switch (node.typename) {
    case 'For':
      return listOf(node['name']).map(symbolName)
    case 'Set':
      return (node['targets'] as TemplateNode[]).map(symbolName)
    case 'With':
      return node['names'] as string[]
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

/** The nodes in a node whose names are names of variables; filters and tests are looked up in what is known. */
function childrenOf(node: TemplateNode): TemplateNode[] {
  if (node.typename === 'Filter') return isNode(node['args']) ? [node['args']] : []
  if (node.typename !== 'Is') return allIn(node)
  const right = node['right']
  const args = isNode(right) && isNode(right['args']) ? [right['args']] : []
  return [...(isNode(node['left']) ? [node['left']] : []), ...args]
}
