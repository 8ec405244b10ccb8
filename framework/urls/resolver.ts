import { ImproperlyConfigured, Http404 } from '../exceptions.ts'
import type { Urls } from './conf.ts'
import { type Endpoint, flatten } from './endpoint.ts'
import { instanceName, instancesOf } from './instances.ts'
import { getUrlconf } from './options.ts'
import type { AnyView } from './route.ts'
import { buildTree, type Found, type Node, search } from './tree.ts'

/** What a path leads to. */
export interface ResolverMatch {
  readonly view: AnyView
  /** What the view gets: the parameters of the path, and arguments that the routes have given in their place or besides. */
  readonly params: Readonly<Record<string, unknown>>
  /** The parameters of the path. */
  readonly capturedParams: Readonly<Record<string, unknown>>
  /** The arguments of the routes that led here. */
  readonly args: Readonly<Record<string, unknown>>
  /** The route's own name, such as `article`. */
  readonly urlName: string | undefined
  /** The name with its namespaces, such as `news:article`; of a route without one, the view's name. */
  readonly viewName: string
  /** The whole route as it was written. */
  readonly route: string
  readonly namespaces: readonly string[]
  /** The namespaces joined with `:`. */
  readonly namespace: string
  /** The names of the apps whose lists led here, from the outermost on. */
  readonly appNames: readonly string[]
  /** Those names joined with `:`. */
  readonly appName: string
}

declare module '../http/index.ts' {
  interface HttpRequest {
    /** What the request's path led to; there once the URLs have been resolved. */
    resolverMatch?: ResolverMatch
    /** A list of URLs for this request alone, in place of the project's own: a middleware sets it before the view is found. */
    urlconf?: Urls<unknown>
    /** The instance of an app to which `reverse()` shall lead, where several have its name: see `include()`. */
    currentApp?: string
  }
}

/** A route as a person reads it. */
export interface RouteInfo {
  readonly route: string
  /** With its namespaces. */
  readonly name: string | undefined
  readonly view: AnyView
  readonly isMount: boolean
}

/** No route matches: becomes a 404 page, which lists the routes while developing. */
export class Resolver404 extends Http404 {
  override readonly name = 'Resolver404'
  /** The path that was looked for, without its leading slash. */
  readonly path: string
  readonly #resolver: Resolver

  constructor(path: string, resolver: Resolver) {
    super(`No route matches the path ${JSON.stringify(`/${path}`)}.`)
    this.path = path
    this.#resolver = resolver
  }

  /** The routes that were tried, in their order. */
  get tried(): readonly RouteInfo[] {
    return this.#resolver.routes
  }
}

const SLASH = 47

/** A list of URLs made ready: finds the view of a path and the routes of a name. */
export class Resolver {
  /** What the list comes to without its includes, in the order in which it is tried. */
  readonly endpoints: readonly Endpoint[]
  readonly #tree: Node
  #byName: Map<string, Endpoint[]> | undefined
  #instances: ReadonlyMap<string, readonly string[]> | undefined

  constructor(urls: Urls<unknown>) {
    this.endpoints = flatten(urls.entries)
    this.#tree = buildTree(this.endpoints)
  }

  /** What a path, which begins with a slash, leads to; `undefined` where it leads nowhere. */
  find(pathInfo: string): ResolverMatch | undefined {
    const start = pathInfo.charCodeAt(0) === SLASH ? 1 : 0
    const found = search(this.#tree, pathInfo, start, start)
    return found === undefined ? undefined : matchOf(found)
  }

  /** What a path leads to. Throws `Resolver404`. */
  resolve(pathInfo: string): ResolverMatch {
    const match = this.find(pathInfo)
    if (match === undefined) throw new Resolver404(pathInfo.replace(/^\//, ''), this)
    return match
  }

  /** The routes in the order in which they are tried. */
  get routes(): RouteInfo[] {
    return this.endpoints.map((endpoint) => ({
      route: endpoint.route,
      name: endpoint.fullName,
      view: endpoint.view,
      isMount: endpoint.isMount,
    }))
  }

  /** The endpoints of each name, namespaces included, the last one first. */
  get byName(): ReadonlyMap<string, readonly Endpoint[]> {
    if (this.#byName === undefined) {
      this.#byName = new Map()
      for (const endpoint of this.endpoints) {
        if (endpoint.fullName === undefined) continue
        this.#byName.set(endpoint.fullName, [endpoint, ...(this.#byName.get(endpoint.fullName) ?? [])])
      }
    }
    return this.#byName
  }

  /** A name whose namespaces may be those of apps, with the namespaces of one instance of each: see `instanceName`. */
  instanceName(name: string, currentApp: string | undefined): string {
    this.#instances ??= instancesOf(this.endpoints)
    return this.#instances.size === 0 ? name : instanceName(name, this.#instances, currentApp)
  }
}

let resolvers = new WeakMap<object, Resolver>()

/** Forget what was made ready of lists of URLs, for one that has been changed. */
export function clearUrlCaches(): void {
  resolvers = new WeakMap()
}

/** The resolver of a list of URLs, the project's own by default. Throws `ImproperlyConfigured` where there is none. */
export function getResolver(urls: Urls<unknown> | undefined = getUrlconf()): Resolver {
  if (urls === undefined) {
    throw new ImproperlyConfigured(
      'There are no URLs yet: give the setting rootUrlconf, such as `() => import("./urls.ts")`, and call setup() first.',
    )
  }
  let resolver = resolvers.get(urls)
  if (resolver === undefined) resolvers.set(urls, (resolver = new Resolver(urls)))
  return resolver
}

/** What a path leads to, below the mount and with its leading slash. Throws `Resolver404` (Django's `resolve`). */
export function resolve(pathInfo: string, urls?: Urls<unknown>): ResolverMatch {
  return getResolver(urls).resolve(pathInfo)
}

/** True where a path leads to a view (Django's `is_valid_path`). */
export function isValidPath(pathInfo: string, urls?: Urls<unknown>): boolean {
  return getResolver(urls).find(pathInfo) !== undefined
}

/** All routes in the order in which they are tried. */
export function listRoutes(urls?: Urls<unknown>): RouteInfo[] {
  return getResolver(urls).routes
}

const NO_ARGUMENTS: Readonly<Record<string, unknown>> = Object.freeze({})

function matchOf({ endpoint, params: capturedParams }: Found): ResolverMatch {
  const { view, name, fullName, namespaces, namespace, appNames, appName, route } = endpoint
  const viewName = fullName ?? (view.name || route)
  const { args = NO_ARGUMENTS } = endpoint
  const params = args === NO_ARGUMENTS ? capturedParams : { ...capturedParams, ...args }
  return {
    view,
    params,
    capturedParams,
    args,
    urlName: name,
    viewName,
    route,
    namespaces,
    namespace,
    appNames,
    appName,
  }
}
