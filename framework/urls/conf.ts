import type { Application } from '../gateway/index.ts'
import { ImproperlyConfigured } from '../exceptions.ts'
import { mountView } from './mount.ts'
import { parseRoute, type Piece } from './pattern.ts'
import type { AnyView, RouteEntry } from './route.ts'
import type { Flat, ParamsOf, View } from './types.ts'

/** One entry of a list of URLs; `R` holds the names and parameters that it brings. */
export interface Route<R> {
  readonly entry: RouteEntry
  /** Of the types only. */
  readonly routes?: R
}

/** A list of URLs, in the order in which they are tried. */
export interface Urls<R> {
  readonly entries: readonly RouteEntry[]
  /** Of the types only. */
  readonly map?: R
}

/** The names of a list of URLs, with their parameters: what a project's `RouteMap` extends. */
export type RoutesOf<U> = U extends Urls<infer R> ? R : never

/** Any route, whatever names it brings. */
// Only `any` lets a tuple of routes of all types be inferred.
// oxlint-disable-next-line typescript/no-explicit-any
type AnyRoute = Route<any>

/** Each name of a route with its parameters, as a union: a list of hundreds is no deeper than one of two. */
type Pairs<T extends AnyRoute> = T extends Route<infer R> ? { [K in keyof R]: readonly [K, R[K]] }[keyof R] : never

/** The names of all routes; one that comes more than once takes the parameters of any of them. */
type Merge<T extends AnyRoute> = { [P in Pairs<T> as P[0] & PropertyKey]: P[1] }

/**
 * A route: a string with parameters in angle brackets, the view that gets them, and a name for `reverse()`.
 *
 * `<int:year>` takes digits and gives a number; `<name>` takes anything up to the next `/`. The route does not begin
 * with a slash. Throws `ImproperlyConfigured` for a string that cannot be used.
 *
 * @example
 * path('articles/<int:year>/<slug:slug>/', article, 'article')
 */
export function path<const P extends string, const N extends string = never>(
  route: P,
  view: View<Flat<ParamsOf<P>>>,
  name?: N,
): Route<{ [K in N]: Flat<ParamsOf<P>> }> {
  const pieces = parseRoute(route)
  return { entry: { kind: 'view', route, pieces, view: checkedView(view, route), name } }
}

/**
 * A route by a regular expression, whose named groups are the parameters, as strings. Use `path()` where it suffices:
 * an expression that can match a text in many ways can be made slow by a client.
 *
 * @example
 * rePath(/^archive\/(?<year>[0-9]{4})\/$/, archive, 'archive')
 */
export function rePath<const N extends string = never>(
  regex: RegExp,
  view: View<Record<string, string>>,
  name?: N,
): Route<{ [K in N]: Record<string, string> }> {
  return { entry: { kind: 'regex', route: String(regex), regex, view: checkedView(view, String(regex)), name } }
}

/** How a list is included, besides its prefix and namespace. */
export interface IncludeOptions {
  /**
   * The name of the app that the list belongs to, where it is included several times under namespaces of their own. By
   * it the instance is found that is meant: that of `currentApp`, else the one whose namespace is that name, else the last.
   */
  readonly appName?: string | undefined
}

/**
 * The routes of another list under a prefix, whose parameters they get too. With a namespace their names begin with
 * it: `'news:article'`.
 *
 * @example
 * include('news/', newsUrls, 'news')
 */
export function include<const P extends string, R, const NS extends string = never>(
  route: P,
  urls: Urls<R>,
  namespace?: NS,
  { appName }: IncludeOptions = {},
): Route<{ [K in keyof R & string as [NS] extends [never] ? K : `${NS}:${K}`]: Flat<ParamsOf<P> & R[K]> }> {
  const pieces: Piece[] = parseRoute(route)
  if (!Array.isArray(urls?.entries)) {
    throw new ImproperlyConfigured(
      `include(${JSON.stringify(route)}, …) was given no list of URLs: give it what urlpatterns() returned.`,
    )
  }
  if (appName !== undefined && namespace === undefined) {
    throw new ImproperlyConfigured(`include(${JSON.stringify(route)}, …) has an appName, so it needs a namespace too.`)
  }
  return { entry: { kind: 'include', route, pieces, entries: urls.entries, namespace, appName } }
}

/**
 * Any application under a prefix: what the prefix takes of the path goes to its SCRIPT_NAME, the rest is its PATH_INFO.
 *
 * @example
 * mount('cgi-bin/', cgiBin(path.join(baseDir, 'cgi-bin')))
 */
export function mount(route: string, application: Application): Route<{}> {
  if (route !== '' && !route.endsWith('/')) {
    throw new ImproperlyConfigured(`mount(${JSON.stringify(route)}, …) needs a route that ends with a slash.`)
  }
  if (route.includes('<')) throw new ImproperlyConfigured(`mount(${JSON.stringify(route)}, …) takes no parameters.`)
  if (typeof application !== 'function') {
    throw new ImproperlyConfigured(
      `mount(${JSON.stringify(route)}, …) was given no application, but ${typeof application}.`,
    )
  }
  return { entry: { kind: 'mount', route, pieces: parseRoute(route), view: mountView(application) } }
}

/** A list of URLs. Of two that match, the first wins. */
export function urlpatterns<const T extends readonly AnyRoute[]>(...routes: T): Urls<Merge<T[number]>> {
  return { entries: routes.map((route) => route.entry) }
}

function checkedView<P>(view: View<P>, route: string): AnyView {
  if (typeof view === 'function') return view
  throw new ImproperlyConfigured(
    `The route ${JSON.stringify(route)} has no view: it was given ${view === undefined ? 'undefined (is the import right, or do files import each other in a circle?)' : typeof view}.`,
  )
}
