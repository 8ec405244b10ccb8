import type { Lexer, LibraryParser, NodeClasses, TemplateNode, Token } from '../nunjucks.ts'
import type { TemplateTag } from '../parser.ts'

/** What stands in a tag after its name. */
export interface TagArguments {
  readonly values: readonly TemplateNode[]
  readonly keywords: ReadonlyArray<readonly [name: TemplateNode, value: TemplateNode]>
}

/** Reads a tag as Django writes it, its arguments divided by spaces, and makes nodes of it. */
export class TagReader {
  /** The template's parser, which stands in the tag. */
  readonly parser: LibraryParser
  /** The classes of nodes. */
  readonly nodes: NodeClasses
  /** The kinds of words. */
  readonly lexer: Lexer
  /** The name of the tag, and its place. */
  readonly at: Token

  /** Throws the parser's errors, as all the methods do. */
  constructor(parser: LibraryParser, nodes: NodeClasses, lexer: Lexer) {
    this.parser = parser
    this.nodes = nodes
    this.lexer = lexer
    this.at = parser.nextToken() as Token
  }

  /** True where nothing more stands in the tag. */
  isEnd(): boolean {
    const token = this.parser.peekToken() as Token | null
    return token === null || token.type === this.lexer.TOKEN_BLOCK_END
  }

  /** The end of the tag. */
  end(): void {
    if (!this.isEnd()) this.fail(`"${this.parser.peekToken().value}" is too much`)
    this.parser.advanceAfterBlockEnd(this.at.value)
  }

  /** Throw the error of a tag that cannot be read. */
  fail(reason: string): never {
    return this.parser.fail(`{% ${this.at.value} %}: ${reason}`, this.at.lineno, this.at.colno)
  }

  /** A value with its filters, but without operators. */
  value(): TemplateNode {
    return this.isEnd() ? this.fail('a value is missing') : this.parser.parseUnary()
  }

  /** True where the next word is this one, which is passed then. */
  word(word: string): boolean {
    return this.parser.skipSymbol(word)
  }

  /** A name of letters, digits and `_`. */
  name(): string {
    const token = this.parser.peekToken() as Token | null
    if (token?.type !== this.lexer.TOKEN_SYMBOL) return this.fail('a name is missing')
    this.parser.nextToken()
    return token.value
  }

  /** The name of the variable after `as`, if there is one. */
  asName(): string | undefined {
    return this.word('as') ? this.name() : undefined
  }

  /** Values until the end of the tag, or until `as`. */
  values(): TemplateNode[] {
    const values: TemplateNode[] = []
    while (!this.isEnd() && !this.isWord('as')) values.push(this.value())
    return values
  }

  /** Values, and values by name, until the end of the tag, or until `as`; commas between them are allowed. */
  arguments(): TagArguments {
    const values: TemplateNode[] = []
    const keywords: Array<readonly [TemplateNode, TemplateNode]> = []
    while (!this.isEnd() && !this.isWord('as')) {
      const value = this.value()
      if (this.parser.skipValue(this.lexer.TOKEN_OPERATOR, '=')) {
        if (value.typename !== 'Symbol') this.fail('a name is expected before "="')
        keywords.push([value, this.value()])
      } else if (keywords.length > 0) this.fail('a value without a name comes after one with a name')
      else values.push(value)
      this.parser.skip(this.lexer.TOKEN_COMMA)
    }
    return { values, keywords }
  }

  /** True where the next word is this one, which stays. */
  isWord(word: string): boolean {
    const token = this.parser.peekToken() as Token | null
    return token?.type === this.lexer.TOKEN_SYMBOL && token.value === word
  }

  /** What stands until one of these tags, whose name comes next. */
  body(...ends: readonly string[]): TemplateNode {
    return this.parser.parseUntilBlocks(...ends)
  }

  /** A body and the tag that ends it. */
  bodyToEnd(end = `end${this.at.value}`): TemplateNode {
    const body = this.body(end)
    this.parser.advanceAfterBlockEnd()
    return body
  }

  /** The node of a value that is known already. */
  literal(value: unknown): TemplateNode {
    return new this.nodes.Literal(this.at.lineno, this.at.colno, value)
  }

  /** The node of a variable. */
  symbol(name: string): TemplateNode {
    return new this.nodes.Symbol(this.at.lineno, this.at.colno, name)
  }

  /** The node of an array. */
  list(values: readonly TemplateNode[]): TemplateNode {
    return new this.nodes.Array(this.at.lineno, this.at.colno, values)
  }

  /** Nodes one after the other as one. */
  sequence(nodes: readonly TemplateNode[]): TemplateNode {
    return new this.nodes.NodeList(this.at.lineno, this.at.colno, nodes)
  }

  /** The node of an object of values by name. */
  keywordArguments(keywords: TagArguments['keywords']): TemplateNode {
    const { lineno, colno } = this.at
    const pairs = keywords.map(([name, value]) => new this.nodes.Pair(lineno, colno, name, value))
    return new this.nodes.KeywordArgs(lineno, colno, pairs)
  }

  /** The call of a tag's method while the template is rendered: `method(context, ...args, ...bodies)`. */
  call<T extends TemplateTag>(
    tag: T,
    method: keyof T & string,
    args: readonly TemplateNode[],
    bodies: ReadonlyArray<TemplateNode | null> = [],
  ): TemplateNode {
    const call = new this.nodes.CallExtension(tag, method, this.sequence(args), bodies)
    return Object.assign(call, { lineno: this.at.lineno, colno: this.at.colno })
  }

  /** A value that is shown, or that a variable gets. */
  shown(value: TemplateNode, as: string | undefined): TemplateNode {
    return as === undefined ? this.output(value) : this.set(as, value)
  }

  /** The node that shows a value. */
  output(value: TemplateNode): TemplateNode {
    return new this.nodes.Output(this.at.lineno, this.at.colno, [value])
  }

  /** The node that gives a variable its value. */
  set(name: string, value: TemplateNode): TemplateNode {
    return Object.assign(new this.nodes.Set(this.at.lineno, this.at.colno, [this.symbol(name)]), { value })
  }
}

/** A tag out of what reads it. */
export function tagOf(name: string, read: (reader: TagReader) => TemplateNode): TemplateTag {
  return { tags: [name], parse: (parser, nodes, lexer) => read(new TagReader(parser, nodes, lexer)) }
}
