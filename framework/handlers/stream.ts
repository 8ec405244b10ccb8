import { settings } from '../conf/index.ts'
import { UnreadablePostError } from '../exceptions.ts'
import type { HttpRequest, StreamingContent, StreamingHttpResponse } from '../http/index.ts'
import { markTold, withRequestId } from '../utils/index.ts'
import { saysClientGone, sendException, tellOfUncaught } from './uncaught.ts'

/**
 * The pieces of a response's content, whose errors are told of like those that become a 500: no layer stands around them
 * any more. It is up to the gateway to cut the answer off.
 */
export async function* watchedPieces(
  response: StreamingHttpResponse,
  content: StreamingContent,
  request: HttpRequest,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of content) yield response.makeBytes(piece)
  } catch (error) {
    // What a client has broken off is a 400 of the gateway, as long as there can be one.
    if (error instanceof UnreadablePostError || saysClientGone(request, error)) throw error
    throw await told(request, error)
  }
}

async function told(request: HttpRequest, error: unknown): Promise<unknown> {
  if (settings.debugPropagateExceptions) {
    await sendException(request, error)
    return error
  }
  const tell = (): Promise<void> => tellOfUncaught(request, error, 'Answer Cut Off')
  await (request.id === undefined ? tell() : withRequestId(request.id, tell))
  const thrown = typeof error === 'object' && error !== null ? error : new Error(String(error), { cause: error })
  markTold(thrown)
  return thrown
}
