import type { Library } from './library.ts'
import type { Loader } from './loader.ts'
import type { TemplateModule } from './module.ts'
import type { TemplateFunctions } from './rendering.ts'
import type { TemplateFilter } from './types.ts'

/** Templates that were compiled before: the default export of the module that `Engine.precompile()` writes. */
export interface PrecompiledTemplates {
  /** The version of Nuages that has compiled them. */
  readonly nuages: string
  /** What tells one state of a source from the next, by the names of the templates. */
  readonly digests: Readonly<Record<string, string>>
  readonly templates: Readonly<Record<string, (m: TemplateModule) => TemplateFunctions>>
}

/** What an engine of templates can be told; the project's takes it from the settings. */
export interface TemplateOptions {
  /** Directories in which templates are looked for, in this order. */
  readonly dirs: readonly string[]
  /** Where else they are looked for, after the directories. */
  readonly loaders: readonly Loader[]
  /** Templates that were compiled before, which come before all others. */
  readonly precompiled: PrecompiledTemplates | undefined
  /** Look whether a template has changed, each time that it is rendered, and warn of variables that are not there. */
  readonly debug: boolean
  /** Variables and functions that every template knows. */
  readonly globals: Readonly<Record<string, unknown>>
  readonly filters: Readonly<Record<string, TemplateFilter>>
  /** Tags, filters and globals that belong together. */
  readonly libraries: readonly Library[]
  /** What a variable that is not there shows; `%s` in it is its name (Django's `string_if_invalid`). */
  readonly stringIfInvalid: string
}
