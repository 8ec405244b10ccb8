import type { AnyResponse, HttpRequest, Middleware } from 'nuages/http'

/** When a request passed the stages of its road, in milliseconds of `performance.now()`. */
export interface Milestones {
  /** It entered the first middleware. */
  readonly entered: number
  /** Its route was found, and every middleware let it through. */
  resolved?: number
}

declare module 'nuages/http' {
  interface HttpRequest {
    milestones?: Milestones
  }
}

/** Notes when a request passes each stage, and tells the browser in a `Server-Timing` header. */
export const timingMiddleware: Middleware = (getResponse) => {
  const finish = (request: HttpRequest, response: AnyResponse, milestones: Milestones): AnyResponse => {
    const now = performance.now()
    const resolved = milestones.resolved ?? now
    response.headers.set(
      'Server-Timing',
      `middleware;dur=${duration(milestones.entered, resolved)}, view;dur=${duration(resolved, now)}`,
    )
    delete request.milestones
    return response
  }
  const timed = (request: HttpRequest): AnyResponse | Promise<AnyResponse> => {
    const milestones: Milestones = { entered: performance.now() }
    request.milestones = milestones
    const response = getResponse(request)
    return response instanceof Promise
      ? response.then((settled) => finish(request, settled, milestones))
      : finish(request, response, milestones)
  }
  return Object.assign(timed, {
    processView(request: HttpRequest) {
      if (request.milestones !== undefined) request.milestones.resolved = performance.now()
      return undefined
    },
  })
}

function duration(from: number, to: number): string {
  return (to - from).toFixed(3)
}
