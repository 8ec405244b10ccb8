import { type TemplateContext, TagReader, type TemplateTag } from '../template/index.ts'
import type { UntypedReverseOptions } from './reverse.ts'
import { NoReverseMatch, reverseUntyped } from './reverse.ts'
import { reversePositional } from './reverse-positional.ts'

type Parse = TemplateTag['parse']

/** What `{% url %}` looks at in a request: the instance of an app that shows the page. */
interface CurrentRequest {
  readonly currentApp?: string
  readonly resolverMatch?: { readonly namespace?: string }
}

/**
 * `{% url 'name' 2026 %}`, `{% url 'name' year=2026 %}` and `{% url 'name' as address %}`, which is nothing where there is no
 * such address (Django's tag).
 */
export class UrlTag implements TemplateTag {
  /** Its name. */
  readonly tags: readonly string[] = ['url']

  /** Read the tag. */
  parse(...[parser, nodes, lexer]: Parameters<Parse>): ReturnType<Parse> {
    const reader = new TagReader(parser, nodes, lexer)
    const name = reader.value()
    const { values, keywords } = reader.arguments()
    const variable = reader.asName()
    reader.end()
    if (values.length > 0 && keywords.length > 0) return reader.fail('give the parameters in their order or by name')
    const isQuiet = reader.literal(variable !== undefined)
    const args = [name, reader.list(values), reader.keywordArguments(keywords), isQuiet]
    return reader.shown(reader.call<UrlTag>(this, 'reverse', args), variable)
  }

  /** The URL; a quiet one is empty where there is none. Throws `NoReverseMatch` otherwise. */
  reverse(
    context: TemplateContext,
    route: unknown,
    values: readonly unknown[],
    keywords: Readonly<Record<string, unknown>>,
    isQuiet: boolean,
  ): string {
    if (typeof route !== 'string') throw new TypeError('{% url %} needs the name of a route: is the variable missing?')
    const options: UntypedReverseOptions = { currentApp: currentApp(context.get('request')) }
    try {
      return values.length > 0
        ? reversePositional(route, values, options)
        : reverseUntyped(route, { ...keywords }, options)
    } catch (error) {
      if (isQuiet && error instanceof NoReverseMatch) return ''
      throw error
    }
  }
}

function currentApp(request: unknown): string | undefined {
  const { currentApp: named, resolverMatch } = (request ?? {}) as CurrentRequest
  return named ?? resolverMatch?.namespace
}
