import { closest } from '../utils/index.ts'
import { CompileFault, faultOf } from './compile-fault.ts'
import type { Token } from './nunjucks.ts'

/** How far a parser has come; lines and columns of its tokens count from 0. */
export interface Progress {
  /** The last token that was looked at. */
  readonly last: Token | undefined
  /** The last one when the parser found something wrong. */
  readonly failedAt: Token | undefined
  /** The `{{` or `{%` that was begun last. */
  readonly opening: Token | undefined
  /** The names of tags that are open, the innermost last. */
  readonly openTags: readonly Token[]
  /** True where another token was wanted, and there was none. */
  readonly isAtEnd: boolean
}

/** What the parser has thrown, as what is wrong with the template, where, and what to do. `tags` are those that there are. */
export function parseFault(error: unknown, source: string, progress: Progress, tags: readonly string[]): CompileFault {
  const { message, lineno, colno } = error as Error & { lineno?: number; colno?: number }
  const reason = message
    .replace(/\s*\[Line \d+, Column \d+\]/, '')
    .replace(/^\(.*?\)\s*/, '')
    .replace(/^parse\w+: /, '')
    .trim()
  if (reason === 'expected end of comment, got end of file') return openComment(source)
  if (progress.isAtEnd && lineno === undefined) return openBraces(progress)
  const last = progress.failedAt ?? progress.last
  const [line, column] = [(last?.lineno ?? 0) + 1, (last?.colno ?? 0) + 1]
  const [, tag] = /^unknown block tag: (.+)$/.exec(reason) ?? []
  if (tag !== undefined) return new CompileFault(unknownTag(tag, progress, tags), line, column)
  const said = ourReason(reason, progress)
  if (said !== undefined) return new CompileFault(said, line, column)
  // What our own parser and tags say stands as it is.
  if (lineno !== undefined) return new CompileFault(reason, lineno, colno)
  const fault = faultOf(error)
  if (fault !== undefined) return fault
  if (error instanceof SyntaxError) return new CompileFault(`${error.message}.`, line, column, error)
  return strange(error, progress)
}

/** What the library says, and what is said instead: `$last` is the token at which it failed, `$tag` the tag that is open. */
const REASONS: ReadonlyArray<readonly [theirs: RegExp, ours: string]> = [
  [/^unexpected token: /, '"$last" is not expected here: a value or an expression is.'],
  [/^expected variable end$/, '"$last" is not expected here: write an operator, a filter, or "}}".'],
  [
    /^expected block end in else statement$/,
    '"$last" is not expected in {% else %}: write {% elif condition %}, or "%}".',
  ],
  [/^expected block end in /, '"$last" is not expected in {% $tag %}: write "%}" to end the tag.'],
  [/^expected symbol, got /, '"$last" is not expected here: the name of a filter is.'],
  [/^expected name as lookup value, /, '"$last" is not expected here: the name of a member is.'],
  [/^expected comma after expression$/, '"$last" is not expected here: write a comma, or close the bracket.'],
  [/^expected colon after dict key$/, '"$last" is not expected here: write { key: value }.'],
  [/^expected arguments$/, 'Arguments in parentheses are expected here, as in {% macro name(a, b) %}.'],
  [/^variable name expected for loop$/, 'The name of a variable is expected here: write {% for item in list %}.'],
  [/^expected "in" keyword for loop$/, 'There is no "in": write {% for item in list %}.'],
  [/^variable name expected$/, 'The name of the block is expected, without quotes: write {% block name %}.'],
  [/^expected "as" keyword$/, 'There is no "as": write {% import "file.html" as name %}.'],
  [/^expected context after with\/without$/, 'Write "with context" or "without context".'],
  [/^expected import$/, 'There is no "import": write {% from "file.html" import name %}.'],
  [/^Expected at least one import name$/, 'There is no name: write {% from "file.html" import name %}.'],
  [/^expected comma$/, '"$last" is not expected here: write a comma between the names.'],
  [
    /^names starting with an underscore/,
    'A name that begins with "_" is private to its template: it cannot be imported.',
  ],
  [
    /^expected = or block end in set tag$/,
    '"$last" is not expected here: write {% set name = value %}, or {% set name %}.',
  ],
  [/^tag name expected$/, '"$last" is not expected here: the name of a tag is.'],
  [/^invalid index$/, 'Between the brackets an index is expected, or a slice: [0], [1:3], [::2].'],
]

/** What is written in other languages, and what in this one. */
const OPERATORS: Readonly<Record<string, string>> = {
  '=': 'To compare, write "==".',
  '&': 'Write "and".',
  '&&': 'Write "and".',
  '|': 'Write "or".',
  '||': 'Write "or".',
  '!': 'Write "not".',
  '?': 'Write "a if condition else b".',
}

function ourReason(reason: string, { failedAt, openTags }: Progress): string | undefined {
  const found = REASONS.find(([theirs]) => theirs.test(reason))
  if (found === undefined) return undefined
  const last = failedAt?.value ?? ''
  const ours = found[1].replace('$last', () => last).replace('$tag', () => openTags.at(-1)?.value ?? '')
  return Object.hasOwn(OPERATORS, last) ? `${ours} ${OPERATORS[last]}` : ours
}

function unknownTag(tag: string, { openTags }: Progress, tags: readonly string[]): string {
  const open = openTags.at(-2)
  if (/^(?:end\w*|else|elif|elseif|empty|case|default)$/.test(tag)) {
    const why =
      open === undefined
        ? 'no tag is open that it could belong to'
        : `{% ${open.value} %} of line ${open.lineno + 1} is still open`
    return `{% ${tag} %} cannot stand here: ${why}.`
  }
  const near = closest(tag, tags)
  return `There is no tag "${tag}".${near === undefined ? '' : ` Did you mean "${near}"?`}`
}

function openComment(source: string): CompileFault {
  const before = source.slice(0, source.indexOf('{#', source.lastIndexOf('#}') + 1)).split(/\r\n|\n/)
  return new CompileFault(
    'The comment that begins here has no end: write "#}".',
    before.length,
    (before.at(-1)?.length ?? 0) + 1,
  )
}

function openBraces({ opening }: Progress): CompileFault {
  const end = opening?.value.startsWith('{%') === true ? '%}' : '}}'
  const reason = `The template ends before "${opening?.value ?? '{{'}" does: is there a "${end}", a bracket or a quote missing?`
  return new CompileFault(reason, (opening?.lineno ?? 0) + 1, (opening?.colno ?? 0) + 1)
}

/** What the library's parser has stumbled over without a word of its own. */
function strange(error: unknown, { opening, openTags }: Progress): CompileFault {
  const tag = opening?.value.startsWith('{%') === true ? openTags.at(-1) : undefined
  const what = tag === undefined ? 'This expression' : `{% ${tag.value} %}`
  const at = tag ?? opening
  const reason = `${what} is not written as it must be.`
  return new CompileFault(reason, (at?.lineno ?? 0) + 1, (at?.colno ?? 0) + 1, error)
}
