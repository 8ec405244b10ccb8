import { settings } from '../conf/index.ts'
import {
  HttpResponse,
  HttpResponsePermanentRedirect,
  HttpResponseRedirect,
  type HttpRequest,
  type ResponseInit,
} from '../http/index.ts'
import { renderToString } from '../template/index.ts'
import {
  getResolver,
  getUrlconf,
  LazyUrl,
  type ReverseOptions,
  reverseUntyped,
  type RouteMap,
  type RouteName,
  type RouteParams,
} from '../urls/index.ts'

/**
 * A template, or the first of several that is there, as a response; its context gets what the setting
 * `templates.contextProcessors` adds.
 *
 * @example
 * return render(request, 'articles/detail.html', { article })
 */
export function render(
  request: HttpRequest,
  template: string | readonly string[],
  context: Readonly<Record<string, unknown>> = {},
  init: ResponseInit = {},
): HttpResponse {
  return new HttpResponse(renderToString(template, requestContextOf(request, context)), init)
}

/** A context with what the processors add; what the view gives wins. */
export function requestContextOf(
  request: HttpRequest,
  context: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const whole: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const processor of settings.templates.contextProcessors) Object.assign(whole, processor(request))
  return Object.assign(whole, context)
}

/** How `redirect` sends somebody elsewhere. */
export interface RedirectOptions extends ReverseOptions {
  /** For good (301, 308) instead of for now (302, 307). */
  readonly permanent?: boolean | undefined
  /** Have the browser repeat method and body (307, 308). */
  readonly preserveRequest?: boolean | undefined
  /** Parameters of the route, where `to` is a route's name. */
  readonly params?: Readonly<Record<string, unknown>> | undefined
}

/** The options of a redirect to a named route; its parameters are those of the route. */
type RouteRedirect<N extends string> = N extends keyof RouteMap
  ? {} extends RouteParams<N>
    ? [options?: RedirectOptions & { readonly params?: RouteParams<N> | undefined }]
    : [options: RedirectOptions & { readonly params: RouteParams<N> }]
  : [options?: RedirectOptions]

/** What knows its own URL: a `LazyUrl`, or an object such as a model's with Django's `get_absolute_url`. */
export type UrlSource = LazyUrl | { getAbsoluteUrl(): string }

/**
 * Send the browser to a named route, a path, a URL, or what knows its own. A route's name has its parameters in `params`, which the compiler
 * checks. Throws `DisallowedRedirect` for a scheme that a browser should not be sent to.
 *
 * Never give it what a client sent without `urlHasAllowedHostAndScheme`.
 *
 * @example
 * return redirect('news:article', { params: { year: 2026, slug: 'first-light' } })
 * return redirect('/about/', { permanent: true })
 */
export function redirect(to: UrlSource, options?: RedirectOptions): HttpResponseRedirect | HttpResponsePermanentRedirect
export function redirect<const N extends RouteName | (string & {})>(
  to: N,
  ...[options]: RouteRedirect<N>
): HttpResponseRedirect | HttpResponsePermanentRedirect
export function redirect(
  to: string | UrlSource,
  options: RedirectOptions = {},
): HttpResponseRedirect | HttpResponsePermanentRedirect {
  const { permanent = false, preserveRequest = false } = options
  const url = resolveUrl(to, options)
  return permanent
    ? new HttpResponsePermanentRedirect(url, { preserveRequest })
    : new HttpResponseRedirect(url, { preserveRequest })
}

/**
 * The URL that is meant: of a route by its name, the URL or path itself, or that of what knows its own (Django's
 * `resolve_url`). Throws `NoReverseMatch` for what is none of these.
 */
export function resolveUrl(target: string | UrlSource, { params, ...options }: RedirectOptions = {}): string {
  const to = typeof target === 'string' ? target : urlOf(target)
  if (typeof target === 'string' && (params !== undefined || !isAddress(to))) {
    const { query, fragment, currentApp } = options
    return reverseUntyped(to, params, { query, fragment, currentApp })
  }
  if (options.query !== undefined || options.fragment !== undefined) {
    throw new TypeError(
      `A query or fragment can be given for a route's name only: write it into ${JSON.stringify(to)}.`,
    )
  }
  return to
}

function urlOf(source: UrlSource): string {
  return source instanceof LazyUrl ? String(source) : source.getAbsoluteUrl()
}

/** True for what has a slash or a dot in it and is no route's name: told without a search for what was meant instead. */
function isAddress(to: string): boolean {
  return /[/.]/.test(to) && !(getUrlconf() !== undefined && getResolver().byName.has(to))
}
