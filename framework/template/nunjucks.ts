import { createRequire } from 'node:module'

export type Callable = (this: unknown, ...args: unknown[]) => unknown

/** A node of a parsed template; lines and columns count from 0. */
export interface TemplateNode {
  readonly lineno: number
  readonly colno: number
  readonly typename: string
  readonly fields: readonly string[]
  readonly [field: string]: unknown
}

/** A piece of a template, as the library's lexer cuts it. */
export interface Token {
  readonly type: string
  readonly value: string
  readonly lineno: number
  readonly colno: number
}

/** A node in the making. */
export type OpenNode = { -readonly [K in keyof TemplateNode]: TemplateNode[K] } & { addChild(node: TemplateNode): void }

export type NodeClass = new (lineno?: unknown, colno?: unknown, ...values: unknown[]) => OpenNode

/** The library's parser, as far as ours and tags use it. */
export interface LibraryParser {
  extensions: readonly unknown[]
  breakOnBlocks: readonly string[] | null
  readonly tokens: LibraryTokenizer
  advanceAfterBlockEnd(name?: string): Token
  expect(type: string): Token
  error(message: string, line?: number, column?: number): Error
  fail(message: string, line?: number, column?: number): never
  nextToken(withWhitespace?: boolean): Token | null
  parseAggregate(): OpenNode
  parseAsRoot(): TemplateNode
  parseExpression(): TemplateNode
  parseFilter(node: TemplateNode): TemplateNode
  parseFilterArgs(node: TemplateNode): TemplateNode[]
  parseFilterName(): TemplateNode
  parseIn(): TemplateNode
  parseIs(): TemplateNode
  parseFor(): TemplateNode
  parseInclude(): TemplateNode
  parsePostfix(node: TemplateNode): TemplateNode
  parsePrimary(noPostfix?: boolean): TemplateNode
  parseRaw(): TemplateNode
  parseSignature(tolerant?: boolean | null, noParens?: boolean): OpenNode
  parseStatement(): TemplateNode | null
  parseUnary(noFilters?: boolean): TemplateNode
  parseUntilBlocks(...names: string[]): OpenNode
  peekToken(): Token
  pushToken(token: Token | null): void
  skip(type: string): boolean
  skipSymbol(name: string): boolean
  skipValue(type: string, value: string): boolean
}

type TokenKind =
  | 'BLOCK_END'
  | 'BLOCK_START'
  | 'COLON'
  | 'COMMA'
  | 'FLOAT'
  | 'INT'
  | 'LEFT_BRACKET'
  | 'LEFT_PAREN'
  | 'OPERATOR'
  | 'PIPE'
  | 'RIGHT_BRACKET'
  | 'RIGHT_PAREN'
  | 'STRING'
  | 'SYMBOL'
  | 'VARIABLE_START'

/** The library's names of the kinds of tokens. */
export type Lexer = Readonly<Record<`TOKEN_${TokenKind}`, string>>

/** What cuts a template into tokens: where it has come to, lines and columns counted from 0. */
export interface LibraryTokenizer {
  readonly str: string
  readonly len: number
  /** True inside of braces. */
  readonly in_code: boolean
  index: number
  lineno: number
  colno: number
  currentStr(): string
  forwardN(count: number): void
  nextToken(): Token | null
  _extractMatching(breakOnMatch: boolean, characters: string): string | null
}

/** The library's classes of nodes. */
export type NodeClasses = Readonly<
  Record<
    | 'Array'
    | 'Capture'
    | 'CallExtension'
    | 'For'
    | 'FunCall'
    | 'Filter'
    | 'If'
    | 'Include'
    | 'KeywordArgs'
    | 'Literal'
    | 'LookupVal'
    | 'NodeList'
    | 'Output'
    | 'Pair'
    | 'Set'
    | 'Symbol'
    | 'TemplateData',
    NodeClass
  >
>

/** What we take of nunjucks: its parser, its safe strings, and its filters, tests and globals. */
interface Nunjucks {
  readonly Parser: new (tokens: LibraryParser['tokens']) => LibraryParser
  readonly lexer: Lexer
  readonly Tokenizer: new (source: string, options: object) => LibraryTokenizer
  readonly nodes: NodeClasses
  readonly SafeString: new (text: string) => { toString(): string; readonly length: number }
  readonly filters: Readonly<Record<string, unknown>>
  readonly tests: Readonly<Record<string, unknown>>
  readonly globals: () => Readonly<Record<string, unknown>>
}

let loaded: Nunjucks | undefined

/** The library, loaded at its first use: a program without templates does not pay for it. */
export function loadNunjucks(): Nunjucks {
  if (loaded === undefined) {
    const require = createRequire(import.meta.url)
    const { Parser } = require('nunjucks/src/parser') as Nunjucks
    const { SafeString } = require('nunjucks/src/runtime') as Nunjucks
    const lexer = require('nunjucks/src/lexer') as Lexer & { lex(source: string): LibraryTokenizer }
    loaded = {
      Parser,
      SafeString,
      lexer,
      Tokenizer: lexer.lex('').constructor as Nunjucks['Tokenizer'],
      nodes: require('nunjucks/src/nodes') as NodeClasses,
      filters: require('nunjucks/src/filters') as Nunjucks['filters'],
      tests: require('nunjucks/src/tests') as Nunjucks['tests'],
      globals: require('nunjucks/src/globals') as Nunjucks['globals'],
    }
  }
  return loaded
}
