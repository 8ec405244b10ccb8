import { HttpResponseNotAllowed, logResponse } from '../../http/index.ts'
import type { Answer, AnyView } from './types.ts'
import { inPlaceOf } from './wrap.ts'

/**
 * Let a view be asked by some methods only; others are answered by 405 with those that are allowed (Django's
 * `require_http_methods`).
 *
 * @example
 * export const form = requireHttpMethods('GET', 'POST')((request) => …)
 */
export function requireHttpMethods(
  ...methods: readonly string[]
): <A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>) => AnyView<A, R | HttpResponseNotAllowed> {
  const allowed = new Set(methods.map((method) => method.toUpperCase()))
  return (view) =>
    inPlaceOf(view, (request, ...rest) => {
      if (allowed.has(request.method)) return view(request, ...rest)
      logResponse(request, 405, `Method Not Allowed (${request.method})`)
      return new HttpResponseNotAllowed([...allowed])
    })
}

/** GET and nothing else (Django's `require_GET`); HEAD too is refused. */
export const requireGET = requireHttpMethods('GET')

/** POST and nothing else (Django's `require_POST`). */
export const requirePOST = requireHttpMethods('POST')

/** GET and HEAD (Django's `require_safe`). */
export const requireSafe = requireHttpMethods('GET', 'HEAD')
