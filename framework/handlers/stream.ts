import { settings } from '../conf/index.ts'
import { UnreadablePostError } from '../exceptions.ts'
import type { HttpRequest, StreamingContent, StreamingHttpResponse } from '../http/index.ts'
import { isPromise, markTold, withRequestId } from '../utils/index.ts'
import { saysClientGone, sendException, tellOfUncaught } from './uncaught.ts'

/**
 * The pieces of a response's content, whose errors are told of like those that become a 500: no layer stands around them
 * any more. It is up to the gateway to cut the answer off.
 */
export function watchedPieces(
  response: StreamingHttpResponse,
  content: StreamingContent,
  request: HttpRequest,
): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new WatchedIterator(response, content, request) }
}

type Piece = string | Uint8Array
type Source = Iterator<Piece> | AsyncIterator<Piece>

/** Written out, for an async generator would cost a stream of small pieces as much as all else together. */
class WatchedIterator implements AsyncIterator<Uint8Array> {
  readonly #response: StreamingHttpResponse
  readonly #content: StreamingContent
  readonly #request: HttpRequest
  #source: Source | undefined

  constructor(response: StreamingHttpResponse, content: StreamingContent, request: HttpRequest) {
    this.#response = response
    this.#content = content
    this.#request = request
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const result = (this.#source ??= iteratorOf(this.#content)).next()
      return isPromise(result) ? result.then(this.#encoded, this.#fail) : Promise.resolve(this.#encoded(result))
    } catch (error) {
      return this.#fail(error)
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    try {
      await this.#end()
    } catch (error) {
      return this.#fail(error)
    }
    return { done: true, value: undefined }
  }

  async #end(): Promise<void> {
    await this.#source?.return?.()
  }

  readonly #encoded = (result: IteratorResult<Piece>): IteratorResult<Uint8Array> | Promise<never> => {
    if (result.done === true) return { done: true, value: undefined }
    try {
      return { done: false, value: this.#response.makeBytes(result.value) }
    } catch (error) {
      // Whoever asks for a piece does not end an iterator that has failed to give it.
      const fail = (): Promise<never> => this.#fail(error)
      return this.#end().then(fail, fail)
    }
  }

  readonly #fail = async (error: unknown): Promise<never> => {
    // What a client has broken off is a 400 of the gateway, as long as there can be one.
    if (error instanceof UnreadablePostError || saysClientGone(this.#request, error)) throw error
    throw await told(this.#request, error)
  }
}

function iteratorOf(content: StreamingContent): Source {
  return Symbol.asyncIterator in content ? content[Symbol.asyncIterator]() : content[Symbol.iterator]()
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
