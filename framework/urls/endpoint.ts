import { compilePieces, mergeLiterals, type Matcher, type Parameter, type Piece } from './pattern.ts'
import { REST } from './mount.ts'
import type { AnyView, RouteEntry } from './route.ts'

/** One view with the whole of its route: what a list of URLs comes down to, its includes unfolded. */
export interface Endpoint {
  /** Its place among all; the least that matches wins. */
  readonly order: number
  /** The whole route as it was written, such as `news/<int:year>/`. */
  readonly route: string
  readonly view: AnyView
  readonly name: string | undefined
  readonly namespaces: readonly string[]
  readonly isMount: boolean
  /** The whole route taken apart; of a `rePath()` only what stands before its expression. */
  readonly pieces: readonly Piece[]
  readonly regex: RegExp | undefined
  /** The parameters of the pieces, in their order. */
  readonly parameters: readonly Parameter[]
  /** The parameters of a path that this endpoint takes, or `undefined`. */
  match(path: string): Record<string, unknown> | undefined
}

/** What the includes around an entry bring. */
interface Prefix {
  readonly route: string
  readonly pieces: readonly Piece[]
  readonly namespaces: readonly string[]
}

const ROOT: Prefix = { route: '', pieces: [], namespaces: [] }

/** Unfold a list of URLs into its endpoints, in the order in which they are tried. */
export function flatten(entries: readonly RouteEntry[]): Endpoint[] {
  const endpoints: Endpoint[] = []
  const visit = (entry: RouteEntry, prefix: Prefix): void => {
    if (entry.kind !== 'include') return void endpoints.push(makeEndpoint(entry, prefix, endpoints.length))
    const inner: Prefix = {
      route: prefix.route + entry.route,
      pieces: [...prefix.pieces, ...entry.pieces],
      namespaces: entry.namespace === undefined ? prefix.namespaces : [...prefix.namespaces, entry.namespace],
    }
    for (const each of entry.entries) visit(each, inner)
  }
  for (const entry of entries) visit(entry, ROOT)
  return endpoints
}

function makeEndpoint(entry: Exclude<RouteEntry, { kind: 'include' }>, prefix: Prefix, order: number): Endpoint {
  const pieces = mergeLiterals(entry.kind === 'regex' ? prefix.pieces : [...prefix.pieces, ...entry.pieces])
  const parameters = pieces.filter((piece): piece is Parameter => typeof piece !== 'string')
  return {
    order,
    route: prefix.route + entry.route,
    view: entry.view,
    name: entry.kind === 'mount' ? undefined : entry.name,
    namespaces: prefix.namespaces,
    isMount: entry.kind === 'mount',
    pieces,
    regex: entry.kind === 'regex' ? entry.regex : undefined,
    parameters,
    match: entry.kind === 'view' ? wholeMatch(pieces, parameters) : beginMatch(entry, pieces, parameters),
  }
}

type Match = Endpoint['match']

function wholeMatch(pieces: readonly Piece[], parameters: readonly Parameter[]): Match {
  const matcher = compilePieces(pieces)
  if (parameters.length === 0) return (path) => (matcher(path) === undefined ? undefined : {})
  return (path) => valuesOf(matcher(path), parameters)
}

/** For a mount the rest of the path is a parameter, for a `rePath()` the expression looks at it. */
function beginMatch(
  entry: Exclude<RouteEntry, { kind: 'include' | 'view' }>,
  pieces: readonly Piece[],
  parameters: readonly Parameter[],
): Match {
  const begin = beginMatcher(pieces)
  return (path) => {
    const found = begin(path)
    const values = valuesOf(found?.texts, parameters)
    if (found === undefined || values === undefined) return undefined
    const rest = path.slice(found.length)
    if (entry.kind === 'mount') return { ...values, [REST]: rest }
    const groups = execute(entry.regex, rest)
    return groups === undefined ? undefined : { ...values, ...groups }
  }
}

/** The named groups that took part; an expression with the flag `g` or `y` would else remember where it was. */
function execute(regex: RegExp, text: string): Record<string, string> | undefined {
  regex.lastIndex = 0
  const match = regex.exec(text)
  if (match === null || match.index !== 0) return undefined
  return Object.fromEntries(Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined))
}

function beginMatcher(
  pieces: readonly Piece[],
): (path: string) => { texts: readonly string[]; length: number } | undefined {
  const [first, second] = pieces
  if (first === undefined) return () => ({ texts: [], length: 0 })
  if (typeof first === 'string' && second === undefined) {
    return (path) => (path.startsWith(first) ? { texts: [], length: first.length } : undefined)
  }
  const matcher: Matcher = compilePieces([...pieces, { name: REST, converter: ANYTHING }])
  return (path) => {
    const texts = matcher(path)
    const rest = texts?.at(-1)
    return texts === undefined || rest === undefined
      ? undefined
      : { texts: texts.slice(0, -1), length: path.length - rest.length }
  }
}

const ANYTHING = {
  name: 'anything',
  regex: '[^]*',
  whole: /^/,
  crossesSegments: true,
  toValue: (text: string) => text,
  toUrl: String,
}

/** Texts as values; a converter that throws says that the route does not match after all. */
function valuesOf(
  texts: readonly string[] | undefined,
  parameters: readonly Parameter[],
): Record<string, unknown> | undefined {
  if (texts === undefined) return undefined
  const values: Record<string, unknown> = {}
  try {
    for (const [index, { name, converter }] of parameters.entries())
      values[name] = converter.toValue(texts[index] as string)
  } catch {
    return undefined
  }
  return values
}
