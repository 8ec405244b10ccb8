import type { AnyResponse } from './types.ts'

type Replacement = AnyResponse | undefined | void

/** Called with a response that has just been rendered; a response that it gives takes its place. */
export type PostRenderCallback = (response: AnyResponse) => Replacement | Promise<Replacement>

/** Called with the error where rendering fails; a response that it gives is sent instead, else the error goes on. */
export type RenderErrorCallback = (error: unknown) => Replacement | Promise<Replacement>

/** A response that is rendered late, so that middleware may change its context. */
export type LateResponse = AnyResponse & {
  /** Render, and give the response to send. */
  render(): AnyResponse | Promise<AnyResponse>
  addPostRenderCallback?(callback: PostRenderCallback, onError?: RenderErrorCallback): void
}

/** True for a response that has still to be rendered. */
export function isLate(response: AnyResponse): response is LateResponse {
  if (!('render' in response) || typeof response.render !== 'function') return false
  return !('isRendered' in response) || response.isRendered !== true
}
