import type { Lexer, LibraryParser, NodeClasses, TemplateNode } from '../nunjucks.ts'
import type { TemplateTag } from '../parser.ts'
import { markSafe, type SafeString } from '../safe-string.ts'
import { TagReader } from './reader.ts'

/** `{% spaceless %}`: no white space between the tags of HTML. */
class SpacelessTag implements TemplateTag {
  readonly tags = ['spaceless']
  readonly takesContext = false

  parse(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer): TemplateNode {
    const reader = new TagReader(parser, nodes, lexer)
    reader.end()
    return reader.call<SpacelessTag>(this, 'strip', [], [reader.bodyToEnd()])
  }

  strip(_context: unknown, body: () => string): SafeString {
    return markSafe(body().trim().replace(/>\s+</g, '><'))
  }
}

export const SPACELESS_TAG: TemplateTag = new SpacelessTag()
