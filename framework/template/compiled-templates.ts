import { faultOf } from './compile-fault.ts'
import { compileTemplate, load } from './compile.ts'
import type { Environment } from './environment.ts'
import { TemplateDoesNotExist, TemplateSyntaxError } from './errors.ts'
import { relativeTo, type TemplateSource } from './loader.ts'
import { onMissing } from './missing.ts'
import { TemplateModule } from './module.ts'
import { precompiledFault } from './precompiled.ts'
import type { LoadedTemplate, TemplateFunctions } from './rendering.ts'
import type { Sources } from './sources.ts'
import { Template } from './template.ts'
import type { TemplateOptions } from './template-options.ts'

type SourceText = Pick<TemplateSource, 'text' | 'file'>

/** A template, and the state of its source that it was compiled from. */
interface Kept extends LoadedTemplate {
  readonly version: string | undefined
}

/** The templates of an engine, compiled once; while developing, once for each state of their sources. */
export class CompiledTemplates {
  readonly #options: Partial<TemplateOptions>
  readonly #debug: boolean
  readonly #sources: Sources
  readonly #environment: () => Environment
  readonly #kept = new Map<string, Kept>()

  /** `environment` is asked for at the first template: a program without templates does not pay for it. */
  constructor(options: Partial<TemplateOptions>, sources: Sources, environment: () => Environment) {
    const { debug = false, precompiled } = options
    if (precompiled !== undefined && debug) {
      throw new TypeError('Precompiled templates do not change with their files: leave `debug` or `precompiled` out.')
    }
    const fault = precompiled === undefined ? undefined : precompiledFault(precompiled)
    if (fault !== undefined) throw new Error(`The precompiled templates ${fault}: run Engine.precompile() again.`)
    this.#options = options
    this.#debug = debug
    this.#sources = sources
    this.#environment = environment
  }

  /** Forget all: templates fetch their filters once, when they are made ready. */
  clear(): void {
    this.#kept.clear()
  }

  has(name: string): boolean {
    if (this.#precompiled(name) !== undefined || (!this.#debug && this.#kept.has(name))) return true
    try {
      this.#sources.version(name)
      return true
    } catch (error) {
      if (error instanceof TemplateDoesNotExist) return false
      throw error
    }
  }

  /** The template of this name, as `from` calls it. Throws `TemplateDoesNotExist`, `TemplateSyntaxError`. */
  find(given: string, from?: string): LoadedTemplate {
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

  /** The first of these that is there. Throws as `find` does. */
  select(names: readonly string[], from?: string): LoadedTemplate {
    const tried: string[] = []
    for (const name of names) {
      try {
        return this.find(name, from)
      } catch (error) {
        if (!(error instanceof TemplateDoesNotExist)) throw error
        tried.push(...error.tried)
      }
    }
    throw new TemplateDoesNotExist(names.join('" or "'), tried)
  }

  /** A template out of its text. Throws `TemplateSyntaxError`. */
  compile(name: string, text: string): LoadedTemplate {
    return { name, partial: undefined, functions: this.#functions(this.#module(name, text), { text }) }
  }

  /** The code of a template. Throws `TemplateSyntaxError`. */
  code(name: string, source: SourceText): string {
    return this.#faultless(name, source, () => compileTemplate(source.text, this.#environment()))
  }

  #load(name: string): Kept {
    // Whatever is wrong with the engine itself is said first.
    this.#environment()
    const module = this.#module(name)
    const make = this.#precompiled(name)
    if (make !== undefined) {
      module.functions = make(module)
      return { name, partial: undefined, functions: module.functions, version: undefined }
    }
    const source = this.#sources.read(name)
    return { name, partial: undefined, functions: this.#functions(module, source), version: source.version }
  }

  #precompiled(name: string): ((module: TemplateModule) => TemplateFunctions) | undefined {
    const templates = this.#options.precompiled?.templates ?? {}
    return Object.hasOwn(templates, name) ? templates[name] : undefined
  }

  #functions(module: TemplateModule, source: SourceText): TemplateFunctions {
    const make = (): TemplateFunctions => load(compileTemplate(source.text, this.#environment()), module)
    module.functions = this.#faultless(module.name, source, make)
    return module.functions
  }

  /** What `compile` gives; what is wrong with the template is thrown with its place. */
  #faultless<T>(name: string, source: SourceText, compile: () => T): T {
    try {
      return compile()
    } catch (error) {
      const fault = faultOf(error)
      if (fault === undefined) throw error
      const place = this.#sources.place(name, fault.line, fault.column, source)
      throw new TemplateSyntaxError(fault.message, place, fault.cause)
    }
  }

  #module(name: string, text?: string): TemplateModule {
    const finder = {
      find: (wanted: string | readonly string[] | Template, from: string): LoadedTemplate => {
        if (wanted instanceof Template) return Template.loaded(wanted)
        return typeof wanted === 'string' ? this.find(wanted, from) : this.select(wanted, from)
      },
    }
    const { stringIfInvalid = '' } = this.#options
    return new TemplateModule(name, text, this.#environment(), finder, onMissing(name, stringIfInvalid, this.#debug))
  }
}
