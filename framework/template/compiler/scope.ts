/** The JavaScript variables that count a loop's rounds. */
export interface LoopVariables {
  readonly index: string
  readonly length: string
}

/**
 * The names that a template knows at one place, and the JavaScript that reads them: a variable where the name is declared
 * in the template itself, else a property of the object in which variables are looked up.
 */
export class Scope {
  readonly parent: Scope | undefined
  /** The JavaScript variable with the object in which other names are looked up. */
  readonly object: string
  /** True where that object belongs to this scope, so that what is set here is set in it too. */
  readonly ownsObject: boolean
  /** The loop whose body this is. */
  readonly loop: LoopVariables | undefined
  /** Objects that begin with this loop, by their slot. */
  readonly states: ReadonlyMap<object, string>
  /** Names, and the variables that hold them. */
  readonly variables: Map<string, string>

  constructor(object: string, options: Partial<Omit<Scope, 'object' | 'read'>> = {}) {
    this.object = object
    this.parent = options.parent
    this.ownsObject = options.ownsObject ?? false
    this.loop = options.loop
    this.states = options.states ?? new Map()
    this.variables = options.variables ?? new Map()
  }

  /** The variable that holds a name, where there is one. */
  variableOf(name: string): string | undefined {
    return this.variables.get(name) ?? (this.loop && isLoopName(name) ? undefined : this.parent?.variableOf(name))
  }

  /** JavaScript for the value of a name. */
  read(name: string): string {
    return this.variableOf(name) ?? `${this.object}.${name}`
  }

  /** The scope of the innermost loop around whose names are not something else here. */
  loopScope(name = 'loop'): Scope | undefined {
    if (this.variables.has(name)) return undefined
    return this.loop === undefined ? this.parent?.loopScope(name) : this
  }

  /** The object for a slot that begins with the innermost loop around. */
  stateOf(slot: object): string | undefined {
    return this.loop === undefined ? this.parent?.stateOf(slot) : this.states.get(slot)
  }
}

/** What a loop is called in templates: nunjucks' name, and Django's. */
export const LOOP_NAMES = ['loop', 'forloop'] as const

export type LoopName = (typeof LOOP_NAMES)[number]

export function isLoopName(name: string): name is LoopName {
  return (LOOP_NAMES as readonly string[]).includes(name)
}
