import type { PlaceRecord } from './compiler/writer.ts'
import type { Variables } from './variables.ts'

/** A part of a compiled template: gives text. */
export type PartFunction = (rendering: Rendering, variables: Variables) => string

/** A compiled template. */
export interface TemplateFunctions {
  root(rendering: Rendering, variables: Variables, exporting?: Variables): string
  readonly blocks: Readonly<Record<string, PartFunction>>
  readonly partials: Readonly<Record<string, PartFunction>>
  /** True where it has neither blocks nor a parent. */
  readonly isPlain: boolean
  readonly places: readonly PlaceRecord[]
}

/** A template that is ready to be rendered. */
export interface LoadedTemplate {
  readonly name: string
  readonly functions: TemplateFunctions
  /** What is rendered of it: all, or one part. */
  readonly partial: string | undefined
}

/** One rendering of a template with its parents: the blocks that they give, and what tags keep meanwhile. */
export class Rendering {
  /** Functions of a block, the youngest template's first. */
  readonly #blocks = new Map<string, PartFunction[]>()
  readonly #states: Map<object, object>
  readonly #templates: TemplateFunctions[]

  constructor(template: TemplateFunctions, outer?: Rendering) {
    this.#states = outer === undefined ? new Map() : outer.#states
    this.#templates = [template]
    this.#add(template.blocks)
  }

  /** Take a parent template, whose blocks stand behind those that are there; false for one that is there itself. */
  extend(parent: TemplateFunctions): boolean {
    if (this.#templates.includes(parent)) return false
    this.#templates.push(parent)
    this.#add(parent.blocks)
    return true
  }

  block(name: string): PartFunction {
    return this.#blocks.get(name)?.[0] as PartFunction
  }

  /** What the next older template has for a block. */
  parentBlock(name: string, own: PartFunction): PartFunction {
    const all = this.#blocks.get(name) ?? []
    const parent = all[all.indexOf(own) + 1]
    if (parent === undefined) throw new Error(`No parent template has a block "${name}".`)
    return parent
  }

  /** An object that stays with a key while the page is rendered, included templates and all. */
  state(key: object): object {
    let state = this.#states.get(key)
    if (state === undefined) this.#states.set(key, (state = {}))
    return state
  }

  #add(blocks: Readonly<Record<string, PartFunction>>): void {
    for (const name of Object.keys(blocks)) {
      const own = blocks[name] as PartFunction
      const known = this.#blocks.get(name)
      if (known === undefined) this.#blocks.set(name, [own])
      else known.push(own)
    }
  }
}
