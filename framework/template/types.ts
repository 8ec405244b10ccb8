/** A filter of templates: gets the value before the `|` and the arguments. What it returns is escaped, unless it is safe. */
export type TemplateFilter = (value: never, ...args: never[]) => unknown

/** What templates take from the settings. */
export interface TemplateOptions {
  /** Directories in which templates are looked for, in this order. */
  readonly dirs: readonly string[]
  /** Look whether a template has changed, each time that it is rendered. */
  readonly debug: boolean
  /** Variables and functions that every template knows. */
  readonly globals: Readonly<Record<string, unknown>>
  readonly filters: Readonly<Record<string, TemplateFilter>>
}
