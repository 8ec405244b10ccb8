import { compilePieces } from './matcher.ts'
import { REST } from './mount.ts'
import { type Matcher, mergeLiterals, type Parameter, type Piece } from './pattern.ts'
import { literalStart } from './regex.ts'
import type { AnyView, RouteArguments, RouteEntry } from './route.ts'

/** One view with the whole of its route: what a list of URLs comes down to, its includes unfolded. */
export interface Endpoint {
  /** Its place among all; the least that matches wins. */
  readonly order: number
  /** The whole route as it was written, such as `news/<int:year>/`. */
  readonly route: string
  readonly view: AnyView
  readonly name: string | undefined
  readonly namespaces: readonly string[]
  /** The namespaces joined with `:`. */
  readonly namespace: string
  /** The includes with a namespace around it, each with the name of its app or an empty one, from the outermost on. */
  readonly apps: ReadonlyArray<{ readonly appName: string; readonly namespace: string }>
  /** The names of those that have one. */
  readonly appNames: readonly string[]
  /** Those names joined with `:`. */
  readonly appName: string
  /** The name with its namespaces; `undefined` where there is no name. */
  readonly fullName: string | undefined
  readonly isMount: boolean
  /** What the view gets besides, or in place of, the parameters of the path; `undefined` for nothing. */
  readonly args: RouteArguments | undefined
  /** The whole route taken apart; of a `rePath()` only what stands before its expression. */
  readonly pieces: readonly Piece[]
  readonly regex: RegExp | undefined
  /** The parameters of the pieces, in their order. */
  readonly parameters: readonly Parameter[]
  /** What every path begins with that it takes; the whole of it, if the route is not `open`. */
  readonly shape: readonly Piece[]
  /** True where more may follow the shape. */
  readonly open: boolean
  /** The parameters of a path that this endpoint takes, read from a position on, or `undefined`. */
  match(path: string, start: number): Record<string, unknown> | undefined
}

/** What the includes around an entry bring. */
interface Prefix {
  readonly route: string
  readonly pieces: readonly Piece[]
  readonly apps: Endpoint['apps']
  readonly args: RouteArguments
}

const ROOT: Prefix = { route: '', pieces: [], apps: [], args: {} }

/** Unfold a list of URLs into its endpoints, in the order in which they are tried. */
export function flatten(entries: readonly RouteEntry[]): Endpoint[] {
  const endpoints: Endpoint[] = []
  const visit = (entry: RouteEntry, prefix: Prefix): void => {
    if (entry.kind !== 'include') return void endpoints.push(makeEndpoint(entry, prefix, endpoints.length))
    const inner: Prefix = {
      route: prefix.route + entry.route,
      pieces: [...prefix.pieces, ...entry.pieces],
      apps: appsOf(entry, prefix),
      args: argsOf(entry.pieces, prefix, entry.args),
    }
    for (const each of entry.entries) visit(each, inner)
  }
  for (const entry of entries) visit(entry, ROOT)
  return endpoints
}

function appsOf(
  { namespace, appName = '' }: Extract<RouteEntry, { kind: 'include' }>,
  { apps }: Prefix,
): Endpoint['apps'] {
  return namespace === undefined ? apps : [...apps, { appName, namespace }]
}

/** What is nearer to the view comes before what is around it: an argument before a parameter, both before those further out. */
function argsOf(pieces: readonly Piece[], { args }: Prefix, own: RouteArguments): RouteArguments {
  const captured = new Set(pieces.map((piece) => (typeof piece === 'string' ? undefined : piece.name)))
  return { ...Object.fromEntries(Object.entries(args).filter(([name]) => !captured.has(name))), ...own }
}

type ViewEntry = Exclude<RouteEntry, { kind: 'include' }>

function makeEndpoint(entry: ViewEntry, prefix: Prefix, order: number): Endpoint {
  const pieces = mergeLiterals(entry.kind === 'regex' ? prefix.pieces : [...prefix.pieces, ...entry.pieces])
  const parameters = pieces.filter((piece): piece is Parameter => typeof piece !== 'string')
  const name = entry.kind === 'mount' ? undefined : entry.name
  const args = entry.kind === 'mount' ? {} : argsOf(entry.kind === 'view' ? entry.pieces : [], prefix, entry.args)
  const namespaces = prefix.apps.map(({ namespace }) => namespace)
  const appNames = prefix.apps.map(({ appName }) => appName).filter((appName) => appName !== '')
  return {
    order,
    route: prefix.route + entry.route,
    view: entry.view,
    name,
    namespaces,
    namespace: namespaces.join(':'),
    apps: prefix.apps,
    appNames,
    appName: appNames.join(':'),
    fullName: name === undefined ? undefined : [...namespaces, name].join(':'),
    isMount: entry.kind === 'mount',
    args: Object.keys(args).length === 0 ? undefined : args,
    pieces,
    regex: entry.kind === 'regex' ? entry.regex : undefined,
    parameters,
    shape: entry.kind === 'regex' ? mergeLiterals([...pieces, literalStart(entry.regex)]) : pieces,
    open: entry.kind !== 'view',
    match: matchFor(entry, compilePieces(pieces, entry.kind !== 'view')),
  }
}

/** For a mount the rest of the path is a parameter, for a `rePath()` the expression looks at it. */
function matchFor(entry: ViewEntry, matcher: Matcher): Endpoint['match'] {
  return (path, start) => {
    const values: Record<string, unknown> = {}
    const end = matcher(path, start, values)
    if (end === -1) return undefined
    if (entry.kind === 'view') return values
    const rest = path.slice(end)
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
