import type { Application } from '../gateway/index.ts'
import { ImproperlyConfigured } from '../exceptions.ts'
import { isClass } from '../utils/index.ts'
import { refuseClass } from './class-view.ts'
import { mountView } from './mount.ts'
import { parseRoute, type Piece } from './pattern.ts'
import type { AnyView, RouteEntry } from './route.ts'
import { argumentsOf, checkOptions, readOptions } from './route-options.ts'
import type { Flat, IncludeOptions, ParamsOf, RouteOptions, View } from './types.ts'

/**
 * One entry of a list of URLs; `R` holds the names and parameters that it brings, `Outer` what the includes around it must
 * give to its view.
 */
export interface Route<R, Outer = {}> {
  readonly entry: RouteEntry
  /** Of the types only. */
  readonly routes?: R
  /** Of the types only. */
  readonly outer?: ((given: Outer) => void) | undefined
}

/** A list of URLs, in the order in which they are tried; `R` and `Outer` as of its routes. */
export interface Urls<R, Outer = {}> {
  readonly entries: readonly RouteEntry[]
  /** Of the types only. */
  readonly map?: R
  /** Of the types only. */
  readonly outer?: ((given: Outer) => void) | undefined
}

/** The names of a list of URLs, with their parameters: what a project's `RouteMap` extends. */
export type RoutesOf<U> = U extends Urls<infer R, never> ? R : never

/** Any route, whatever names it brings. */
// Only `any` lets a tuple of routes of all types be inferred.
// oxlint-disable-next-line typescript/no-explicit-any
type AnyRoute<Outer> = Route<any, Outer>

/** Each name of a route with its parameters, as a union: a list of hundreds is no deeper than one of two. */
type Pairs<T extends AnyRoute<never>> =
  T extends Route<infer R, never> ? { [K in keyof R]: readonly [K, R[K]] }[keyof R] : never

/** The names of all routes; one that comes more than once takes the parameters of any of them. */
type Merge<T extends AnyRoute<never>> = { [P in Pairs<T> as P[0] & PropertyKey]: P[1] }

/** The name that is given to a route, by itself or among its options. */
type NameIn<O> = O extends string ? O : O extends { readonly name: infer N extends string } ? N : never

/** The arguments among a route's options. */
type ArgsIn<O> = O extends { readonly args: infer A extends object } ? A : {}

/** What a view gets: the parameters of its own route, those of the includes around it, and arguments in their place. */
type Given<P, A, Outer> = keyof A extends never ? Flat<Outer & P> : Flat<Omit<Outer & P, keyof A> & A>

/** A string that is known; of an app whose name is not there are no names. */
type Literal<S extends string> = string extends S ? never : S

/** The names of an included list, with the parameters of the prefix; under the namespace, and under the name of the app. */
type Included<R, P extends string, NS extends string> = {
  [K in keyof R & string as [NS] extends [never] ? K : `${NS}:${K}`]: Flat<ParamsOf<P> & R[K]>
}

/**
 * A route: a string with parameters in angle brackets, the view that gets them, and a name for `reverse()`.
 *
 * `<int:year>` takes digits and gives a number; `<name>` takes anything up to the next `/`. The route does not begin
 * with a slash. `args` of the options are for the view as parameters are. Throws `ImproperlyConfigured` for a string that
 * cannot be used.
 *
 * @example
 * path('articles/<int:year>/<slug:slug>/', article, 'article')
 * path('articles/new/', list, { name: 'new', args: { order: 'newest' } })
 */
export function path<const P extends string, const O extends string | RouteOptions = {}>(
  route: P,
  view: View<Given<ParamsOf<P>, ArgsIn<NoInfer<O>>, {}>>,
  options?: O,
): Route<{ [K in NameIn<O>]: Flat<ParamsOf<P>> }> {
  const pieces = parseRoute(route)
  const { name, args } = readOptions(options, `path(${JSON.stringify(route)}, …)`)
  return {
    entry: { kind: 'view', route, pieces, view: checkedView(view, route), name, args: argumentsOf(args) },
  }
}

/**
 * A route by a regular expression, whose named groups are the parameters, as strings. Use `path()` where it suffices:
 * an expression that can match a text in many ways can be made slow by a client.
 *
 * @example
 * rePath(/^archive\/(?<year>[0-9]{4})\/$/, archive, 'archive')
 */
export function rePath<const O extends string | RouteOptions = {}>(
  regex: RegExp,
  view: View<Record<string, string> & ArgsIn<NoInfer<O>>>,
  options?: O,
): Route<{ [K in NameIn<O>]: Record<string, string> }> {
  const route = String(regex)
  const { name, args } = readOptions(options, `rePath(${route}, …)`)
  return {
    entry: { kind: 'regex', route, regex, view: checkedView(view, route), name, args: argumentsOf(args) },
  }
}

/**
 * The routes of another list under a prefix, whose parameters they get too. With a namespace their names begin with
 * it: `'news:article'`.
 *
 * @example
 * include('news/', newsUrls, 'news')
 */
export function include<
  const P extends string,
  R,
  const NS extends string = never,
  const App extends string = never,
  const A extends object = {},
>(
  route: P,
  urls: Urls<R, Given<ParamsOf<P>, NoInfer<A>, {}>>,
  namespace?: NS,
  options: IncludeOptions<App, A> = {},
): Route<Included<R, P, NS | Literal<App>>> {
  const pieces: Piece[] = parseRoute(route)
  const call = `include(${JSON.stringify(route)}, …)`
  refuseClass(urls, call, (view) => `path(${JSON.stringify(route)}, ${view})`)
  if (!Array.isArray(urls?.entries)) {
    throw new ImproperlyConfigured(`${call} was given no list of URLs: give it what urlpatterns() returned.`)
  }
  checkOptions(options, ['appName', 'args'], call)
  const { appName, args } = options
  if (appName !== undefined && namespace === undefined) {
    throw new ImproperlyConfigured(`${call} has an appName, so it needs a namespace too.`)
  }
  const { entries } = urls
  return { entry: { kind: 'include', route, pieces, entries, namespace, appName, args: argumentsOf(args) } }
}

/** What makes a list whose views get `Outer` from the includes around it: see `within`. */
export interface UrlsWithin<Outer> {
  path<const P extends string, const O extends string | RouteOptions = {}>(
    route: P,
    view: View<Given<ParamsOf<P>, ArgsIn<NoInfer<O>>, Outer>>,
    options?: O,
  ): Route<{ [K in NameIn<O>]: Flat<ParamsOf<P>> }, Outer>
  rePath<const O extends string | RouteOptions = {}>(
    regex: RegExp,
    view: View<Outer & Record<string, unknown> & ArgsIn<NoInfer<O>>>,
    options?: O,
  ): Route<{ [K in NameIn<O>]: Record<string, string> }, Outer>
  include<
    const P extends string,
    R,
    const NS extends string = never,
    const App extends string = never,
    const A extends object = {},
  >(
    route: P,
    urls: Urls<R, Given<ParamsOf<P>, NoInfer<A>, Outer>>,
    namespace?: NS,
    options?: IncludeOptions<App, A>,
  ): Route<Included<R, P, NS | Literal<App>>, Outer>
  urlpatterns<const T extends ReadonlyArray<AnyRoute<Outer>>>(...routes: T): Urls<Merge<T[number]>, Outer>
}

/**
 * `path()`, `urlpatterns()` and their kin for a list whose views need parameters of the prefix under which it is included:
 * an `include()` whose prefix does not have them is a compile error, and so is the list where none includes it.
 *
 * @example
 * const { path, urlpatterns } = within<{ year: number }>()
 * const monthUrls = urlpatterns(path('<int:month>/', month, 'month'))   // month gets { year, month }
 * include('<int:year>/', monthUrls)
 */
export function within<Outer extends object>(): UrlsWithin<Outer> {
  // They do the same; only what the compiler lets through is another.
  return { path, rePath, include, urlpatterns } as unknown as UrlsWithin<Outer>
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
  if (typeof application !== 'function' || isClass(application)) {
    const given = typeof application === 'function' ? `a class, ${application.name}` : typeof application
    throw new ImproperlyConfigured(`mount(${JSON.stringify(route)}, …) was given no application, but ${given}.`)
  }
  return { entry: { kind: 'mount', route, pieces: parseRoute(route), view: mountView(application) } }
}

/** A list of URLs. Of two that match, the first wins. */
export function urlpatterns<const T extends ReadonlyArray<AnyRoute<{}>>>(...routes: T): Urls<Merge<T[number]>> {
  return { entries: routes.map((route) => route.entry) }
}

function checkedView<P>(view: View<P>, route: string): AnyView {
  refuseClass(view, `The route ${JSON.stringify(route)}`)
  if (typeof view === 'function') return view
  throw new ImproperlyConfigured(
    `The route ${JSON.stringify(route)} has no view: it was given ${view === undefined ? 'undefined (is the import right, or do files import each other in a circle?)' : typeof view}.`,
  )
}
