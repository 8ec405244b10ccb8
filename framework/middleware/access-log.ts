import {
  type AnyResponse,
  escapeUriPath,
  type HttpRequest,
  type Middleware,
  type StreamingContent,
} from '../http/index.ts'
import { getLogger, withRequestId } from '../utils/index.ts'
import { finishAfter } from './after.ts'

/** Characters of a User-Agent that are kept. */
const MAX_AGENT = 300

/**
 * Logs each answer once it is over, to `nuages.access`: address, method, path without its query, status, bytes of the body,
 * milliseconds, user agent. The record has them one by one in its `extra`, for `formatJson`. Put it outside of all that
 * makes or changes answers, and inside of `requestIdMiddleware`.
 */
export const accessLogMiddleware: Middleware = (getResponse) => {
  const logger = getLogger('nuages.access')
  return (request) => {
    if (!logger.isEnabledFor('info')) return getResponse(request)
    const startedAt = performance.now()
    return finishAfter(getResponse, request, (_request, response) => watch(request, response, startedAt))
  }
}

/** What of an answer has been sent. */
interface Sent {
  bytes: number
  /** True for a stream that has failed, so that its answer was cut off. */
  failed: boolean
}

/** Have the answer logged when it is over: sent, or given up. */
function watch(request: HttpRequest, response: AnyResponse, startedAt: number): AnyResponse {
  const sent: Sent = { bytes: 0, failed: false }
  if (response.streaming) response.streamingContent = counted(response, response.streamingContent, sent)
  else if (request.method !== 'HEAD') sent.bytes = response.content.length
  response.addCloser(() => {
    const log = (): void => write(request, response, sent, performance.now() - startedAt)
    if (request.id === undefined) log()
    else withRequestId(request.id, log)
  })
  return response
}

async function* counted(response: AnyResponse, content: StreamingContent, sent: Sent): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of content) {
      const bytes = response.makeBytes(piece)
      sent.bytes += bytes.length
      yield bytes
    }
  } catch (error) {
    sent.failed = true
    throw error
  }
}

function write(request: HttpRequest, { status }: AnyResponse, { bytes, failed }: Sent, took: number): void {
  const { method, environ, signal } = request
  const path = escapeUriPath(request.path)
  const duration = Math.round(took * 10) / 10
  const address = environ.REMOTE_ADDR ?? '-'
  const userAgent = environ['HTTP_USER_AGENT']?.slice(0, MAX_AGENT) ?? '-'
  const aborted = signal.aborted || failed
  const message = `${address} ${method} ${path} ${status} ${bytes} ${duration}ms ${JSON.stringify(userAgent)}`
  getLogger('nuages.access').info(aborted ? `${message} aborted` : message, {
    address,
    method,
    path,
    status,
    bytes,
    duration,
    userAgent,
    aborted,
  })
}
