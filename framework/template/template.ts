import type { LoadedTemplate } from './rendering.ts'

/** A template that has been found and compiled. Get one from an `Engine`. */
export class Template {
  /** Its name, as the loaders know it. */
  readonly name: string
  readonly #loaded: LoadedTemplate
  readonly #render: (loaded: LoadedTemplate, context: Readonly<Record<string, unknown>>) => string

  constructor(
    loaded: LoadedTemplate,
    render: (loaded: LoadedTemplate, context: Readonly<Record<string, unknown>>) => string,
  ) {
    this.name = loaded.name
    this.#loaded = loaded
    this.#render = render
  }

  /** The template with a context, as text. Throws as `Engine.render` does. */
  render(context: Readonly<Record<string, unknown>> = {}): string {
    return this.#render(this.#loaded, context)
  }

  /** What another template includes, extends or imports where it is given this one. */
  static loaded(template: Template): LoadedTemplate {
    return template.#loaded
  }
}
