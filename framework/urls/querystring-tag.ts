import { QueryDict } from '../http/index.ts'
import { type TemplateContext, TagReader, type TemplateTag } from '../template/index.ts'

type Parse = TemplateTag['parse']
type Fields = Map<string, readonly unknown[]>

/**
 * `{% querystring page=2 tag=none %}`: the query of this request with some of its fields changed, as a link takes it, `?`
 * included (Django's tag). `none` takes a field away, a list gives it several values. Objects, maps and queries before the
 * named fields stand in the place of the request's own query.
 */
export class QuerystringTag implements TemplateTag {
  /** Its name. */
  readonly tags: readonly string[] = ['querystring']

  /** Read the tag. */
  parse(...[parser, nodes, lexer]: Parameters<Parse>): ReturnType<Parse> {
    const reader = new TagReader(parser, nodes, lexer)
    const { values, keywords } = reader.arguments()
    const variable = reader.asName()
    reader.end()
    const args = [reader.list(values), reader.keywordArguments(keywords)]
    return reader.shown(reader.call<QuerystringTag>(this, 'encode', args), variable)
  }

  /** Throws a TypeError for something in the query's place that has no fields, and without a request where there is nothing. */
  encode(context: TemplateContext, values: readonly unknown[], keywords: Readonly<Record<string, unknown>>): string {
    const fields: Fields = new Map()
    const mappings = values.length > 0 ? values : [requestQuery(context)]
    for (const mapping of [...mappings, keywords]) for (const change of fieldsOf(mapping)) apply(fields, change)
    const pairs = [...fields].flatMap(([name, all]) => all.map((value): [string, string] => [name, String(value)]))
    return `?${new QueryDict(pairs).urlencode()}`
  }
}

function requestQuery(context: TemplateContext): QueryDict {
  const query = (context.get('request') as { readonly query?: unknown } | undefined)?.query
  if (query instanceof QueryDict) return query
  throw new TypeError('{% querystring %} needs the variable "request": is requestContext among the contextProcessors?')
}

function fieldsOf(mapping: unknown): Iterable<readonly [name: string, value: unknown]> {
  if (mapping instanceof QueryDict) return mapping.lists()
  if (mapping instanceof Map) return mapping as Map<string, unknown>
  if (mapping === null || mapping === undefined) return []
  if (typeof mapping === 'object' && !Array.isArray(mapping)) return Object.entries(mapping)
  throw new TypeError('{% querystring %} takes objects with fields, and fields by name: page=2.')
}

function apply(fields: Fields, [name, value]: readonly [name: string, value: unknown]): void {
  if (value === null || value === undefined) fields.delete(name)
  else fields.set(name, Array.isArray(value) || value instanceof Set ? [...(value as Iterable<unknown>)] : [value])
}
