import { types } from 'node:util'
import { escapeHtml } from '../utils/index.ts'
import { TemplateDoesNotExist } from './errors.ts'
import { isRefused, memberOf } from './names.ts'
import { type Callable, type Context, type Env, type Frame, type LibraryRuntime, loadNunjucks } from './nunjucks.ts'
import { textOf } from './text.ts'

/** An error on its way out of a template, with the innermost place that it has passed; lines and columns count from 1. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault'
  readonly templateName: string
  readonly line: number
  readonly column: number

  constructor(templateName: string, line: number, column: number, cause: unknown) {
    super('A template failed.', { cause })
    this.templateName = templateName
    this.line = line + 1
    this.column = column + 1
  }

  /** Of the library, which would put an error of its own around one that lacks this. */
  Update(): this {
    return this
  }
}

/** The keyword arguments that stand in calls of templates. */
const keywords = new WeakSet<object>()

type Callback = (error: unknown, result?: unknown) => void

/** What an include gets where its template is missing and may be. */
const NOTHING = { render: (_context: unknown, _frame: unknown, callback: Callback) => callback(null, '') }

/**
 * What the code of one compiled template calls instead of the library's own runtime: look-ups that reach no class and no
 * code, output that is always escaped, and errors that know their place. The library itself stays as it is, for others
 * may use it too.
 */
class TemplateRuntime {
  readonly templateName: string

  constructor(templateName: string) {
    this.templateName = templateName
  }

  /** A variable; what plain objects inherit is none. */
  contextOrFrameLookup(context: Context, frame: Frame, name: string, line: number, column: number): unknown {
    try {
      const local = frame.lookup(name)
      if (local !== undefined) return this.settled(local, name)
      if (isRefused(name) && name !== 'caller') return undefined
      const { ctx, env } = context
      const holder = Object.hasOwn(ctx, name) ? ctx : Object.hasOwn(env.globals, name) ? env.globals : undefined
      return holder === undefined ? undefined : this.settled(holder[name], name)
    } catch (error) {
      throw this.fault(error, line, column)
    }
  }

  memberLookup(target: unknown, name: unknown, line: number, column: number): unknown {
    try {
      const value = memberOf(target, name)
      if (typeof value === 'function') return (...args: unknown[]) => Reflect.apply(value, target, args) as unknown
      return this.settled(value, name)
    } catch (error) {
      throw this.fault(error, line, column)
    }
  }

  callWrap(callee: unknown, name: string, args: readonly unknown[], line: number, column: number): unknown {
    try {
      if (typeof callee !== 'function') {
        const what = callee === undefined ? 'there is no such function' : 'it is no function'
        throw new TypeError(`"${name}" cannot be called: ${what}.`)
      }
      // Without a `this`: the library's would give the function, and thus the template, all of the engine.
      return this.settled(Reflect.apply(callee, undefined, args), name, callResult)
    } catch (error) {
      throw this.fault(error, line, column)
    }
  }

  applyFilter(context: Context, name: string, args: readonly unknown[], line: number, column: number): unknown {
    try {
      return this.settled(Reflect.apply(context.env.getFilter(name), context, args), name, filterResult)
    } catch (error) {
      throw this.fault(error, line, column)
    }
  }

  applyTest(
    context: Context,
    name: string,
    value: unknown,
    args: readonly unknown[],
    line: number,
    column: number,
  ): boolean {
    try {
      return Reflect.apply(context.env.getTest(name), context, [value, ...args]) === true
    } catch (error) {
      throw this.fault(error, line, column)
    }
  }

  /** A value as the page shows it. */
  output(value: unknown, line: number, column: number): string {
    if (typeof value === 'string') return escapeHtml(value)
    if (value === undefined || value === null || typeof value === 'function') return ''
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    try {
      if (value instanceof loadNunjucks().runtime.SafeString) return value.toString()
      return escapeHtml(textOf(this.settled(value, 'This value', String)))
    } catch (error) {
      throw this.fault(error, line, column)
    }
  }

  /** One side of a `~`. */
  text(value: unknown): string {
    return textOf(value)
  }

  /**
   * A macro; keywords are those that stand in a template's call alone. What the library goes by, a property
   * `__keywords`, an object out of a client's JSON can have too.
   */
  makeMacro(names: readonly string[], keywordNames: readonly string[], body: Callable): Callable {
    const macro = loadNunjucks().runtime.makeMacro(names, keywordNames, body)
    return (...args) => {
      const last = args.at(-1)
      const isForged = typeof last === 'object' && last !== null && !keywords.has(last)
      return macro(...args, ...(isForged ? [this.makeKeywordArgs({})] : []))
    }
  }

  makeKeywordArgs(given: object): object {
    const made = loadNunjucks().runtime.makeKeywordArgs(given)
    keywords.add(made)
    return made
  }

  inOperator(key: unknown, target: unknown): boolean {
    if (typeof target !== 'object' || target === null || Array.isArray(target)) {
      return loadNunjucks().runtime.inOperator(key, target)
    }
    if (target instanceof Map || target instanceof Set) return target.has(key)
    const name = String(key)
    return Object.hasOwn(target, name) || (name in target && !(name in Object.prototype))
  }

  getTemplate(
    env: Env,
    name: unknown,
    eager: boolean,
    parent: string,
    ignoreMissing: boolean,
    line: number,
    column: number,
    callback: Callback,
  ): void {
    let template: unknown
    try {
      if (name === undefined || name === null) throw new TypeError('The name of the template is missing.')
      template = env.getTemplate(typeof name === 'object' ? textOf(name) : name, eager, parent, false)
    } catch (error) {
      if (!ignoreMissing || !(error instanceof TemplateDoesNotExist)) return callback(this.fault(error, line, column))
      template = NOTHING
    }
    callback(null, template)
  }

  /**
   * A function's callback, for which it is no error of its own when the callback throws: what follows an include runs
   * inside the include's callback, and so its errors come by here on their way to where they belong.
   */
  passing(callback: Callback): Callback {
    let failure: { readonly error: unknown } | undefined
    return (error, result) => {
      if (failure !== undefined) throw failure.error
      try {
        callback(error, result)
      } catch (thrown) {
        failure = { error: thrown }
        throw thrown
      }
    }
  }

  /** Called with what a template's function has caught. */
  handleError(error: unknown, line: number, column: number): TemplateFault {
    return this.fault(error, line, column)
  }

  fault(error: unknown, line: number, column: number): TemplateFault {
    return error instanceof TemplateFault ? error : new TemplateFault(this.templateName, line, column, error)
  }

  /** The value, unless it is a promise that somebody forgot to await. */
  settled(value: unknown, name: unknown, describe: (name: string) => string = quoted): unknown {
    if (typeof value !== 'object' || !types.isPromise(value)) return value
    value.catch(() => {})
    throw new TypeError(
      `${describe(String(name))} is a promise: templates cannot wait. Await it in the view, before render().`,
    )
  }
}

const quoted = (name: string): string => `"${name}"`
const callResult = (name: string): string => `"${name}()"`
const filterResult = (name: string): string => `What the filter "${name}" gives`

/** The runtime for the code of one template. */
export function runtimeFor(templateName: string): LibraryRuntime {
  const library = loadNunjucks().runtime
  const runtime = new TemplateRuntime(templateName)
  for (const name of ['Frame', 'SafeString', 'fromIterator', 'isArray', 'keys', 'markSafe'])
    Object.defineProperty(runtime, name, { value: library[name as keyof LibraryRuntime] })
  return runtime as never
}
