import { createRequire } from 'node:module'
import type nunjucks from 'nunjucks'

/** A template's compiled functions: `root`, and `b_name` for each block. */
export type CompiledFunctions = Record<string, RenderFunction>

/** A compiled function of a template: hands its text, or an error, to the callback. */
export type RenderFunction = (
  env: unknown,
  context: Context,
  frame: Frame,
  runtime: Runtime,
  callback: (error: unknown, text?: string) => void,
) => void

export interface Context {
  readonly ctx: Record<string, unknown>
  readonly env: { readonly globals: Record<string, unknown> }
}

export interface Frame {
  lookup(name: string): unknown
}

/** The functions that compiled templates call. */
export interface Runtime {
  readonly SafeString: new (text: string) => { toString(): string; readonly length: number }
  memberLookup(target: unknown, name: unknown): unknown
  contextOrFrameLookup(context: Context, frame: Frame, name: string): unknown
  callWrap(callee: unknown, name: string, context: Context, args: readonly unknown[]): unknown
}

/** A node of a parsed template. */
export interface TemplateNode {
  readonly lineno: number
  readonly colno: number
  readonly typename: string
  readonly fields: readonly string[]
  readonly [field: string]: unknown
}

interface Nunjucks {
  readonly Environment: typeof nunjucks.Environment
  readonly runtime: Runtime
  readonly compiler: {
    compile(source: string, asyncFilters: [], extensions: [], name: string, options: object): string
  }
  readonly parser: { parse(source: string, extensions: [], options: object): TemplateNode }
}

let loaded: Nunjucks | undefined

/** The library, loaded at its first use: a program without templates does not pay for it. */
export function loadNunjucks(): Nunjucks {
  loaded ??= createRequire(import.meta.url)('nunjucks') as Nunjucks
  return loaded
}
