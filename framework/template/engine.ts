import { BadRequest, Http404, PermissionDenied, SuspiciousOperation } from '../exceptions.ts'
import { getLogger } from '../utils/index.ts'
import { CompileFault, compileTemplate, load } from './compile.ts'
import { Environment } from './environment.ts'
import { TemplateDoesNotExist, TemplateRenderError, TemplateSyntaxError } from './errors.ts'
import { TemplateFault } from './fault.ts'
import type { Inspector } from './inspector.ts'
import { DirectoryLoader, type Loader, relativeTo, type TemplateSource } from './loader.ts'
import { TemplateModule } from './module.ts'
import { checkPrecompiled, moduleText } from './precompiled.ts'
import type { InspectedTemplate } from './references.ts'
import { type LoadedTemplate, Rendering } from './rendering.ts'
import { announceRendering } from './signals.ts'
import { Sources } from './sources.ts'
import { Template } from './template.ts'
import type { TemplateOptions } from './template-options.ts'
import type { TemplateFilter } from './types.ts'
import { variablesOf } from './variables.ts'

type Context = Readonly<Record<string, unknown>>
type SourceText = Pick<TemplateSource, 'text' | 'file'>

/** A template, and the state of its source that it was compiled from. */
interface Kept extends LoadedTemplate {
  readonly version: string | undefined
}

/**
 * Renders templates: nunjucks' language, with values escaped, look-ups that reach no code, and errors that name template,
 * line and column.
 *
 * @example
 * new Engine({ dirs: ['/srv/site/templates'] }).render('home.html', { title: 'Hello' })
 */
export class Engine {
  readonly #options: Partial<TemplateOptions>
  readonly #debug: boolean
  readonly #sources: Sources
  readonly #kept = new Map<string, Kept>()
  readonly #loaders: readonly Loader[]
  #environment: Environment | undefined
  #inspector: Inspector | undefined

  constructor(options: Partial<TemplateOptions> = {}) {
    const { debug = false, precompiled } = options
    if (precompiled !== undefined && debug) {
      throw new TypeError('Precompiled templates do not change with their files: leave `debug` or `precompiled` out.')
    }
    if (precompiled !== undefined) checkPrecompiled(precompiled)
    this.#options = options
    this.#debug = debug
    this.#loaders = [new DirectoryLoader(options.dirs ?? []), ...(options.loaders ?? [])]
    this.#sources = new Sources(this.#loaders)
  }

  /**
   * A template with a context, as text. Throws `TemplateDoesNotExist`, `TemplateSyntaxError`, or a `TemplateRenderError`
   * whose cause is what went wrong. An error that is a response, such as `Http404`, is thrown as it is.
   */
  render(name: string, context: Context = {}): string {
    return this.getTemplate(name).render(context)
  }

  /** A template by its name, or a part of it by `name#partial`. Throws `TemplateDoesNotExist`, `TemplateSyntaxError`. */
  getTemplate(name: string): Template {
    return this.#template(this.#find(name))
  }

  /** The first of these templates that is there. Throws `TemplateDoesNotExist`. */
  selectTemplate(names: readonly string[]): Template {
    return this.#template(this.#select(names))
  }

  /**
   * A template out of a text that the program itself has made. Never give it a text that a client has sent: a template may
   * call whatever its context has.
   */
  fromString(text: string, name = 'a text'): Template {
    const module = this.#moduleOf(name, text)
    return this.#template({ name, partial: undefined, functions: this.#compiled(module, { text }) })
  }

  /** True where a template of this name is there. */
  has(name: string): boolean {
    if (this.#options.precompiled?.templates[name] !== undefined || (!this.#debug && this.#kept.has(name))) return true
    try {
      this.#sources.version(name)
      return true
    } catch (error) {
      if (error instanceof TemplateDoesNotExist) return false
      throw error
    }
  }

  /** Let every template know a variable or function. Throws a TypeError for a name that no variable can have. */
  addGlobal(name: string, value: unknown): void {
    this.#env().addGlobal(name, value)
  }

  /** Add a filter. Throws a TypeError for a name that no filter can have. */
  addFilter(name: string, filter: TemplateFilter): void {
    this.#env().addFilter(name, filter)
    // Templates fetch their filters once.
    this.#kept.clear()
    this.#inspector = undefined
  }

  /**
   * All templates of this engine as the text of one JavaScript module, for `new Engine({ precompiled })`: with it nothing is
   * compiled, and no file read, when a page is rendered. Throws `TemplateSyntaxError`.
   *
   * @example
   * fs.writeFileSync('dist/templates.js', engine.precompile())
   * new Engine({ precompiled: (await import('./dist/templates.js')).default })
   */
  precompile(): string {
    return moduleText(this.#sources.names().map((name) => [name, this.#code(name, this.#sources.read(name))]))
  }

  /**
   * All templates whose sources this engine has, also those that others hide, with what is wrong with each and what it
   * names: for checks. A source is read again only after it has changed.
   */
  async inspect(): Promise<InspectedTemplate[]> {
    const { Inspector } = await import('./inspector.ts')
    this.#inspector ??= new Inspector(this.#loaders, this.#env())
    return this.#inspector.inspect()
  }

  #env(): Environment {
    const { libraries = [], filters = {}, globals = {} } = this.#options
    this.#environment ??= new Environment(libraries, filters, globals)
    return this.#environment
  }

  #template(loaded: LoadedTemplate): Template {
    return new Template(loaded, (each, context) => this.#render(each, context))
  }

  #render({ name, functions, partial }: LoadedTemplate, context: Context): string {
    announceRendering(name, context)
    try {
      const rendering = new Rendering(functions)
      const variables = variablesOf(this.#env().globals, context)
      const part = partial === undefined ? undefined : functions.partials[partial]
      return part === undefined ? functions.root(rendering, variables) : part(rendering, variables)
    } catch (error) {
      throw this.#explained(error)
    }
  }

  #select(names: readonly string[], from?: string): LoadedTemplate {
    const tried: string[] = []
    for (const name of names) {
      try {
        return this.#find(name, from)
      } catch (error) {
        if (!(error instanceof TemplateDoesNotExist)) throw error
        tried.push(...error.tried)
      }
    }
    throw new TemplateDoesNotExist(names.join('" or "'), tried)
  }

  /** A template, compiled once; while developing, once for each state of its source. */
  #find(given: string, from?: string): LoadedTemplate {
    const kept = this.#kept.get(given)
    if (kept !== undefined && !this.#debug) return kept
    const name = relativeTo(from, given)
    const [whole = '', partial] = name.split('#', 2)
    let template = this.#kept.get(whole)
    if (template === undefined || (this.#debug && template.version !== this.#sources.version(whole))) {
      template = this.#load(whole)
      this.#kept.set(whole, template)
    }
    if (partial === undefined) return template
    if (Object.hasOwn(template.functions.partials, partial)) return { ...template, partial }
    throw new TemplateDoesNotExist(name, [`the partial "${partial}" in ${whole}`])
  }

  #load(name: string): Kept {
    // Whatever is wrong with the engine itself is said first.
    this.#env()
    const { precompiled } = this.#options
    if (precompiled !== undefined && Object.hasOwn(precompiled.templates, name)) {
      const module = this.#moduleOf(name)
      const functions = precompiled.templates[name]?.(module) as LoadedTemplate['functions']
      module.functions = functions
      return { name, partial: undefined, functions, version: undefined }
    }
    const source = this.#sources.read(name)
    const functions = this.#compiled(this.#moduleOf(name), source)
    return { name, partial: undefined, functions, version: source.version }
  }

  #compiled(module: TemplateModule, source: SourceText): LoadedTemplate['functions'] {
    const functions = load(this.#code(module.name, source), module)
    module.functions = functions
    return functions
  }

  #code(name: string, source: SourceText): string {
    try {
      return compileTemplate(source.text, this.#env())
    } catch (error) {
      if (!(error instanceof CompileFault)) throw error
      const place = this.#sources.place(name, error.line, error.column, source)
      throw new TemplateSyntaxError(error.message, place, error.cause)
    }
  }

  #moduleOf(name: string, text?: string): TemplateModule {
    const finder = {
      find: (wanted: unknown, from: string): LoadedTemplate => {
        if (wanted instanceof Template) return Template.loaded(wanted)
        return Array.isArray(wanted) ? this.#select(wanted as string[], from) : this.#find(wanted as string, from)
      },
    }
    return new TemplateModule(name, text, this.#env(), finder, this.#missingIn(name))
  }

  /** What stands for a variable that is not there; while developing, each place is warned of once. */
  #missingIn(template: string): (label: string, line: number, column: number) => string {
    const { stringIfInvalid = '' } = this.#options
    const warned = new Set<string>()
    return (label, line, column) => {
      const place = `${template}:${line}:${column}`
      if (this.#debug && !warned.has(place)) {
        warned.add(place)
        getLogger('nuages.template').warning(`${place}: there is no "${label}".`, {
          template,
          line,
          column,
          variable: label,
        })
      }
      return stringIfInvalid.replaceAll('%s', label)
    }
  }

  /** An error on its way out of a template as one of ours, with its place and its cause. */
  #explained(error: unknown): unknown {
    const failure = error instanceof TemplateFault ? this.#explain(error) : error
    // The way through the engine is long, and tells nothing: what counts is who asked.
    // oxlint-disable-next-line typescript/unbound-method -- it is not called
    if (isTemplateError(failure)) Error.captureStackTrace(failure, Template.prototype.render)
    return failure
  }

  #explain({ templateName, text, line, column, cause }: TemplateFault): unknown {
    if (isAnswer(cause) || cause instanceof TemplateSyntaxError || cause instanceof TemplateRenderError) return cause
    const place = this.#sources.place(templateName, line, column, text === undefined ? undefined : { text })
    if (cause instanceof TemplateDoesNotExist) return new TemplateDoesNotExist(cause.templateName, cause.tried, place)
    return new TemplateRenderError(reasonOf(cause), place, cause)
  }
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
