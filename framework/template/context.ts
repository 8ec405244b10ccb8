import { copyOf, emptyBeside, type Variables } from './variables.ts'

/** Renders another template for a tag. */
type RenderOther = (name: string | readonly string[], variables: Variables) => string

/** What a tag sees of the place where it stands. */
export class TemplateContext {
  /** Whether values are escaped here. */
  readonly autoescape: boolean
  readonly #variables: Variables
  readonly #render: RenderOther

  constructor(variables: Variables, autoescape: boolean, render: RenderOther) {
    this.#variables = variables
    this.autoescape = autoescape
    this.#render = render
  }

  /** The value of a variable; `undefined` where there is none. */
  get(name: string): unknown {
    return this.#variables[name]
  }

  /** True where a variable has this name. */
  has(name: string): boolean {
    return name in this.#variables
  }

  /** All variables of the context, by name, without the globals. */
  flatten(): Readonly<Record<string, unknown>> {
    return { ...this.#variables }
  }

  /** Give a variable a value, in the scope where the tag stands. */
  set(name: string, value: unknown): void {
    this.#variables[name] = value
  }

  /** Another template, or the first of several that is there, with these variables and `extra`; with `only`, without these. */
  render(
    name: string | readonly string[],
    extra: Readonly<Record<string, unknown>> = {},
    { only = false }: { readonly only?: boolean } = {},
  ): string {
    const variables = only ? emptyBeside(this.#variables) : copyOf(this.#variables)
    return this.#render(name, Object.assign(variables, extra))
  }
}
