import fs from 'node:fs'
import path from 'node:path'
import type { Environment, ILoader, LoaderSource } from 'nunjucks'
import { type CompiledFunctions, loadNunjucks, type Runtime } from './nunjucks.ts'
import { CompileFault, compileTemplate } from './compile.ts'
import {
  sourceFrame,
  TemplateDoesNotExist,
  TemplateRenderError,
  TemplateSyntaxError,
  type TemplatePlace,
} from './errors.ts'
import { guardedRuntime, guardFilters } from './guard.ts'
import { DirectoryLoader, versionOf } from './loader.ts'
import type { TemplateFilter, TemplateOptions } from './types.ts'

interface Compiled {
  readonly file: string
  readonly version: string
  readonly functions: CompiledFunctions
}

type Tables = Record<'filters' | 'tests' | 'globals', Record<string, never>>

/**
 * Renders templates out of some directories: nunjucks, with autoescape always on, look-ups that reach no code, and
 * errors that name template, line and column.
 *
 * @example
 * new Engine({ dirs: ['/srv/site/templates'] }).render('home.html', { title: 'Hello' })
 */
export class Engine implements ILoader {
  readonly loader: DirectoryLoader
  readonly #debug: boolean
  readonly #options: Partial<TemplateOptions>
  readonly #compiled = new Map<string, Compiled>()
  /** The template in which an error was met first. */
  readonly #blamed = new WeakMap<object, string>()
  #environment: Environment | undefined
  #runtime: Runtime | undefined

  constructor(options: Partial<TemplateOptions> = {}) {
    this.loader = new DirectoryLoader(options.dirs ?? [])
    this.#debug = options.debug ?? false
    this.#options = options
  }

  /**
   * A template with a context, as text. Throws `TemplateDoesNotExist`, `TemplateSyntaxError`, or a `TemplateRenderError`
   * whose cause is what went wrong.
   */
  render(name: string, context: Readonly<Record<string, unknown>> = {}): string {
    try {
      return this.#env().render(name, context)
    } catch (error) {
      throw this.#explain(error, name)
    }
  }

  /** The first of these templates that is there. Throws `TemplateDoesNotExist`. */
  selectTemplate(names: readonly string[]): string {
    const tried: string[] = []
    for (const name of names) {
      if (this.has(name)) return name
      tried.push(...this.loader.candidates(name).map((candidate) => candidate.path))
    }
    throw new TemplateDoesNotExist(names.join('" or "'), tried)
  }

  /** True where a template of this name is there. */
  has(name: string): boolean {
    try {
      this.loader.locate(name)
      return true
    } catch (error) {
      if (error instanceof TemplateDoesNotExist) return false
      throw error
    }
  }

  /** Let every template know a variable or function. */
  addGlobal(name: string, value: unknown): void {
    this.#env().addGlobal(name, value)
  }

  /** Add a filter. */
  addFilter(name: string, filter: TemplateFilter): void {
    this.#env().addFilter(name, filter as (...args: unknown[]) => unknown)
  }

  /** Of the library: a template's compiled functions; the answer for a template that is not there is its own. */
  getSource(name: string): LoaderSource {
    let compiled = this.#compiled.get(name)
    if (compiled === undefined || (this.#debug && !isCurrent(compiled, this.loader.locate(name)))) {
      try {
        compiled = this.#compile(name)
      } catch (error) {
        if (error instanceof TemplateDoesNotExist) return null as never
        throw error
      }
      this.#compiled.set(name, compiled)
    }
    return { src: { type: 'code', obj: compiled.functions }, path: name, noCache: this.#debug } as never
  }

  /** Of the library: `./part.html` is beside the template that names it. */
  isRelative(name: string): boolean {
    return name.startsWith('./') || name.startsWith('../')
  }

  /** Of the library. */
  resolve(from: string, to: string): string {
    return path.posix.join(path.posix.dirname(from), to)
  }

  #env(): Environment {
    this.#environment ??= this.#createEnvironment()
    return this.#environment
  }

  #createEnvironment(): Environment {
    const { Environment } = loadNunjucks()
    const env = new Environment(this, { autoescape: true, trimBlocks: true, lstripBlocks: true })
    const tables = env as unknown as Tables
    for (const table of ['filters', 'tests', 'globals'] as const) {
      tables[table] = Object.assign(Object.create(null) as Record<string, never>, tables[table])
    }
    Object.assign(this, { cache: Object.create(null) as object })
    guardFilters(tables.filters)
    for (const [name, value] of Object.entries(this.#options.globals ?? {})) env.addGlobal(name, value)
    for (const [name, filter] of Object.entries(this.#options.filters ?? {})) {
      env.addFilter(name, filter as (...args: unknown[]) => unknown)
    }
    return env
  }

  #compile(name: string): Compiled {
    const { file, text, version } = this.loader.read(name)
    this.#runtime ??= guardedRuntime()
    try {
      const functions = compileTemplate(text, name, this.#runtime, (error, template) => this.#blame(error, template))
      return { file, version, functions }
    } catch (error) {
      if (!(error instanceof CompileFault)) throw error
      throw new TemplateSyntaxError(error.message, this.#place(name, error.line, error.column))
    }
  }

  /** Remember the innermost template that an error passes. */
  #blame(error: unknown, name: string): unknown {
    if (typeof error === 'object' && error !== null && this.#blamedTemplate(error) === undefined)
      this.#blamed.set(error, name)
    return error
  }

  #blamedTemplate(error: unknown): string | undefined {
    for (let each = error; typeof each === 'object' && each !== null; each = (each as Error).cause) {
      const name = this.#blamed.get(each)
      if (name !== undefined) return name
    }
    return undefined
  }

  /** The library's error as one of ours, with its place and its cause. */
  #explain(error: unknown, name: string): unknown {
    const root = rootCause(error)
    if (
      root instanceof TemplateSyntaxError ||
      root instanceof TemplateDoesNotExist ||
      root instanceof TemplateRenderError
    ) {
      return root
    }
    const missing = /template not found: (.*)$/.exec((root as Error).message)?.[1]
    if (missing !== undefined) return this.#doesNotExist(missing)
    const template = this.#blamedTemplate(error) ?? name
    const { line, column } = placeOf(error)
    return new TemplateRenderError(reasonOf(root), this.#place(template, line, column), root)
  }

  #doesNotExist(name: string): TemplateDoesNotExist {
    return new TemplateDoesNotExist(
      name,
      this.loader.candidates(name).map((candidate) => candidate.path),
    )
  }

  #place(templateName: string, line: number | undefined, column: number | undefined): TemplatePlace {
    let file: string | undefined
    let frame: string | undefined
    try {
      file = this.loader.locate(templateName)
      if (line !== undefined) frame = sourceFrame(fs.readFileSync(file, 'utf8'), line, column)
    } catch {
      // The place is a help; without its file the error itself still stands.
    }
    return { templateName, file, line, column, frame }
  }
}

function isCurrent(compiled: Compiled, file: string): boolean {
  return compiled.file === file && compiled.version === versionOf(file)
}

/** What was thrown first: the library puts its own errors around it. */
function rootCause(error: unknown): unknown {
  let root = error
  while (isLibraryError(root) && root.cause instanceof Error) root = root.cause
  return root
}

function isLibraryError(error: unknown): error is Error & { lineno?: number; colno?: number } {
  return error instanceof Error && error.name === 'Template render error'
}

/** The innermost place that the library knows; it counts from 0 while rendering. */
function placeOf(error: unknown): { line: number | undefined; column: number | undefined } {
  let place: { line: number | undefined; column: number | undefined } = { line: undefined, column: undefined }
  for (let each: unknown = error; isLibraryError(each); each = each.cause) {
    if (each.lineno !== undefined) place = { line: each.lineno + 1, column: (each.colno ?? 0) + 1 }
  }
  return place
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const message = error.message.replace(/^\(.*?\)(?: \[Line \d+, Column \d+\])?\s*/, '')
  return error.name === 'Error' || isLibraryError(error) ? message : `${error.name}: ${message}`
}
