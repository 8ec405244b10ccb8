import { type AnyResponse, copyMarks, type HttpRequest, HttpResponseNotAllowed, markView } from '../http/index.ts'
import { getLogger } from '../utils/index.ts'

type AnyView<A extends readonly unknown[], R> = (request: HttpRequest, ...rest: A) => R
type Answer = AnyResponse | Promise<AnyResponse>

/**
 * Let a view be asked by some methods only; others are answered by 405 with those that are allowed.
 *
 * @example
 * export const form = requireMethods('GET', 'POST')((request) => …)
 */
export function requireMethods(
  ...methods: readonly string[]
): <A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>) => AnyView<A, R | HttpResponseNotAllowed> {
  const allowed = new Set(methods.map((method) => method.toUpperCase()))
  return (view) =>
    inPlaceOf(view, (request, ...rest) => {
      if (allowed.has(request.method)) return view(request, ...rest)
      getLogger('nuages.request').warning(`Method Not Allowed (${request.method}): ${request.path}`, {
        status: 405,
        request,
      })
      return new HttpResponseNotAllowed([...allowed])
    })
}

/** GET and nothing else (Django's `require_GET`); HEAD too is refused. */
export const requireGET = requireMethods('GET')

/** POST and nothing else (Django's `require_POST`). */
export const requirePOST = requireMethods('POST')

/** GET and HEAD (Django's `require_safe`). */
export const requireSafe = requireMethods('GET', 'HEAD')

/**
 * Let other sites' pages send unsafe requests to a view: for one that does its own checks, such as a webhook. What is
 * returned is exempt, and not the view itself, which may be protected under another route.
 */
export function csrfExempt<A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>): AnyView<A, R> {
  return marked(view, 'csrfExempt')
}

/** Let a view be shown in any site's frame. */
export function xFrameOptionsExempt<A extends readonly unknown[], R extends Answer>(
  view: AnyView<A, R>,
): AnyView<A, R> {
  return marked(view, 'xFrameOptionsExempt')
}

/** Never show a view in a frame, whatever the setting says. */
export function xFrameOptionsDeny<A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>): AnyView<A, R> {
  return withHeader(view, 'X-Frame-Options', 'DENY')
}

/** Show a view in frames of this site only, whatever the setting says. */
export function xFrameOptionsSameOrigin<A extends readonly unknown[], R extends Answer>(
  view: AnyView<A, R>,
): AnyView<A, R> {
  return withHeader(view, 'X-Frame-Options', 'SAMEORIGIN')
}

/** Do not redirect to this view's URL from the one without its slash. */
export function noAppendSlash<A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>): AnyView<A, R> {
  return marked(view, 'noAppendSlash')
}

function withHeader<A extends readonly unknown[], R extends Answer>(
  view: AnyView<A, R>,
  name: string,
  value: string,
): AnyView<A, R> {
  const finish = <T extends AnyResponse>(response: T): T => {
    response.headers.setDefault(name, value)
    return response
  }
  return inPlaceOf(view, (request, ...rest) => {
    const response = view(request, ...rest)
    return (response instanceof Promise ? response.then(finish) : finish(response)) as R
  })
}

/** A view that calls another one and has a mark of its own, so that the other stays as it is. */
function marked<A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>, mark: string): AnyView<A, R> {
  return markView(
    inPlaceOf(view, (request: HttpRequest, ...rest: A) => view(request, ...rest)),
    mark,
  )
}

/** Give a view that stands around another one its name and its marks. */
function inPlaceOf<W extends object>(view: { readonly name: string }, wrapper: W): W {
  return copyMarks(view, Object.defineProperty(wrapper, 'name', { value: view.name }))
}
