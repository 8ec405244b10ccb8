/** A text, or a named group with the expression of its text. */
type Part = string | { readonly name: string; readonly whole: RegExp }

/** One way in which a regular expression can be written as a path. */
export interface Way {
  /** The names that this way needs. */
  readonly names: readonly string[]
  /** The path of the values, or why they have none. */
  build(params: Readonly<Record<string, unknown>>): string | { readonly reason: string }
}

const PLAIN = String.raw`[A-Za-z0-9/_~%:@!,;='& -]`
const ESCAPED = String.raw`\\([./\\\-_+*?()[\]{}|^$])`
const BODY = String.raw`(?:[^()[\\]|\\.|\[(?:[^\]\\]|\\.)*\])*`

/** One literal character. */
const LITERAL = new RegExp(`${ESCAPED}|(${PLAIN})`, 'y')
/** A named group without groups inside, a group that may be left out or not, or a literal character that may. */
const TERM = new RegExp(
  `\\(\\?<(\\w+)>(${BODY})\\)|\\(\\?:(${BODY}(?:\\(\\?<\\w+>${BODY}\\)${BODY})*)\\)|${ESCAPED}|(${PLAIN})`,
  'y',
)

/** An optional group doubles the ways, and nobody means this many. */
const MAX_WAYS = 64

/**
 * Read the expression of a `rePath()` backwards, if it is literal text, named groups, and optional parts, between `^`
 * and `$`; else say why not. What is optional is left out, unless its parameters are given.
 */
export function reverseRegex(regex: RegExp): readonly Way[] | { readonly reason: string } {
  const source = regex.source.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')
  const ways = waysOf(source, regex.flags.replace(/[gy]/g, ''))
  if (ways === undefined) return { reason: 'is a regular expression too involved to be reversed: use path()' }
  return ways.map((parts) => ({
    names: namesOf(parts),
    build: (params) => join(parts, params),
  }))
}

function waysOf(source: string, flags: string): Part[][] | undefined {
  let ways: Part[][] = [[]]
  for (let at = 0; at < source.length && ways.length <= MAX_WAYS; ) {
    TERM.lastIndex = at
    const match = TERM.exec(source)
    if (match === null) return undefined
    at = TERM.lastIndex
    const inner = waysOfTerm(match, flags)
    if (inner === undefined) return undefined
    const optional = source[at] === '?'
    if (optional) at++
    const choices = !optional ? inner : [[], ...inner.filter((parts) => namesOf(parts).length > 0)]
    ways = ways.flatMap((before) => choices.map((choice) => [...before, ...choice]))
  }
  return ways.length > MAX_WAYS ? undefined : ways
}

function waysOfTerm(
  [, name, body = '', group, escaped, literal]: RegExpExecArray,
  flags: string,
): Part[][] | undefined {
  if (name !== undefined) return [[{ name, whole: new RegExp(`^(?:${body})$`, flags) }]]
  if (group !== undefined) return waysOf(group, flags)
  return [[(escaped ?? literal) as string]]
}

function namesOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name]))
}

function join(parts: readonly Part[], params: Readonly<Record<string, unknown>>): string | { readonly reason: string } {
  let path = ''
  for (const part of parts) {
    if (typeof part === 'string') path += part
    else {
      const text = String(params[part.name])
      if (!part.whole.test(text)) return { reason: `does not take ${JSON.stringify(text)} for "${part.name}"` }
      path += text
    }
  }
  return path
}

/** The text with which everything begins that an expression matches, as far as it is easy to see. */
export function literalStart({ source, flags }: RegExp): string {
  if (/[imv]/.test(flags) || hasAlternatives(source)) return ''
  let start = ''
  for (LITERAL.lastIndex = source.startsWith('^') ? 1 : 0; ; ) {
    const match = LITERAL.exec(source)
    if (match === null || /[?*+{]/.test(source[LITERAL.lastIndex] ?? '')) return start
    start += match[1] ?? match[2]
  }
}

/** True where a `|` stands outside all groups. */
function hasAlternatives(source: string): boolean {
  let depth = 0
  for (const [token] of source.matchAll(/\\[^]|\[(?:[^\]\\]|\\[^])*\]|[()|]/g)) {
    if (token === '(') depth++
    else if (token === ')') depth--
    else if (token === '|' && depth === 0) return true
  }
  return false
}
