import { isDeepStrictEqual } from 'node:util'
import { stateNode } from '../nodes.ts'
import type { Lexer, LibraryParser, NodeClasses, TemplateNode } from '../nunjucks.ts'
import type { TemplateTag } from '../parser.ts'
import { markSafe, type SafeString } from '../safe-string.ts'
import { TagReader } from './reader.ts'

type Body = () => string

/** `{% ifchanged %} … {% else %} … {% endifchanged %}`: what differs from the last time around the loop. */
class IfChangedTag implements TemplateTag {
  readonly tags = ['ifchanged']
  readonly takesContext = false

  parse(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer): TemplateNode {
    const reader = new TagReader(parser, nodes, lexer)
    const values = reader.values()
    reader.end()
    const body = reader.body('else', 'endifchanged')
    const hasElse = reader.name() === 'else'
    parser.advanceAfterBlockEnd('ifchanged')
    const otherwise = hasElse ? reader.bodyToEnd() : null
    const state = stateNode(reader.at, {}, 'loop')
    return reader.call<IfChangedTag>(this, 'render', [state, reader.list(values)], [body, otherwise])
  }

  render(
    _context: unknown,
    state: { last?: unknown },
    values: readonly unknown[],
    body: Body,
    otherwise: Body | null,
  ): SafeString {
    const text = values.length === 0 ? body() : undefined
    const current = text ?? values
    if (state.last !== undefined && isDeepStrictEqual(state.last, current)) return markSafe(otherwise?.() ?? '')
    state.last = current
    return markSafe(text ?? body())
  }
}

export const IFCHANGED_TAG: TemplateTag = new IfChangedTag()
