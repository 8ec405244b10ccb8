/** Where something of a template stands, and what it is called there; line and column count from 1. */
export type PlaceRecord = readonly [line: number, column: number, label?: string]

/** A function of the compiled code while it is being written. */
interface OpenFunction {
  readonly lines: string[]
  /** How many temporary variables it has. */
  temporaries: number
  /** How many of them the line that is being written uses. */
  inUse: number
}

/** Writes JavaScript: functions, one inside another, their temporary variables, and the table of places. */
export class Writer {
  readonly places: PlaceRecord[] = []
  /** Declarations in front of all functions. */
  readonly prelude: string[] = []
  readonly #constants = new Map<string | object, string>()
  #open: OpenFunction = newFunction()
  #lastId = 0

  /** A name that no other variable of the code has. */
  id(prefix: string): string {
    return `${prefix}${++this.#lastId}`
  }

  /**
   * A variable of the function that is being written, for a value that is needed twice in one expression. The next line may
   * use it anew: a function with a variable for each output of a long template would not find room on the stack.
   */
  temporary(): string {
    const open = this.#open
    open.temporaries = Math.max(open.temporaries, ++open.inUse)
    return `t${open.inUse}`
  }

  line(code: string): void {
    this.#open.lines.push(code)
    this.#open.inUse = 0
  }

  /** The number of a place in the table of places. */
  place(at: { readonly lineno: number; readonly colno: number }, label?: string): number {
    const [line, column] = [(at.lineno ?? 0) + 1, (at.colno ?? 0) + 1]
    return this.places.push(label === undefined ? [line, column] : [line, column, label]) - 1
  }

  /** A constant of the whole template, declared once for each key. */
  constant(key: string | object, prefix: string, value: string): string {
    let name = this.#constants.get(key)
    if (name === undefined) {
      name = this.id(prefix)
      this.#constants.set(key, name)
      this.prelude.push(`const ${name} = ${value};`)
    }
    return name
  }

  /**
   * A function that returns the text that `write` makes it add to `out`. `guarded`: what fails in it is thrown on with the
   * place that was noted last.
   */
  function(head: string, write: () => void, { guarded = true, result = 'out' } = {}): string {
    const outer = this.#open
    this.#open = newFunction()
    write()
    const { lines, temporaries } = this.#open
    this.#open = outer
    const names = Array.from({ length: temporaries }, (_none, index) => `t${index + 1}`)
    const variables = [...(guarded ? ['p = 0'] : []), 'out = ""', ...names].join(', ')
    const body = `${lines.join('\n')}\nreturn ${result};`
    const code = guarded ? `try {\n${body}\n} catch (error) { throw m.fault(error, p); }` : body
    return `${head} {\nlet ${variables};\n${code}\n}`
  }
}

function newFunction(): OpenFunction {
  return { lines: [], temporaries: 0, inUse: 0 }
}

/** True for an expression that notes a place, so that one noted before it is lost. */
export function notesPlace(code: string): boolean {
  return code.includes('p = ')
}
