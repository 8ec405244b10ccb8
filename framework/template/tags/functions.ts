import type { TemplateContext } from '../context.ts'
import { isKeywords, type Keywords } from '../keywords.ts'
import type { Callable, Lexer, LibraryParser, NodeClasses, TemplateNode } from '../nunjucks.ts'
import type { TemplateTag } from '../parser.ts'
import { markSafe, type SafeString } from '../safe-string.ts'
import { TagReader } from './reader.ts'

interface Options {
  readonly takesContext?: boolean | undefined
  readonly endName?: string | undefined
}

type Values = readonly unknown[]

/** A tag that calls a function with what stands in it. */
export class FunctionTag implements TemplateTag {
  readonly tags: readonly string[]
  /** Whether the tag itself needs the context. */
  readonly takesContext: boolean
  readonly #fn: Callable
  readonly #givesContext: boolean

  constructor(name: string, fn: Callable, { takesContext = false }: Options, needsContext = takesContext) {
    this.tags = [name]
    this.takesContext = needsContext
    this.#fn = fn
    this.#givesContext = takesContext
  }

  parse(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer): TemplateNode {
    const reader = new TagReader(parser, nodes, lexer)
    const { values, keywords } = reader.arguments()
    const name = reader.asName()
    reader.end()
    const bodies = this.readBodies(reader)
    const args = [reader.list(values), reader.keywordArguments(keywords)]
    return reader.shown(reader.call<FunctionTag>(this, 'render', args, bodies), name)
  }

  /** What stands between the tag and its end. */
  protected readBodies(_reader: TagReader): readonly TemplateNode[] {
    return []
  }

  render(context: TemplateContext, values: Values, keywords: Keywords): unknown {
    return this.call(context, [], values, keywords)
  }

  /** The function, with what it asks for before the arguments of the tag. */
  protected call(context: TemplateContext, before: Values, values: Values, keywords: Keywords): unknown {
    const named =
      isKeywords(keywords) && Object.keys(keywords).length > 0 ? [Object.fromEntries(Object.entries(keywords))] : []
    return Reflect.apply(this.#fn, undefined, [
      ...(this.#givesContext ? [context] : []),
      ...before,
      ...values,
      ...named,
    ])
  }
}

/** A tag that calls a function with a body. */
export class BlockTag extends FunctionTag {
  readonly #endName: string

  constructor(name: string, fn: Callable, options: Options) {
    super(name, fn, options)
    this.#endName = options.endName ?? `end${name}`
  }

  protected override readBodies(reader: TagReader): readonly TemplateNode[] {
    return [reader.bodyToEnd(this.#endName)]
  }

  override render(context: TemplateContext, values: Values, keywords: Keywords, body?: () => string): unknown {
    return this.call(context, [markSafe(body?.() ?? '')], values, keywords)
  }
}

/** A tag that shows a template with the variables that a function gives. */
export class InclusionTag extends FunctionTag {
  readonly template: string | readonly string[]

  constructor(name: string, template: string | readonly string[], fn: Callable, options: Options) {
    super(name, fn, options, true)
    this.template = template
  }

  override render(context: TemplateContext, values: Values, keywords: Keywords): SafeString {
    const variables = this.call(context, [], values, keywords)
    if (typeof variables !== 'object' || variables === null || variables instanceof Promise) {
      throw new TypeError(`The function of the tag "${this.tags[0]}" must give an object of variables, at once.`)
    }
    const ofRequest = Object.fromEntries(
      ['csrfToken', 'cspNonce'].filter((name) => context.has(name)).map((name) => [name, context.get(name)]),
    )
    return markSafe(context.render(this.template, { ...ofRequest, ...variables }, { only: true }))
  }
}
