import { CompiledTemplates } from './compiled-templates.ts'
import { Environment } from './environment.ts'
import { Explainer } from './explainer.ts'
import type { Inspector } from './inspector.ts'
import { DirectoryLoader, type Loader } from './loader.ts'
import { digestOf, moduleText } from './precompiled.ts'
import type { InspectedTemplate } from './references.ts'
import { type LoadedTemplate, Rendering } from './rendering.ts'
import { announceRendering } from './signals.ts'
import { Sources } from './sources.ts'
import { Template } from './template.ts'
import type { TemplateOptions } from './template-options.ts'
import type { TemplateFilter } from './types.ts'
import { variablesOf } from './variables.ts'

type Context = Readonly<Record<string, unknown>>

/**
 * Renders templates: nunjucks' language, with values escaped, look-ups that reach no code, and errors that name template,
 * line and column.
 *
 * @example
 * new Engine({ dirs: ['/srv/site/templates'] }).render('home.html', { title: 'Hello' })
 */
export class Engine {
  readonly #options: Partial<TemplateOptions>
  readonly #loaders: readonly Loader[]
  readonly #sources: Sources
  readonly #templates: CompiledTemplates
  readonly #explainer: Explainer
  #environment: Environment | undefined
  #inspector: Inspector | undefined
  readonly #additions: Array<(engine: Engine) => void> = []

  constructor(options: Partial<TemplateOptions> = {}) {
    this.#options = options
    this.#loaders = [new DirectoryLoader(options.dirs ?? []), ...(options.loaders ?? [])]
    this.#sources = new Sources(this.#loaders)
    this.#templates = new CompiledTemplates(options, this.#sources, () => this.#env())
    this.#explainer = new Explainer(this.#sources)
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
    return this.#template(this.#templates.find(name))
  }

  /** The first of these templates that is there. Throws `TemplateDoesNotExist`. */
  selectTemplate(names: readonly string[]): Template {
    return this.#template(this.#templates.select(names))
  }

  /**
   * A template out of a text that the program itself has made. Never give it a text that a client has sent: a template may
   * call whatever its context has.
   */
  fromString(text: string, name = 'a text'): Template {
    return this.#template(this.#templates.compile(name, text))
  }

  /** True where a template of this name is there. */
  has(name: string): boolean {
    return this.#templates.has(name)
  }

  /** Let every template know a variable or function. Throws a TypeError for a name that no variable can have. */
  addGlobal(name: string, value: unknown): void {
    this.#env().addGlobal(name, value)
    this.#additions.push((engine) => engine.addGlobal(name, value))
  }

  /** Add a filter. Throws a TypeError for a name that no filter can have. */
  addFilter(name: string, filter: TemplateFilter): void {
    this.#env().addFilter(name, filter)
    this.#templates.clear()
    this.#inspector = undefined
    this.#additions.push((engine) => engine.addFilter(name, filter))
  }

  /** True where a filter or global was added. */
  get hasAdditions(): boolean {
    return this.#additions.length > 0
  }

  /** Add what was added to another engine. */
  takeAdditions(other: Engine): void {
    for (const add of other.#additions) add(this)
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
    const all = this.#sources.all()
    return moduleText(
      all.map(([name, source]) => ({ name, text: source.text, code: this.#templates.code(name, source) })),
    )
  }

  /**
   * The names of templates whose sources are not what was precompiled of them: changed since then, or new. Where a source is
   * not there any more, what was made of it counts.
   */
  outdated(): string[] {
    const { precompiled } = this.#options
    if (precompiled === undefined) return []
    const { digests } = precompiled
    return this.#sources.all().flatMap(([name, { text }]) => (digests[name] === digestOf(text) ? [] : name))
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
      throw this.#explainer.explain(error, name)
    }
  }
}
