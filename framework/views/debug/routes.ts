import type { HttpRequest } from '../../http/index.ts'
import type { Resolver404, RouteInfo } from '../../urls/index.ts'
import { closest, functionName } from '../../utils/index.ts'

/** A route that was tried, ready to be shown. */
export interface RouteReport {
  readonly route: string
  readonly name: string
  readonly view: string
  /** A link to it, where it takes no parameters. */
  readonly href: string | undefined
}

/** The routes that were tried for a path. */
export interface RoutesReport {
  readonly routes: readonly RouteReport[]
  /** Routes that are not shown, for there are too many. */
  readonly more: number
  /** The route that was probably meant, and the path as it would be right. */
  readonly nearest: { readonly route: string; readonly path: string; readonly href: string } | undefined
}

const MAX_ROUTES = 500
/** A longer path is hardly a slip of the hand. */
const MAX_PATH = 200

/** The routes that an error has tried, in their order, and the nearest. */
export function reportRoutes(request: HttpRequest, error: Resolver404): RoutesReport {
  const tried = error.tried
  const root = `${request.scriptName.replace(/\/$/, '')}/`
  return {
    routes: tried.slice(0, MAX_ROUTES).map((route) => reportRoute(route, root)),
    more: Math.max(0, tried.length - MAX_ROUTES),
    nearest: nearestRoute(error.path, tried, root),
  }
}

function reportRoute({ route, name, view, isMount }: RouteInfo, root: string): RouteReport {
  return {
    route: shownRoute(route),
    name: name ?? '',
    view: isMount ? 'another application' : functionName(view),
    href: isPlain(route) ? hrefOf(root, route) : undefined,
  }
}

/** True for a route that is itself a path: it has no parameters and is no regular expression. */
function isPlain(route: string): boolean {
  return /^[\w\-./~]*$/.test(route)
}

function nearestRoute(path: string, tried: readonly RouteInfo[], root: string): RoutesReport['nearest'] {
  if (path === '' || path.length > MAX_PATH) return undefined
  const paths = new Map<string, string>()
  for (const { route } of tried.slice(0, MAX_ROUTES)) {
    const filled = isRegular(route) ? undefined : fillRoute(route, path)
    if (filled !== undefined && filled !== path && !paths.has(filled)) paths.set(filled, route)
  }
  const near = closest(path, paths.keys())
  if (near === undefined) return undefined
  const route = paths.get(near) as string
  return { route: shownRoute(route), path: root + near, href: hrefOf(root, near) }
}

/** True for a route by a regular expression, which no path can be made of. */
function isRegular(route: string): boolean {
  return /[()\\^$]/.test(route)
}

/** The path that a route would have taken, with the path's own segments for parameters; none where its words differ much. */
function fillRoute(route: string, path: string): string | undefined {
  const given = path.split('/')
  const segments = route.split('/')
  const isParameter = (index: number): boolean => segments[index]?.includes('<') === true
  const words = (all: readonly string[]): string => all.map((each, index) => (isParameter(index) ? '' : each)).join('/')
  if (closest(words(given), [words(segments)]) === undefined) return undefined
  const filled = segments.map((segment, index) => (isParameter(index) ? (given[index] ?? '') : segment)).join('/')
  return filled.includes('//') ? undefined : filled
}

function shownRoute(route: string): string {
  return route === '' ? '(empty)' : route
}

function hrefOf(root: string, path: string): string {
  return encodeURI(`${root}${path}`.toWellFormed())
}
