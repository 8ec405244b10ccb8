import type { TemplateNode } from '../nunjucks.ts'
import { Scope } from './scope.ts'
import { isShared, namesSetIn } from './walk.ts'
import { Writer } from './writer.ts'

type Expressions = Readonly<Record<string, (unit: Unit, node: TemplateNode) => string>>
type Statements = Readonly<Record<string, (unit: Unit, node: TemplateNode) => void>>

/** How each kind of node is written. */
export interface Grammar {
  readonly expressions: Expressions
  readonly statements: Statements
}

/** One template while it is compiled: what has been written, and what holds at the place that is being written. */
export class Unit {
  readonly write: Writer = new Writer()
  scope: Scope = new Scope('c')
  autoescape = true
  /** The block that is being written, for `super()`. */
  block: string | undefined
  /** True where a parent template may take over: in the main body of a template that extends one. */
  mayExtend = false
  readonly #grammar: Grammar
  readonly #notEscaping: ReadonlySet<TemplateNode>

  /** `notEscaping` has the blocks and partials that stand where values are not escaped. */
  constructor(grammar: Grammar, notEscaping: ReadonlySet<TemplateNode>) {
    this.#grammar = grammar
    this.#notEscaping = notEscaping
  }

  /** True for a block or partial that stands where values are escaped. */
  isEscaping(part: TemplateNode): boolean {
    return !this.#notEscaping.has(part)
  }

  /** JavaScript for the value of a node. */
  expression(node: TemplateNode): string {
    const compile = this.#grammar.expressions[node.typename] as Expressions[string]
    return compile(this, node)
  }

  /** Write what a node does. */
  statement(node: TemplateNode): void {
    const compile = this.#grammar.statements[node.typename] as Statements[string]
    compile(this, node)
  }

  /** Give names a value, in the scope that holds here. */
  assign(names: readonly string[], value: string): void {
    const { object, ownsObject, variables } = this.scope
    const targets = names.flatMap((name) => {
      const variable = variables.get(name)
      if (variable === undefined) return `${object}.${name}`
      return ownsObject ? [`${object}.${name}`, variable] : variable
    })
    this.write.line(`${[...targets, value].join(' = ')};`)
  }

  /** Do something in another scope. */
  within(scope: Scope, fn: () => void): void {
    const outer = this.scope
    this.scope = scope
    fn()
    this.scope = outer
  }

  /**
   * Write a body in a scope of its own, in which `given` names are in variables already. Names that the body sets get a
   * variable that begins with the value from outside, so that nothing leaks out. Where other code looks variables up by
   * name, they are in an object too.
   */
  scoped(body: TemplateNode, given: ReadonlyMap<string, string>, outer: Scope = this.scope): void {
    const variables = new Map(given)
    for (const name of namesSetIn(body)) {
      if (variables.has(name)) continue
      const variable = this.write.id('v')
      this.write.line(`let ${variable} = ${outer.read(name)};`)
      variables.set(name, variable)
    }
    const ownsObject = variables.size > 0 && isShared(body)
    const object = ownsObject ? this.write.id('s') : outer.object
    if (ownsObject) {
      this.write.line(`const ${object} = m.copy(${outer.object});`)
      for (const [name, variable] of variables) this.write.line(`${object}.${name} = ${variable};`)
    }
    this.within(new Scope(object, { parent: outer, ownsObject, variables }), () => this.statement(body))
  }
}
