import { randomBytes } from 'node:crypto'
import { settings } from '../conf/index.ts'
import { type AnyResponse, type HttpRequest, type Middleware, streamWithin } from '../http/index.ts'
import { withRequestId } from '../utils/index.ts'
import { finishAfter } from './after.ts'

declare module '../http/index.ts' {
  interface HttpRequest {
    /** What tells this request from all others in logs; there behind `requestIdMiddleware`. */
    id?: string
  }
}

/** Long enough for a UUID and for the trace ids of others, short enough for a line of a log. */
const ACCEPTABLE = /^[A-Za-z0-9._~+/=:@-]{1,128}$/

/**
 * Gives each request an id: as `request.id`, in the header that `requestIdHeader` names, and in every log record that is
 * made meanwhile. Put it first. What a client sends in that header counts only where `requestIdTrusted` is true.
 */
export const requestIdMiddleware: Middleware = (getResponse) => {
  const { requestIdHeader, requestIdTrusted } = settings

  const finish = (request: HttpRequest, response: AnyResponse): AnyResponse => {
    const id = request.id as string
    response.headers.set(requestIdHeader, id)
    if (response.streaming) {
      response.streamingContent = streamWithin(response.streamingContent, (fn) => withRequestId(id, fn))
    }
    return response
  }

  return (request) => {
    const sent = requestIdTrusted ? request.headers.get(requestIdHeader) : undefined
    const id = sent !== undefined && ACCEPTABLE.test(sent) ? sent : randomBytes(16).toString('hex')
    request.id = id
    return withRequestId(id, () => finishAfter(getResponse, request, finish))
  }
}
