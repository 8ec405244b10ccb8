import { addNeverCacheHeaders, type CacheControl, patchCacheControl, patchVaryHeaders } from '../../http/index.ts'
import type { Answer, AnyView, ViewDecorator } from './types.ts'
import { changing } from './wrap.ts'

/**
 * Say that a view's answers depend on these headers of the request (Django's `vary_on_headers`).
 *
 * @example
 * export const home = varyOnHeaders('Accept-Language')(showHome)
 */
export function varyOnHeaders(...names: readonly string[]): ViewDecorator {
  return (view) => changing(view, (response) => patchVaryHeaders(response, names))
}

/** Say that a view's answers depend on the cookies (Django's `vary_on_cookie`). */
export function varyOnCookie<A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>): AnyView<A, R> {
  return changing(view, (response) => patchVaryHeaders(response, ['Cookie']))
}

/**
 * Add to the Cache-Control header of a view's answers (Django's `cache_control`).
 *
 * @example
 * export const logo = cacheControl({ public: true, maxAge: 3600 })(showLogo)
 */
export function cacheControl(directives: CacheControl): ViewDecorator {
  return (view) => changing(view, (response) => patchCacheControl(response, directives))
}

/** Keep a view's answers out of every cache (Django's `never_cache`). */
export function neverCache<A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>): AnyView<A, R> {
  return changing(view, addNeverCacheHeaders)
}
