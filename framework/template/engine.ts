import fs from 'node:fs'
import path from 'node:path'
import type { Environment, ILoader, LoaderSource } from 'nunjucks'
import { BadRequest, Http404, PermissionDenied, SuspiciousOperation } from '../exceptions.ts'
import { CompileFault, compileTemplate } from './compile.ts'
import {
  sourceFrame,
  TemplateDoesNotExist,
  type TemplatePlace,
  TemplateRenderError,
  TemplateSyntaxError,
} from './errors.ts'
import { FILTERS, guardedFilters, range } from './filters.ts'
import { DirectoryLoader, versionOf } from './loader.ts'
import { isVariableName } from './names.ts'
import { type CompiledFunctions, loadNunjucks } from './nunjucks.ts'
import { TemplateFault } from './runtime.ts'
import { announceRendering } from './signals.ts'
import type { TemplateFilter, TemplateOptions } from './types.ts'

interface Compiled {
  readonly file: string
  readonly version: string
  readonly functions: CompiledFunctions
}

type Table = Record<string, unknown>
type Tables = Record<'filters' | 'tests' | 'globals', Table>

/**
 * Renders templates out of some directories: nunjucks, with autoescape always on, look-ups that reach no code, and
 * errors that name template, line and column.
 *
 * @example
 * new Engine({ dirs: ['/srv/site/templates'] }).render('home.html', { title: 'Hello' })
 */
export class Engine {
  readonly loader: DirectoryLoader
  readonly #debug: boolean
  readonly #options: Partial<TemplateOptions>
  readonly #compiled = new Map<string, Compiled>()
  #environment: Environment | undefined

  constructor(options: Partial<TemplateOptions> = {}) {
    this.loader = new DirectoryLoader(options.dirs ?? [])
    this.#debug = options.debug ?? false
    this.#options = options
  }

  /**
   * A template with a context, as text. Throws `TemplateDoesNotExist`, `TemplateSyntaxError`, or a `TemplateRenderError`
   * whose cause is what went wrong. An error that is a response, such as `Http404`, is thrown as it is.
   */
  render(name: string, context: Readonly<Record<string, unknown>> = {}): string {
    announceRendering(name, context)
    try {
      return this.#env().render(name, context)
    } catch (error) {
      const failure = error instanceof TemplateFault ? this.#explain(error) : error
      // The way through the engine is long, and tells nothing: what counts is who asked.
      // oxlint-disable-next-line typescript/unbound-method -- it is not called
      if (isTemplateError(failure)) Error.captureStackTrace(failure, this.render)
      throw failure
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
    if (!this.#debug && this.#compiled.has(name)) return true
    try {
      this.loader.locate(name)
      return true
    } catch (error) {
      if (error instanceof TemplateDoesNotExist) return false
      throw error
    }
  }

  /** Let every template know a variable or function. Throws a TypeError for a name that no variable can have. */
  addGlobal(name: string, value: unknown): void {
    this.#env().addGlobal(checkedName(name), value)
  }

  /** Add a filter. Throws a TypeError for a name that no filter can have. */
  addFilter(name: string, filter: TemplateFilter): void {
    this.#env().addFilter(checkedName(name), filter as (...args: unknown[]) => unknown)
  }

  #env(): Environment {
    this.#environment ??= this.#createEnvironment()
    return this.#environment
  }

  #createEnvironment(): Environment {
    const { Environment } = loadNunjucks()
    const loader = this.#libraryLoader()
    // `dev` has errors arrive as they were thrown.
    const env = new Environment(loader as ILoader, { autoescape: true, dev: true })
    const tables = env as unknown as Tables
    for (const table of ['filters', 'tests', 'globals'] as const) tables[table] = withoutPrototype(tables[table])
    Object.assign(loader, { cache: withoutPrototype({}) })
    Object.assign(env, { renderString: refuseString })
    Object.assign(tables.filters, guardedFilters(tables.filters), FILTERS, checkedNames(this.#options.filters))
    Object.assign(tables.globals, { range }, checkedNames(this.#options.globals))
    return env
  }

  /** What the library asks for a template's functions. */
  #libraryLoader(): object {
    return {
      getSource: (name: string) =>
        ({
          src: { type: 'code', obj: this.#functionsOf(name) },
          path: name,
          noCache: this.#debug,
        }) as unknown as LoaderSource,
      // `./part.html` is beside the template that names it.
      isRelative: (name: string) => name.startsWith('./') || name.startsWith('../'),
      resolve: (from: string, to: string) => path.posix.join(path.posix.dirname(from), to),
    }
  }

  /** A template's functions, compiled once; while developing, once for each state of its file. */
  #functionsOf(name: string): CompiledFunctions {
    let compiled = this.#compiled.get(name)
    if (compiled === undefined || (this.#debug && !isCurrent(compiled, this.loader.locate(name)))) {
      compiled = this.#compile(name)
      this.#compiled.set(name, compiled)
    }
    return compiled.functions
  }

  #compile(name: string): Compiled {
    const { file, text, version } = this.loader.read(name)
    try {
      return { file, version, functions: compileTemplate(text, name, this.#environment as unknown as Tables) }
    } catch (error) {
      if (!(error instanceof CompileFault)) throw error
      throw new TemplateSyntaxError(error.message, this.#place(name, error.line, error.column), error.cause)
    }
  }

  /** An error on its way out of a template as one of ours, with its place and its cause. */
  #explain({ templateName, line, column, cause }: TemplateFault): unknown {
    if (isAnswer(cause) || cause instanceof TemplateSyntaxError || cause instanceof TemplateRenderError) return cause
    const place = this.#place(templateName, line, column)
    if (cause instanceof TemplateDoesNotExist) return new TemplateDoesNotExist(cause.templateName, cause.tried, place)
    return new TemplateRenderError(reasonOf(cause), place, cause)
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

function withoutPrototype(table: Table): Table {
  return Object.assign(Object.create(null) as Table, table)
}

function checkedNames<T extends object>(table: T | undefined): T | undefined {
  for (const name of Object.keys(table ?? {})) checkedName(name)
  return table
}

function checkedName(name: string): string {
  if (isVariableName(name)) return name
  throw new TypeError(`${JSON.stringify(name)} cannot be the name of a filter or a global of templates.`)
}

function refuseString(): never {
  throw new TypeError('Templates are files: a string is not rendered.')
}

function isTemplateError(error: unknown): error is Error {
  return (
    error instanceof TemplateSyntaxError ||
    error instanceof TemplateRenderError ||
    error instanceof TemplateDoesNotExist
  )
}

/** True for an error that the handler makes a response of, other than a 500. */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof Http404 ||
    error instanceof PermissionDenied ||
    error instanceof BadRequest ||
    error instanceof SuspiciousOperation
  )
}

function reasonOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error)
    return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
  } catch {
    return 'An error that cannot be shown.'
  }
}
