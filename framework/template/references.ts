import path from 'node:path'
import { isInside } from '../utils/index.ts'

/** A place in the source of a template; lines and columns count from 1. */
export interface SourcePlace {
  readonly line: number
  readonly column: number
}

/** A name in a template. */
export interface NamedPlace extends SourcePlace {
  readonly name: string
}

/** Something that a template is wrong about. */
export interface TemplateFinding extends SourcePlace {
  readonly reason: string
}

/** Another template that one names. */
export interface TemplateReference extends SourcePlace {
  readonly kind: 'extends' | 'import' | 'include'
  /** The first of them that is there is used. */
  readonly names: readonly string[]
  /** The macros and variables that are taken out of it, by their names there. */
  readonly taken: readonly NamedPlace[]
}

/** A call of a global function, or a tag of a library. */
export interface TemplateCall extends NamedPlace {
  readonly kind: 'function' | 'tag'
  /**
   * The values that it is given, as far as they stand in the template: `undefined` is one that is found out later. Lists are
   * arrays; `{ … }` and values with names are objects.
   */
  readonly args: readonly unknown[]
}

/** What a template names, as far as it can be known without rendering it. */
export interface TemplateReferences {
  /** Of names that are found out later there is none, nor of what may be missing. */
  readonly templates: readonly TemplateReference[]
  /** True where it extends a template whose name is found out later. */
  readonly hasUnknownParent: boolean
  /** All blocks in it. */
  readonly blocks: readonly NamedPlace[]
  /** Those that show only in a block of the parent. */
  readonly outerBlocks: readonly NamedPlace[]
  readonly partials: readonly string[]
  /** Partials of its own that it shows. */
  readonly shownPartials: readonly NamedPlace[]
  /** What other templates can import. */
  readonly exports: readonly string[]
  /** Global functions that it calls by a name that means nothing else in it, and tags of libraries. */
  readonly calls: readonly TemplateCall[]
  /** What is looked up in `loop` and `forloop` where a loop is around. */
  readonly loopMembers: readonly (NamedPlace & { readonly loop: 'forloop' | 'loop' })[]
}

/** A template as it was found, with what can be said of it without rendering it. */
export interface InspectedTemplate {
  readonly name: string
  readonly file: string | undefined
  /** False where another template of this name comes before it. */
  readonly isVisible: boolean
  /** Why its source cannot be had. */
  readonly unreadable: string | undefined
  /** What keeps it from being rendered. */
  readonly faults: readonly TemplateFinding[]
  /** Nothing where its syntax is wrong. */
  readonly references: TemplateReferences | undefined
}

/** A place in a template as `file:line:column`, as a terminal can follow it. */
export function placeIn({ name, file }: InspectedTemplate, { line, column }: SourcePlace): string {
  if (file === undefined) return `${name}:${line}:${column}`
  const way = path.relative('', file)
  return `${isInside(file, path.resolve()) ? way : file}:${line}:${column}`
}
