import { type LibraryTokenizer, loadNunjucks, type Token } from './nunjucks.ts'

/** White space that tags leave behind is taken away, so that templates can be indented. */
const OPTIONS = { trimBlocks: true, lstripBlocks: true }

const EXPONENTIAL = /\d+(?:\.\d+)?e[+-]?\d+(?![\w.])/iy

let ourTokenizer: (new (source: string, options: object) => LibraryTokenizer) | undefined

/** The tokens of a template, one after the other. */
export function lex(source: string): LibraryTokenizer {
  return new (tokenizerClass())(source, OPTIONS)
}

/** The library's lexer, which takes runs of characters at once instead of one after the other. */
function tokenizerClass(): NonNullable<typeof ourTokenizer> {
  const { Tokenizer, lexer } = loadNunjucks()
  ourTokenizer ??= class TemplateTokenizer extends Tokenizer {
    /** A number with an exponent is one token. */
    override nextToken(): Token | null {
      EXPONENTIAL.lastIndex = this.index
      const number = this.in_code ? EXPONENTIAL.exec(this.str)?.[0] : undefined
      if (number === undefined) return super.nextToken()
      const { lineno, colno } = this
      this.forwardN(number.length)
      return { type: lexer.TOKEN_FLOAT, value: number, lineno, colno }
    }

    /** The characters from here on that are in a set, or that are not; `null` at the end. */
    override _extractMatching(breakOnMatch: boolean, characters: string): string | null {
      const start = this.index
      if (start >= this.len) return null
      let end = start
      while (end < this.len && characters.includes(this.str.charAt(end)) !== breakOnMatch) end++
      const text = this.str.slice(start, end)
      this.index = end
      const lastBreak = text.lastIndexOf('\n')
      if (lastBreak === -1) this.colno += text.length
      else {
        this.colno = text.length - lastBreak - 1
        for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.lineno++
      }
      return text
    }
  }
  return ourTokenizer
}
