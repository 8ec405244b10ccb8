import type { AnyResponse } from '../http/index.ts'

/** A response that is rendered late, so that middleware may change its context. */
export type LateResponse = AnyResponse & { render(): AnyResponse | Promise<AnyResponse> }

/** True for a response that has still to be rendered. */
export function isLate(response: AnyResponse): response is LateResponse {
  if (!('render' in response) || typeof response.render !== 'function') return false
  return !('isRendered' in response) || response.isRendered !== true
}
