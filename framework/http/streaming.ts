import { Readable } from 'node:stream'
import { HttpResponseBase, type ResponseInit } from './base-response.ts'

/** What a stream may be made of; a string is one piece. */
export type StreamingContent = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

/**
 * A response whose content comes piece by piece, at the client's pace. It is its own body and can be iterated once.
 *
 * When the client goes, the content's iterator is ended at its next piece, so a generator's `finally` runs. One that may
 * wait long for its next piece should watch `request.signal` as well.
 *
 * @example
 * new StreamingHttpResponse(lines(), { contentType: 'text/plain; charset=utf-8' })
 */
export class StreamingHttpResponse extends HttpResponseBase implements AsyncIterable<Uint8Array> {
  readonly streaming = true
  #content: StreamingContent

  constructor(content: StreamingContent, init: ResponseInit = {}) {
    super(init)
    this.#content = piecesOf(content)
    this.#closeWithThis(content)
  }

  /** The content, which a middleware may wrap. */
  get streamingContent(): StreamingContent {
    return this.#content
  }

  set streamingContent(content: StreamingContent) {
    this.#content = piecesOf(content)
    this.#closeWithThis(content)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return new StreamIterator(this, iteratorOf(this.#content))
  }

  /** What holds a file or a socket before it is read has to be let go also where nobody comes to read, as for HEAD. */
  #closeWithThis(content: StreamingContent): void {
    if (content instanceof Readable) this.addCloser(() => void content.destroy())
    else if (content instanceof ReadableStream) this.addCloser(() => cancelUnread(content))
  }
}

/** A string is one piece, and not as many as it has characters. */
function piecesOf(content: StreamingContent): StreamingContent {
  return typeof content === 'string' ? [content] : content
}

/** A stream that has failed says so again, which whoever read it knows already. */
async function cancelUnread(stream: ReadableStream): Promise<void> {
  if (!stream.locked) await stream.cancel().catch(() => {})
}

type Source = Iterator<string | Uint8Array> | AsyncIterator<string | Uint8Array>

/** Encodes what the source gives, and closes the response with it. */
class StreamIterator implements AsyncIterator<Uint8Array> {
  readonly #response: StreamingHttpResponse
  readonly #source: Source

  constructor(response: StreamingHttpResponse, source: Source) {
    this.#response = response
    this.#source = source
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    let result: IteratorResult<string | Uint8Array>
    try {
      result = await this.#source.next()
    } catch (error) {
      await this.#response.close()
      throw error
    }
    if (result.done === true) {
      await this.#response.close()
      return { done: true, value: undefined }
    }
    try {
      return { done: false, value: this.#response.makeBytes(result.value) }
    } catch (error) {
      // Whoever asks for a piece does not end an iterator that has failed to give it.
      await this.return()
      throw error
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    try {
      await this.#source.return?.()
    } finally {
      await this.#response.close()
    }
    return { done: true, value: undefined }
  }
}

/**
 * Content whose pieces are made within some context, such as that of an AsyncLocalStorage: `within` calls what it is given
 * there. A stream is read after the layers are through, and yet belongs to their request.
 */
export function streamWithin<T extends string | Uint8Array>(
  content: Iterable<T> | AsyncIterable<T>,
  within: <R>(fn: () => R) => R,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = within(() => iteratorOf(content))
      return {
        next: async () => within(() => iterator.next()),
        return: async () => (await within(() => iterator.return?.())) ?? { done: true, value: undefined },
      }
    },
  }
}

function iteratorOf<T extends string | Uint8Array>(
  content: Iterable<T> | AsyncIterable<T>,
): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in content ? content[Symbol.asyncIterator]() : content[Symbol.iterator]()
}
