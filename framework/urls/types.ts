import type { AnyResponse, HttpRequest } from '../http/index.ts'

/** Converter names and the types of their values; an app adds its own by declaration merging. */
export interface PathConverters {
  int: number
  str: string
  slug: string
  path: string
  uuid: string
}

/** A type error that is a sentence. */
interface RouteError<Message extends string> {
  readonly __error: Message
}

type ValueOf<C extends string> = C extends keyof PathConverters
  ? PathConverters[C]
  : RouteError<`unknown path converter '${C}'`>

type ParamOf<S extends string> = S extends `${infer C}:${infer N}` ? { [K in N]: ValueOf<C> } : { [K in S]: string }

/** The parameters that a route's string names: `{ year: number }` for `'articles/<int:year>/'`. */
export type ParamsOf<P extends string> = P extends `${string}<${infer S}>${infer Rest}`
  ? ParamOf<S> & ParamsOf<Rest>
  : {}

/** An intersection shown as one object type. */
export type Flat<T> = { [K in keyof T]: T[K] } & {}

/** A view: the request and the parameters of its route give a response. */
export type View<Params = {}> = (request: HttpRequest, params: Params) => AnyResponse | Promise<AnyResponse>

/** What `path()` and `rePath()` may be told besides route and view. */
export interface RouteOptions<N extends string = string, A extends object = object> {
  /** For `reverse()`. */
  readonly name?: N | undefined
  /** What the view gets besides the parameters; in place of a parameter of the same name (Django's extra `kwargs`). */
  readonly args?: A | undefined
}

/** How a list is included, besides its prefix and namespace. */
export interface IncludeOptions<App extends string = string, A extends object = object> {
  /**
   * The name of the app that the list belongs to, where it is included several times under namespaces of their own. By
   * it the instance is found that is meant: that of `currentApp`, else the one whose namespace is that name, else the last.
   */
  readonly appName?: App | undefined
  /** What all views of the list get besides the parameters; in place of those of the prefix that have the same name. */
  readonly args?: A | undefined
}

/**
 * The names of a project's routes and their parameters, which type `reverse()`. A project fills it once:
 *
 * @example
 * declare module 'nuages/urls' {
 *   interface RouteMap extends RoutesOf<typeof urls> {}
 * }
 */
export interface RouteMap {}

/**
 * What `reverse()` takes for a name: those of `RouteMap`, or any where a project has not filled it. Written so that an
 * error about another name shows the names; with `keyof` it would show `keyof RouteMap`.
 */
export type RouteName = keyof RouteMap extends never ? string : { [K in keyof RouteMap]: K }[keyof RouteMap]

/** The parameters of a route by its name: any where a project has not filled `RouteMap`, and none where it has none. */
export type RouteParams<N extends string> = N extends keyof RouteMap
  ? NoneOr<RouteMap[N]>
  : Readonly<Record<string, unknown>>

/** The type `{}` would take every object. */
type NoneOr<P> = P extends unknown ? (keyof P extends never ? Readonly<Record<string, never>> : P) : never

/** What a URL may have after its path. */
export interface ReverseOptions {
  /**
   * Put after a `?`: values by name, where an array is one name several times and `undefined` is left out; or pairs, such
   * as `request.query`.
   */
  readonly query?:
    | Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>
    | Iterable<readonly [name: string, value: string]>
    | undefined
  /** Put after a `#`. */
  readonly fragment?: string | undefined
  /** The instance, by its namespace, that is meant where the name begins with that of an app: see `include()`. */
  readonly currentApp?: string | undefined
}

type QueryValue = string | number | boolean | bigint

/** The arguments of `reverse()` after the name: parameters are left out where the route has none. */
export type ReverseArgs<N extends RouteName> =
  {} extends RouteParams<N>
    ? [params?: RouteParams<N> | undefined, options?: ReverseOptions]
    : [params: RouteParams<N>, options?: ReverseOptions]
