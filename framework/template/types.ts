import type { Lexer, LibraryParser, NodeClasses, TemplateNode } from './nunjucks.ts'

/** A filter of templates: gets the value before the `|` and the arguments. What it returns is escaped, unless it is safe. */
export type TemplateFilter = (value: never, ...args: never[]) => unknown

/** A tag: `parse` is called at its name, and gives the node that stands for it. */
export interface TemplateTag {
  /** Its names; by the first one it is found again. */
  readonly tags: readonly string[]
  parse(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer): TemplateNode
}
