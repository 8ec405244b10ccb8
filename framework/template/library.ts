import { ImproperlyConfigured } from '../exceptions.ts'
import { type FilterContext, type FilterOptions, makeFilter } from './filters/define.ts'
import { isIdentifier, isVariableName } from './names.ts'
import type { Callable } from './nunjucks.ts'
import type { TemplateTag } from './parser.ts'
import { BlockTag, FunctionTag, InclusionTag } from './tags/functions.ts'
import type { TemplateFilter } from './types.ts'

/** How a tag's function is called. */
export interface TagOptions {
  /** Give the function the context of the place where the tag stands, before its other arguments. */
  readonly takesContext?: boolean | undefined
}

/** As `TagOptions`, for a tag around a body. */
export interface BlockTagOptions extends TagOptions {
  /** The name of the tag that ends the body; `end` and its own name by default. */
  readonly endName?: string | undefined
}

/** A tag's function: values as they stand in the tag, and those that have names there as an object after them. */
export type TagFunction = (...args: never[]) => unknown

/**
 * Tags, filters and globals that belong together (Django's `template.Library`). An app hands it over as `templateTags`, a
 * project in its setting `templates.libraries`; then every template knows what is in it.
 *
 * @example
 * export const library = new Library('money').filter('euros', (cents: number) => `${cents / 100} €`)
 */
export class Library {
  /** What `{% load %}` calls it. */
  readonly name: string
  readonly #filters = new Map<string, TemplateFilter>()
  readonly #tags: TemplateTag[] = []
  readonly #globals = new Map<string, unknown>()

  /** Throws a TypeError for a name that is no word. */
  constructor(name: string) {
    if (!isIdentifier(name))
      throw new TypeError(`${JSON.stringify(name)} cannot be the name of a library: write a word.`)
    this.name = name
  }

  /** Its filters by their names. */
  get filters(): ReadonlyMap<string, TemplateFilter> {
    return this.#filters
  }

  /** Its tags. */
  get tags(): readonly TemplateTag[] {
    return this.#tags
  }

  /** Its variables by their names. */
  get globals(): ReadonlyMap<string, unknown> {
    return this.#globals
  }

  /** Add a filter that gets `{ autoescape }` after its value. Throws as `filter` without it does. */
  filter(
    name: string,
    fn: (value: never, context: FilterContext, ...args: never[]) => unknown,
    options: FilterOptions & { readonly needsAutoescape: true },
  ): this
  /** Add a filter. Throws a TypeError for a name or function that is none, and for a name that is taken. */
  filter(name: string, fn: TemplateFilter, options?: FilterOptions): this
  filter(name: string, fn: TemplateFilter, options: FilterOptions = {}): this {
    this.#check('filter', name, fn, this.#filters.has(name))
    this.#filters.set(name, makeFilter(fn as unknown as Callable, options))
    return this
  }

  /** Add a tag that reads itself: `parse` gets nunjucks' parser, and gives the node that stands for the tag. Throws a TypeError. */
  tag(tag: TemplateTag): this {
    for (const name of tag.tags) this.#check('tag', name, Reflect.get(tag, 'parse'), this.#hasTag(name))
    if (tag.tags.length === 0) throw new TypeError('A tag needs a name in `tags`.')
    this.#tags.push(tag)
    return this
  }

  /**
   * Add a tag that shows what a function gives, escaped unless it is safe; `as name` at its end gives it to a variable
   * instead. Throws a TypeError.
   *
   * @example
   * library.simpleTag('price', (cents: number, { currency = '€' }: { currency?: string } = {}) => `${cents / 100} ${currency}`)
   * // {% price item.cents currency='$' as shown %}
   */
  simpleTag(name: string, fn: TagFunction, options: TagOptions = {}): this {
    this.#check('tag', name, fn, this.#hasTag(name))
    this.#tags.push(new FunctionTag(name, fn as unknown as Callable, options))
    return this
  }

  /** As `simpleTag`, around a body: the function gets what stands in it, as HTML, before the tag's arguments. Throws a TypeError. */
  simpleBlockTag(name: string, fn: TagFunction, options: BlockTagOptions = {}): this {
    this.#check('tag', name, fn, this.#hasTag(name))
    this.#tags.push(new BlockTag(name, fn as unknown as Callable, options))
    return this
  }

  /**
   * Add a tag that shows another template, or the first of several that is there, with the variables that a function
   * gives. Throws a TypeError.
   *
   * @example
   * library.inclusionTag('polls/results.html', 'results', (poll: Poll) => ({ choices: poll.choices }))
   */
  inclusionTag(
    template: string | readonly string[],
    name: string,
    fn: (...args: never[]) => object,
    options: TagOptions = {},
  ): this {
    this.#check('tag', name, fn, this.#hasTag(name))
    this.#tags.push(new InclusionTag(name, template, fn as unknown as Callable, options))
    return this
  }

  /** Let every template know a variable or function. Throws a TypeError. */
  global(name: string, value: unknown): this {
    this.#check('global', name, () => undefined, this.#globals.has(name))
    this.#globals.set(name, value)
    return this
  }

  #hasTag(name: string): boolean {
    return this.#tags.some(({ tags }) => tags.includes(name))
  }

  #check(kind: string, name: string, fn: unknown, isTaken: boolean): void {
    if (!isVariableName(name)) {
      throw new TypeError(`${JSON.stringify(name)} cannot be the name of a ${kind}: write a word.`)
    }
    if (typeof fn !== 'function')
      throw new TypeError(`The ${kind} "${name}" of the library "${this.name}" needs a function.`)
    if (isTaken) throw new TypeError(`The library "${this.name}" has a ${kind} "${name}" already.`)
  }
}

/** Throws `ImproperlyConfigured` where two libraries have one name, or a filter, tag or global of one name. */
export function checkLibraries(libraries: readonly Library[]): void {
  const owners = new Map<string, string>()
  const claim = (kind: string, name: string, library: Library): void => {
    const key = `${kind} "${name}"`
    const other = owners.get(key)
    if (other !== undefined) {
      throw new ImproperlyConfigured(
        `The libraries "${other}" and "${library.name}" both have a ${key}: rename one, or leave one library out.`,
      )
    }
    owners.set(key, library.name)
  }
  const names = new Set<string>()
  for (const library of libraries) {
    if (names.has(library.name)) throw new ImproperlyConfigured(`Two template libraries are called "${library.name}".`)
    names.add(library.name)
    for (const name of library.filters.keys()) claim('filter', name, library)
    for (const name of library.globals.keys()) claim('global', name, library)
    for (const name of library.tags.flatMap(({ tags }) => tags)) claim('tag', name, library)
  }
}
