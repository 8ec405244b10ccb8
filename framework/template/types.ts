/** A filter of templates: gets the value before the `|` and the arguments. What it returns is escaped, unless it is safe. */
export type TemplateFilter = (value: never, ...args: never[]) => unknown
