import { autoescapeNode, partialDefNode, partialNode, withNode } from '../nodes.ts'
import type { TemplateNode } from '../nunjucks.ts'
import type { TemplateTag } from '../parser.ts'
import { type TagReader, tagOf } from './reader.ts'

/** Tags that say how, with which names, or where what stands in them is rendered. */
export const SCOPE_TAGS: readonly TemplateTag[] = [
  tagOf('autoescape', (reader) => {
    const setting = reader.name()
    if (setting !== 'on' && setting !== 'off') reader.fail('write "on" or "off"')
    reader.end()
    return autoescapeNode(reader.at, setting === 'on', reader.bodyToEnd())
  }),
  tagOf('with', (reader) => {
    const pairs = pairsOf(reader)
    reader.end()
    return withNode(reader.at, pairs, reader.bodyToEnd())
  }),
  tagOf('partialdef', (reader) => {
    const name = reader.name()
    const inline = reader.word('inline')
    reader.end()
    const body = reader.body('endpartialdef')
    reader.name()
    if (!reader.isEnd() && reader.name() !== name) reader.fail(`{% endpartialdef %} names another part than "${name}"`)
    reader.end()
    return partialDefNode(reader.at, name, body, inline)
  }),
  tagOf('partial', (reader) => {
    const name = reader.name()
    reader.end()
    return partialNode(reader.at, name)
  }),
  tagOf('filter', (reader) => {
    const { nodes, lexer, parser } = reader
    const filters: Array<(value: TemplateNode) => TemplateNode> = []
    do {
      const name = parser.parseFilterName()
      const args = parser.parseFilterArgs(name)
      const { lineno, colno } = name
      filters.push(
        (value) => new nodes.Filter(lineno, colno, name, new nodes.NodeList(lineno, colno, [value, ...args])),
      )
    } while (parser.skip(lexer.TOKEN_PIPE))
    reader.end()
    const { lineno, colno } = reader.at
    const body: TemplateNode = new nodes.Capture(lineno, colno, reader.bodyToEnd())
    // What comes out is HTML again, as it went in, whatever a filter such as `upper` leaves of an entity.
    const safe = new nodes.Symbol(lineno, colno, 'safe')
    filters.push((value) => new nodes.Filter(lineno, colno, safe, new nodes.NodeList(lineno, colno, [value])))
    return reader.output(filters.reduce((value, filter) => filter(value), body))
  }),
]

/** `a=1 b=2`, or `value as name`. */
function pairsOf(reader: TagReader): Array<readonly [string, TemplateNode]> {
  const { values, keywords } = reader.arguments()
  const pairs = keywords.map(([name, value]) => [String(name['value']), value] as const)
  const [first] = values
  if (first === undefined) return pairs.length > 0 ? pairs : reader.fail('write name=value')
  const name = reader.asName()
  return name === undefined || values.length > 1 || pairs.length > 0 ? reader.fail('write name=value') : [[name, first]]
}
