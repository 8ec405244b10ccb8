import { inspect } from 'node:util'
import { escapeLeadingSlashes } from '../http/index.ts'
import { closest } from '../utils/index.ts'
import type { Urls } from './conf.ts'
import type { Endpoint } from './endpoint.ts'
import { getScriptPrefix } from './prefix.ts'
import { getResolver } from './resolver.ts'
import type { ReverseArgs, ReverseOptions, RouteName } from './types.ts'
import { misfit, waysOf } from './ways.ts'

/** No route has this name and these parameters. */
export class NoReverseMatch extends Error {
  override readonly name = 'NoReverseMatch'
}

/** Options of `reverseUntyped`. */
export interface UntypedReverseOptions extends ReverseOptions {
  /** Another list of URLs than the project's. */
  readonly urls?: Urls<unknown> | undefined
}

/**
 * The URL of a named route, with the prefix under which the site is mounted. Names and parameters are checked by the
 * compiler, once the project's `RouteMap` is filled. Throws `NoReverseMatch`, for a value that the route does not take.
 *
 * A view that calls it needs an annotated return type: the table of routes is inferred from the views.
 *
 * @example
 * reverse('news:article', { year: 2026, slug: 'first-light' }, { query: { page: 2 }, fragment: 'comments' })
 */
export function reverse<N extends RouteName>(name: N, ...args: ReverseArgs<N>): string {
  const [params, options] = args as [Readonly<Record<string, unknown>>?, ReverseOptions?]
  return reverseUntyped(name, params, options)
}

/**
 * A URL that is worked out when somebody takes it for a string, for what is written before the project's URLs are known
 * (Django's `reverse_lazy`).
 *
 * @example
 * static successUrl = reverseLazy('news:index')
 */
export function reverseLazy<N extends RouteName>(name: N, ...args: ReverseArgs<N>): LazyUrl {
  return new LazyUrl(() => reverse(name, ...args))
}

/** See `reverseLazy`. */
export class LazyUrl {
  readonly #reverse: () => string

  constructor(reverseNow: () => string) {
    this.#reverse = reverseNow
  }

  /** The URL. Throws `NoReverseMatch`. */
  toString(): string {
    return this.#reverse()
  }

  /** The URL, as `toString` gives it. */
  toJSON(): string {
    return this.#reverse()
  }
}

/** As `reverse`, for names that are known only at run time, as in templates. */
export function reverseUntyped(
  name: string,
  params: Readonly<Record<string, unknown>> = {},
  options: UntypedReverseOptions = {},
): string {
  const resolver = getResolver(options.urls)
  const { byName } = resolver
  const endpoints = byName.get(resolver.instanceName(name, options.currentApp))
  if (endpoints === undefined) throw unknownName(name, byName.keys())
  const given = definedNames(params)
  const reasons: string[] = []
  for (const endpoint of endpoints) {
    const result = build(endpoint, params, given)
    if (typeof result === 'string') return escapeLeadingSlashes(quote(getScriptPrefix() + result)) + suffix(options)
    reasons.push(`"${endpoint.route}" ${result.reason}`)
  }
  throw new NoReverseMatch(`The route "${name}" cannot be reversed: ${reasons.join('; ')}.`)
}

function definedNames(params: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(params).filter((name) => params[name] !== undefined)
}

type Result = string | { readonly reason: string }

/** The path of an endpoint, or why it has none for these parameters. */
function build(endpoint: Endpoint, params: Readonly<Record<string, unknown>>, given: readonly string[]): Result {
  const ways = waysOf(endpoint)
  if ('reason' in ways) return ways
  const { args = {} } = endpoint
  const other = given.find((name) => Object.hasOwn(args, name) && !Object.is(args[name], params[name]))
  if (other !== undefined) return { reason: `has ${shown(args[other])} for "${other}", not ${shown(params[other])}` }
  const reasons = ways.map((way) => misfit(endpoint, way, given))
  const fitting = ways[reasons.indexOf(undefined)]
  if (fitting === undefined) return { reason: reasons[0] as string }
  let path = ''
  for (const piece of endpoint.pieces) {
    if (typeof piece === 'string') path += piece
    else {
      const text = textOf(piece.converter, params[piece.name])
      if (text === undefined) {
        return { reason: `does not take ${shown(params[piece.name])} for "${piece.name}" (${piece.converter.name})` }
      }
      path += text
    }
  }
  const end = fitting.build(params)
  return typeof end === 'string' ? path + end : end
}

function textOf(
  converter: { toUrl(value: unknown): string; readonly whole: RegExp },
  value: unknown,
): string | undefined {
  try {
    const text = converter.toUrl(value)
    return converter.whole.test(text) ? text : undefined
  } catch {
    return undefined
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 0 })
}

/** As Django: what RFC 3986 lets stand in a path, and the rest encoded. */
function quote(path: string): string {
  return path.toWellFormed().replace(/[^A-Za-z0-9\-._~/:@!$&'()*+,;=]+/g, encodeURIComponent)
}

function suffix({ query, fragment }: ReverseOptions): string {
  const search = query === undefined ? '' : new URLSearchParams(pairsOf(query)).toString()
  const start = search === '' ? '' : `?${search}`
  return fragment === undefined ? start : `${start}#${encodeURIComponent(fragment.toWellFormed())}`
}

function pairsOf(query: NonNullable<ReverseOptions['query']>): Array<[string, string]> {
  if (Symbol.iterator in query)
    return [...(query as Iterable<readonly [string, string]>)].map(([name, value]) => [name, value])
  return Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each): [string, string] => [name, String(each)]),
  )
}

function unknownName(name: string, names: Iterable<string>): NoReverseMatch {
  const known = [...names]
  const near = closest(name, known) ?? known.find((each) => each.endsWith(`:${name}`))
  const help = near === undefined ? 'Is it in urlpatterns(), with a name?' : `Did you mean "${near}"?`
  return new NoReverseMatch(`No route is named "${name}". ${help}`)
}
