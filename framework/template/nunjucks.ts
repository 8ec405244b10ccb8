import { createRequire } from 'node:module'
import type nunjucks from 'nunjucks'

/** A template's compiled functions: `root`, and `b_name` for each block. */
export type CompiledFunctions = Record<string, (...args: never[]) => void>

export interface Context {
  readonly ctx: Record<string, unknown>
  readonly env: Env
}

export interface Frame {
  lookup(name: string): unknown
}

/** What compiled templates ask of the environment. */
export interface Env {
  readonly globals: Record<string, unknown>
  getFilter(name: string): Callable
  getTest(name: string): Callable
  getTemplate(name: unknown, eager: boolean, parent: string, ignoreMissing: boolean): unknown
}

export type Callable = (this: unknown, ...args: unknown[]) => unknown

/** The library's own functions that compiled templates call. */
export interface LibraryRuntime {
  readonly SafeString: new (text: string) => { toString(): string; readonly length: number }
  inOperator(key: unknown, target: unknown): boolean
  makeKeywordArgs(keywords: object): object
  makeMacro(names: readonly string[], keywordNames: readonly string[], body: Callable): Callable
}

/** A node of a parsed template; lines and columns count from 0. */
export interface TemplateNode {
  readonly lineno: number
  readonly colno: number
  readonly typename: string
  readonly fields: readonly string[]
  readonly [field: string]: unknown
}

/** Names that a template has declared, and the JavaScript variables that hold them. */
interface Names {
  lookup(name: string): string | null | undefined
}

/** Turns nodes into JavaScript; a method `compileX` for each type of node. */
export interface LibraryCompiler {
  buffer: string
  compile(node: TemplateNode, frame?: Names): void
  compileFor(node: TemplateNode, frame: Names): void
  compileLiteral(node: TemplateNode, frame: Names): void
  compileSwitch(node: TemplateNode, frame: Names): void
  getCode(): string
  _compileAggregate(node: TemplateNode, frame: Names, start: string, end: string): void
  _compileExpression(node: TemplateNode, frame: Names): void
  _emit(code: string): void
  _emitFuncBegin(node: TemplateNode, name: string): void
  _emitLine(code: string): void
  _getNodeName(node: TemplateNode): string
  _makeCallback(result: string): string
  _templateName(): string
  _tmpid(): string
  _withScopedSyntax(emit: () => void): void
}

export type { Names }

interface Nunjucks {
  readonly Environment: typeof nunjucks.Environment
  readonly runtime: LibraryRuntime
  readonly compiler: { readonly Compiler: new (name: string) => LibraryCompiler }
  readonly parser: { parse(source: string, extensions: [], options: object): TemplateNode }
  readonly transformer: { transform(root: TemplateNode, asyncFilters: []): TemplateNode }
}

let loaded: Nunjucks | undefined

/** The library, loaded at its first use: a program without templates does not pay for it. */
export function loadNunjucks(): Nunjucks {
  if (loaded === undefined) {
    const require = createRequire(import.meta.url)
    const transformer = require('nunjucks/src/transformer') as Nunjucks['transformer']
    loaded = { ...(require('nunjucks') as Omit<Nunjucks, 'transformer'>), transformer }
  }
  return loaded
}
