import { lex } from './lexer.ts'
import { sliceNode, withNode } from './nodes.ts'
import { type LibraryParser, loadNunjucks, type OpenNode, type TemplateNode, type Token } from './nunjucks.ts'
import { parseFault, type Progress } from './parse-fault.ts'
import type { TemplateTag } from './types.ts'

export type { TemplateTag }

/** Tags of the library's own parser. */
const OWN_TAGS = ['block', 'call', 'extends', 'for', 'from', 'if', 'import', 'include', 'macro', 'raw', 'set', 'switch']

/** The nodes of a template. Throws `CompileFault`. */
export function parseTemplate(source: string, tags: readonly TemplateTag[]): TemplateNode {
  const parser = new (parserClass())(lex(source))
  parser.extensions = tags
  try {
    return parser.parseAsRoot()
  } catch (error) {
    throw parseFault(error, source, parser, [...OWN_TAGS, ...tags.flatMap((tag) => tag.tags)])
  }
}

/** Constants as Django writes them. */
const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['True', true],
  ['False', false],
  ['None', null],
])

/** `left operator right`. */
function compareNode(expr: TemplateNode, type: string, right: TemplateNode): TemplateNode {
  const { lineno, colno } = expr
  const operand = { lineno, colno, typename: 'CompareOperand', fields: ['expr', 'type'], expr: right, type }
  return { lineno, colno, typename: 'Compare', fields: ['expr', 'ops'], expr, ops: [operand] }
}

/** True for the `none` of `is none`, which is a test; `None` is a constant. */
function isTestOfNull(node: TemplateNode): boolean {
  return node['value'] === null && node['text'] === undefined
}

let ourParser: (new (tokens: LibraryParser['tokens']) => LibraryParser & Progress) | undefined

/** The library's parser with Django's manners beside Jinja's. */
function parserClass(): NonNullable<typeof ourParser> {
  const { Parser, lexer, nodes } = loadNunjucks()
  ourParser ??= class TemplateParser extends Parser implements Progress {
    last: Token | undefined
    failedAt: Token | undefined
    opening: Token | undefined
    isAtEnd = false
    readonly openTags: Token[] = []

    override nextToken(withWhitespace?: boolean): Token | null {
      const token = super.nextToken(withWhitespace)
      this.isAtEnd = token === null
      if (token !== null) this.last = token
      if (token?.type === lexer.TOKEN_BLOCK_START || token?.type === lexer.TOKEN_VARIABLE_START) this.opening = token
      return token
    }

    override error(message: string, line?: number, column?: number): Error {
      // The library looks at the next token meanwhile.
      this.failedAt = this.last
      return super.error(message, line, column)
    }

    /** A tag of a library comes before one of the same name that is built in. */
    override parseStatement(): TemplateNode | null {
      const token = this.peekToken()
      if (this.breakOnBlocks?.includes(token.value)) return super.parseStatement()
      this.openTags.push(token)
      const tag = (this.extensions as readonly TemplateTag[]).find(({ tags }) => tags.includes(token.value))
      const node = tag === undefined ? super.parseStatement() : tag.parse(this, nodes, lexer)
      this.openTags.pop()
      return node && placed(node, token)
    }

    /** `for … empty` is `for … else`. */
    override parseUntilBlocks(...names: string[]): OpenNode {
      const isLoop = names[0] === 'endfor' && names[1] === 'else'
      const body = super.parseUntilBlocks(...names, ...(isLoop ? ['empty'] : []))
      const next = this.peekToken() as Token | null
      if (next === null) this.#failOpen(names)
      if (isLoop && next.value === 'empty') this.pushToken({ ...(this.nextToken() as Token), value: 'else' })
      return body
    }

    /** The template ends in the body of a tag. */
    #failOpen(ends: readonly string[]): never {
      const { value, lineno, colno } = this.openTags.at(-1) as Token
      const end = ends.find((name) => name.startsWith('end')) ?? `end${value}`
      return this.fail(`{% ${value} %} of line ${lineno + 1} has no end: write {% ${end} %}.`, lineno, colno)
    }

    /** The library takes a `raw` without an end for an empty one. */
    override parseRaw(): TemplateNode {
      if (!/\{%\s*endraw\s*%\}/.test(this.tokens.currentStr())) this.#failOpen(['endraw'])
      return super.parseRaw()
    }

    /** `for item in list`, and Django's `reversed` after it. */
    override parseFor(): TemplateNode {
      const tag = this.openTags.at(-1) as Token
      return Object.assign(super.parseFor(), { isReversed: this.#reversed.has(tag) })
    }

    readonly #reversed = new WeakSet<Token>()

    override advanceAfterBlockEnd(name?: string): Token {
      if (name === 'for' && this.skipSymbol('reversed')) this.#reversed.add(this.openTags.at(-1) as Token)
      return super.advanceAfterBlockEnd(name)
    }

    /** `include name with a=1 b=2 only`, and nunjucks' `ignore missing` before or after. */
    override parseInclude(): TemplateNode {
      const at = this.peekToken()
      this.nextToken()
      const template = this.parseExpression()
      let ignoreMissing = this.#skipIgnoreMissing()
      const pairs = this.skipSymbol('with') ? this.#parsePairs() : []
      const only = this.skipSymbol('only')
      ignoreMissing ||= this.#skipIgnoreMissing()
      this.advanceAfterBlockEnd('include')
      const node = new nodes.Include(at.lineno, at.colno, template, ignoreMissing)
      return pairs.length === 0 && !only ? node : withNode(at, pairs, node, only)
    }

    #skipIgnoreMissing(): boolean {
      return (
        this.skipSymbol('ignore') && (this.skipSymbol('missing') || this.fail('"missing" is expected after "ignore".'))
      )
    }

    #parsePairs(): Array<[name: string, value: TemplateNode]> {
      const pairs: Array<[string, TemplateNode]> = []
      for (;;) {
        const { type, value } = this.peekToken()
        if (pairs.length > 0 && (type !== lexer.TOKEN_SYMBOL || value === 'only' || value === 'ignore')) return pairs
        const name = this.parsePrimary(true)['value'] as string
        if (!this.skipValue(lexer.TOKEN_OPERATOR, '=')) this.fail(`"=" and a value are expected after "${name}".`)
        pairs.push([name, this.parseExpression()])
        this.skip(lexer.TOKEN_COMMA)
      }
    }

    /** Arguments of a filter, in nunjucks' parentheses or after Django's colon. */
    override parseFilterArgs(node: TemplateNode): TemplateNode[] {
      if (this.#sliceDepth === 0 && this.skip(lexer.TOKEN_COLON)) return [this.parseUnary(true)]
      return super.parseFilterArgs(node)
    }

    #sliceDepth = 0

    /** Django's `True`, `False` and `None`, and numbers as it writes them. */
    override parsePrimary(noPostfix?: boolean): TemplateNode {
      const token = this.peekToken() as Token | null
      if (token?.type === lexer.TOKEN_SYMBOL && CONSTANTS.has(token.value)) {
        this.nextToken()
        return this.#literal(token, CONSTANTS.get(token.value))
      }
      if (token?.type === lexer.TOKEN_FLOAT && !/\d$/.test(token.value)) this.fail(`"${token.value}" is no number.`)
      if (token?.type === lexer.TOKEN_OPERATOR && token.value === '.') return this.#parseFraction()
      return super.parsePrimary(noPostfix)
    }

    /** `.5` */
    #parseFraction(): TemplateNode {
      const dot = this.nextToken() as Token
      const digits = this.nextToken(true)
      const number = digits?.type === lexer.TOKEN_INT || digits?.type === lexer.TOKEN_FLOAT ? digits.value : ''
      if (!/^\d+(?:e[+-]?\d+)?$/i.test(number)) this.fail('unexpected token: .')
      return this.#literal(dot, Number(`.${number}`))
    }

    #literal({ lineno, colno, value }: Token, constant: unknown): TemplateNode {
      return Object.assign(new nodes.Literal(lineno, colno, constant), { text: value })
    }

    /** `not in` is one operator: of what nothing can be in it is as false as `in`. */
    override parseIn(): TemplateNode {
      const node = super.parseIn()
      const inner = node.typename === 'Not' ? (node['target'] as TemplateNode) : undefined
      return inner?.typename === 'In' ? Object.assign(inner, { isNegated: true }) : node
    }

    /** After `is` stands a test, or, as in Django, a constant. */
    override parseIs(): TemplateNode {
      const node = super.parseIs()
      const isNegated = node.typename === 'Not'
      const is = isNegated ? (node['target'] as TemplateNode) : node
      const right = is['right'] as TemplateNode
      if (is.typename !== 'Is' || right.typename !== 'Literal' || isTestOfNull(right)) return node
      const operator = right['value'] === null ? '==' : '==='
      return compareNode(is['left'] as TemplateNode, isNegated ? operator.replace('=', '!') : operator, right)
    }

    /** After a value: calls, members and slices. */
    override parsePostfix(value: TemplateNode): TemplateNode {
      let node = value
      for (;;) {
        const token = this.peekToken()
        if (token?.type === lexer.TOKEN_LEFT_PAREN) {
          node = new nodes.FunCall(token.lineno, token.colno, node, this.parseSignature())
        } else if (token?.type === lexer.TOKEN_LEFT_BRACKET) node = this.#parseIndex(node)
        else if (token?.type === lexer.TOKEN_OPERATOR && token.value === '.') node = this.#parseMember(node)
        else return node
      }
    }

    /** `.name`, and Django's `.0`, which the lexer takes for a number with what may follow it. */
    #parseMember(target: TemplateNode): TemplateNode {
      const dot = this.nextToken() as Token
      const { type, value, lineno, colno } =
        this.nextToken() ?? this.fail('The name of a member is expected after ".".')
      const numbers = /^\d+(?:\.\d*)?$/.test(value) && (type === lexer.TOKEN_INT || type === lexer.TOKEN_FLOAT)
      if (!numbers && type !== lexer.TOKEN_SYMBOL && !/^\w+$/.test(value)) {
        this.fail(`expected name as lookup value, got ${value}`, lineno, colno)
      }
      if (!numbers) return new nodes.LookupVal(dot.lineno, dot.colno, target, new nodes.Literal(lineno, colno, value))
      const [first, second] = value.split('.') as [string, string?]
      const item = new nodes.LookupVal(dot.lineno, dot.colno, target, new nodes.Literal(lineno, colno, Number(first)))
      if (second === '') {
        const name = this.nextToken() ?? this.fail('The name of a member is expected after ".".')
        return new nodes.LookupVal(lineno, colno, item, new nodes.Literal(name.lineno, name.colno, name.value))
      }
      if (second === undefined) return item
      return new nodes.LookupVal(lineno, colno, item, new nodes.Literal(lineno, colno, Number(second)))
    }

    /** `[index]` or `[start:stop:step]`. */
    #parseIndex(target: TemplateNode): TemplateNode {
      const bracket = this.nextToken() as Token
      const parts: Array<TemplateNode | undefined> = [undefined]
      this.#sliceDepth++
      while (!this.skip(lexer.TOKEN_RIGHT_BRACKET)) {
        if (this.skip(lexer.TOKEN_COLON)) parts.push(undefined)
        else if (parts.at(-1) !== undefined) this.fail('invalid index', bracket.lineno, bracket.colno)
        else parts[parts.length - 1] = this.parseExpression()
      }
      this.#sliceDepth--
      const [index] = parts
      if (parts.length > 3 || (parts.length === 1 && index === undefined)) {
        this.fail('invalid index', bracket.lineno, bracket.colno)
      }
      if (parts.length > 1) return sliceNode(bracket, target, parts)
      return new nodes.LookupVal(bracket.lineno, bracket.colno, target, index)
    }
  }
  return ourParser
}

/** A tag's node has the place of the tag, where it has none of its own. */
function placed(node: TemplateNode, { lineno, colno }: Token): TemplateNode {
  if (node.lineno === undefined) Object.assign(node, { lineno, colno })
  return node
}
