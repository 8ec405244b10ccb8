import { escapeHtml } from '../utils/index.ts'
import { TemplateContext } from './context.ts'
import type { Environment, FilterThis } from './environment.ts'
import { TemplateDoesNotExist } from './errors.ts'
import { TemplateFault } from './fault.ts'
import { Keywords } from './keywords.ts'
import { forLoopAt, itemsOf, loopAt, pairsOf, reversedOf, sliceOf, valuesOf } from './loop.ts'
import { ABSENT, macroOf } from './macro.ts'
import type { OnMissing } from './missing.ts'
import { memberOf } from './names.ts'
import { areEqual, containedIn, excludedFrom, isTruthy, orderOf } from './operators.ts'
import { type LoadedTemplate, Rendering, type TemplateFunctions } from './rendering.ts'
import { isSafe, markSafe } from './safe-string.ts'
import { announceRendering } from './signals.ts'
import { Template } from './template.ts'
import { textOf } from './text.ts'
import { copyOf, emptyBeside, isPromise, Unreadable, type Variables } from './variables.ts'

/** Where compiled templates find each other. */
export interface TemplateFinder {
  /** A template, named in another. Throws `TemplateDoesNotExist`. */
  find(name: string | readonly string[] | Template, from: string): LoadedTemplate
}

/**
 * What the code of one compiled template calls: look-ups that reach no class and no code, output that is escaped, and
 * errors that know their place. A place is a number in the table that the code brings along.
 */
export class TemplateModule {
  readonly name: string
  readonly hostile = /[&<>"']/
  readonly escape = escapeHtml
  readonly safe = markSafe
  readonly text = textOf
  readonly copy = copyOf
  readonly empty = emptyBeside
  readonly loop = loopAt
  readonly forLoop = forLoopAt
  readonly reversed = reversedOf
  readonly macro = macroOf
  readonly absent = ABSENT
  readonly contains = containedIn
  readonly excludes = excludedFrom
  readonly equal = areEqual
  readonly order = orderOf
  readonly truthy = isTruthy
  readonly look = memberOf
  readonly Keywords = Keywords
  readonly escaping: FilterThis
  readonly notEscaping: FilterThis
  functions: TemplateFunctions | undefined
  /** The source, of a template that no loader has. */
  readonly #text: string | undefined
  readonly #environment: Environment
  readonly #finder: TemplateFinder
  readonly #onMissing: OnMissing

  constructor(
    name: string,
    text: string | undefined,
    environment: Environment,
    finder: TemplateFinder,
    onMissing: OnMissing,
  ) {
    this.name = name
    this.#text = text
    this.#environment = environment
    this.#finder = finder
    this.#onMissing = onMissing
    this.escaping = environment.filterThis(true)
    this.notEscaping = environment.filterThis(false)
  }

  filter(name: string): unknown {
    return this.#environment.filter(name)
  }

  test(name: string): unknown {
    return this.#environment.test(name)
  }

  tag(name: string): unknown {
    return this.#environment.tag(name)
  }

  /** A value that is no text and no number, as the page shows it. */
  show(value: unknown, place: number): string {
    return this.#shown(value, place, escapeHtml)
  }

  showUnescaped(value: unknown, place: number): string {
    return this.#shown(value, place, String)
  }

  #shown(value: unknown, place: number, escape: (text: string) => string): string {
    if (value === undefined) return this.#missing(place)
    if (value === null || typeof value === 'function') return ''
    if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value)
    try {
      return isSafe(value) ? value.toString() : escape(textOf(this.settled(value, place)))
    } catch (error) {
      throw this.fault(error, place)
    }
  }

  /** What stands for a variable that is not there; what calls and filters give may well be nothing. */
  #missing(place: number): string {
    const [line, column, label] = this.#record(place)
    return label === undefined || /[)|]/.test(label) ? '' : this.#onMissing(label, line, column)
  }

  /** A value that was looked up; an error where it is a promise, or could not be read. */
  settled(value: unknown, place: number): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Unreadable) throw this.fault(value.error, place)
    if (isPromise(value)) throw this.fault(new TypeError(this.#promiseText(place)), place)
    return value
  }

  /** What a member is as a value: a method stays with its object. */
  held(value: unknown, target: unknown, place: number): unknown {
    if (typeof value !== 'function') return this.settled(value, place)
    return (...args: unknown[]) => Reflect.apply(value, target, args) as unknown
  }

  /** A member whose name is computed. */
  member(target: unknown, name: unknown, place: number): unknown {
    try {
      return this.held(memberOf(target, name), target, place)
    } catch (error) {
      throw this.fault(error, place)
    }
  }

  /** What a call or a filter has given. */
  result(value: unknown, place: number): unknown {
    return typeof value === 'object' ? this.settled(value, place) : value
  }

  uncallable(value: unknown, place: number): never {
    const [, , label = 'This'] = this.#record(place)
    const what = value === undefined ? 'there is no such function' : 'it is no function'
    throw this.fault(new TypeError(`"${label.replace(/\(\)$/, '')}" cannot be called: ${what}.`), place)
  }

  items(value: unknown, place: number): ArrayLike<unknown> {
    return this.#without(itemsOf(this.settled(value, place)), place)
  }

  /** The items of a loop with `count` names. */
  pairs(value: unknown, count: number, place: number): ArrayLike<ArrayLike<unknown>> {
    const items = this.#without(pairsOf(this.settled(value, place)), place)
    return Array.from(items, (item) => this.#unpacked(item, count, place))
  }

  #unpacked(item: unknown, count: number, place: number): ArrayLike<unknown> {
    const values = valuesOf(item)
    if (values.length === count) return values
    throw this.fault(new RangeError(`Need ${count} values to unpack in for loop; got ${values.length}.`), place)
  }

  /** Items, unless one of them is a promise. */
  #without(items: ArrayLike<unknown>, place: number): ArrayLike<unknown> {
    for (let at = 0; at < items.length; at++) {
      const item = items[at]
      if (item instanceof Promise) {
        isPromise(item)
        const [, , label = 'this list'] = this.#record(place)
        throw this.fault(new TypeError(`An item of "${label}" ${NOT_AWAITED}`), place)
      }
    }
    return items
  }

  slice(value: unknown, start: unknown, stop: unknown, step: unknown, place: number): unknown {
    return sliceOf(this.settled(value, place), start, stop, step)
  }

  /** A template that is named in this one; with `mayBeMissing`, nothing where it is not there. */
  template(name: unknown, place: number, mayBeMissing = false): LoadedTemplate | undefined {
    try {
      if (name === undefined || name === null) throw new TypeError('The name of the template is missing.')
      const given = name instanceof Template ? name : templateName(this.settled(name, place))
      return this.#finder.find(Array.isArray(name) ? name.map(templateName) : given, this.name)
    } catch (error) {
      if (mayBeMissing && error instanceof TemplateDoesNotExist) return undefined
      throw this.fault(error, place)
    }
  }

  include(rendering: Rendering, template: LoadedTemplate | undefined, variables: Variables): string {
    if (template === undefined) return ''
    announceRendering(template.name, variables)
    const { functions, partial } = template
    const inner = functions.isPlain ? rendering : new Rendering(functions, rendering)
    if (partial !== undefined) return functions.partials[partial]?.(inner, variables) ?? ''
    return functions.root(inner, variables)
  }

  extend(rendering: Rendering, template: LoadedTemplate, variables: Variables): TemplateFunctions {
    if (!rendering.extend(template.functions)) {
      throw new Error(`The template "${template.name}" extends itself, by way of others perhaps: its page has no end.`)
    }
    announceRendering(template.name, variables)
    return template.functions
  }

  /** The macros and variables of another template. */
  exportsOf(rendering: Rendering, { functions }: LoadedTemplate, variables: Variables): Variables {
    const exported = Object.create(null) as Variables
    functions.root(new Rendering(functions, rendering), variables, exported)
    return exported
  }

  exported(exported: Variables, name: string, place: number): unknown {
    if (Object.hasOwn(exported, name)) return exported[name]
    throw this.fault(new Error(`The template has no macro or variable "${name}".`), place)
  }

  /** Put what this template gives to others where they look for it. */
  export(exported: Variables, variables: Variables, names: readonly string[]): void {
    for (const name of names) if (Object.hasOwn(variables, name)) exported[name] = variables[name]
  }

  context(rendering: Rendering, variables: Variables, autoescape: boolean): TemplateContext {
    return new TemplateContext(variables, autoescape, (name, given) =>
      this.include(rendering, this.#finder.find(name, this.name), given),
    )
  }

  /** An error with its place; one that has a place already notes this one too, on its way out. */
  fault(error: unknown, place: number): TemplateFault {
    const [line, column] = this.#record(place)
    const here = { templateName: this.name, text: this.#text, line, column }
    if (!(error instanceof TemplateFault)) return new TemplateFault(here, error)
    error.pass(here)
    return error
  }

  #record(place: number): readonly [line: number, column: number, label?: string] {
    return this.functions?.places[place] ?? [1, 1]
  }

  #promiseText(place: number): string {
    const [, , label] = this.#record(place)
    if (label === undefined) return `This value ${NOT_AWAITED}`
    return label.startsWith('|')
      ? `What the filter "${label.slice(1)}" gives ${NOT_AWAITED}`
      : `"${label}" ${NOT_AWAITED}`
  }
}

/** A plain object has a text too, and surely none that is meant. */
function templateName(value: unknown): string {
  const name = textOf(value)
  if (name === '[object Object]') throw new TypeError('A template is named by a text, and this is an object.')
  return name
}

const NOT_AWAITED = 'is a promise: templates cannot wait. Await it in the view, before render().'
