import type { LibraryParser, TemplateNode } from '../nunjucks.ts'
import type { TemplateTag } from '../parser.ts'
import { type TagReader, tagOf } from './reader.ts'

/** The library's tokens, of which a piece can be taken without a look at what is in it. */
type Tokens = LibraryParser['tokens'] & { _extractRegex(expression: RegExp): RegExpMatchArray | null }

/** Tags inside which nothing means anything. */
export const RAW_TAGS: readonly TemplateTag[] = [
  tagOf('comment', (reader) => {
    reader.parser.skip(reader.lexer.TOKEN_STRING)
    reader.end()
    rawBody(reader, 'endcomment')
    return reader.sequence([])
  }),
  tagOf('verbatim', (reader) => {
    const name = reader.isEnd() ? '' : ` ${reader.name()}`
    reader.end()
    const { lineno, colno } = reader.at
    const text: TemplateNode = new reader.nodes.TemplateData(lineno, colno, rawBody(reader, `endverbatim${name}`))
    return reader.output(text)
  }),
]

/** The text until a tag, with it. */
function rawBody(reader: TagReader, end: string): string {
  const expression = new RegExp(String.raw`([^]*?)\{%-?\s*${end.replace(' ', String.raw`\s+`)}\s*-?%\}(?:\r?\n)?`)
  const found = (reader.parser.tokens as Tokens)._extractRegex(expression)
  if (found !== null) return found[1] as string
  const { value, lineno, colno } = reader.at
  return reader.parser.fail(`{% ${value} %} of line ${lineno + 1} has no end: write {% ${end} %}.`, lineno, colno)
}
