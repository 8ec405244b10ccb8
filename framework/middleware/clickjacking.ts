import { settings } from '../conf/index.ts'
import { type AnyResponse, type HttpRequest, type Middleware, viewMark } from '../http/index.ts'
import { finishAfter } from './after.ts'

/**
 * Keeps other sites from showing this one in a frame, by `X-Frame-Options` (Django's `XFrameOptionsMiddleware`). A header
 * that the view has set stays, and a view marked `xFrameOptionsExempt` gets none.
 */
export const xFrameOptionsMiddleware: Middleware = (getResponse) => {
  const { xFrameOptions } = settings

  const finish = (request: HttpRequest, response: AnyResponse): AnyResponse => {
    const view = request.resolverMatch?.view
    if (view === undefined || viewMark(view, 'xFrameOptionsExempt') !== true) {
      response.headers.setDefault('X-Frame-Options', xFrameOptions)
    }
    return response
  }

  return (request) => finishAfter(getResponse, request, finish)
}
