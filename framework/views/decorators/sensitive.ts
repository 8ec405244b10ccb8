import { markView } from '../../http/index.ts'
import type { ViewDecorator } from './types.ts'
import { inPlaceOf } from './wrap.ts'

/**
 * Keep fields of a view's form out of error reports: those that are named, or all where none is (Django's
 * `sensitive_post_parameters`).
 *
 * @example
 * export const signUp = sensitivePostParameters('password', 'cardNumber')(async (request) => …)
 */
export function sensitivePostParameters(...names: readonly string[]): ViewDecorator {
  return (view) =>
    inPlaceOf(view, (request, ...rest) => {
      markView(request, 'sensitivePostParameters', names.length === 0 ? true : names)
      return view(request, ...rest)
    })
}
