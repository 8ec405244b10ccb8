import { RawPostDataException, RequestDataTooBig } from '../exceptions.ts'
import { type Environ, forEachChunk } from '../gateway/index.ts'
import { ByteBuffer } from './byte-buffer.ts'
import { httpOptions } from './options.ts'

/**
 * A request's body. The first reading decides: `bytes()` keeps the whole body, and everything can be had from it again;
 * `stream()` hands it on piece by piece, and nothing is left.
 */
export class RequestBody {
  readonly #environ: Environ
  #bytes: Promise<Buffer> | undefined
  #streamedBy: string | undefined

  constructor(environ: Environ) {
    this.#environ = environ
  }

  /** The whole body. Throws `RequestDataTooBig` beyond `dataUploadMaxMemorySize`, `RawPostDataException` after a stream. */
  bytes(): Promise<Buffer> {
    if (this.#streamedBy !== undefined) return Promise.reject(notKept(this.#streamedBy))
    this.#bytes ??= this.#read()
    return this.#bytes
  }

  /** The body piece by piece, without a bound. Throws `RawPostDataException` if it has been streamed before. */
  stream(by: string): AsyncIterable<Uint8Array> {
    if (this.#bytes !== undefined) return once(this.#bytes)
    if (this.#streamedBy !== undefined) throw notKept(this.#streamedBy)
    this.#streamedBy = by
    return this.#environ['wsgi.input']
  }

  async #read(): Promise<Buffer> {
    const limit = httpOptions().dataUploadMaxMemorySize ?? Number.POSITIVE_INFINITY
    if (Number(this.#environ.CONTENT_LENGTH ?? 0) > limit) throw tooBig(limit)
    const bytes = new ByteBuffer()
    await forEachChunk(this.#environ['wsgi.input'], (chunk) => {
      if (bytes.length + chunk.length > limit) throw tooBig(limit)
      bytes.append(chunk)
    })
    return bytes.toBytes()
  }
}

function notKept(streamedBy: string): RawPostDataException {
  return new RawPostDataException(
    `The body of this request has been read by ${streamedBy} and was not kept. Read it once: body() first, if you need it twice.`,
  )
}

async function* once(bytes: Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunk = await bytes
  if (chunk.length > 0) yield chunk
}

function tooBig(limit: number): RequestDataTooBig {
  return new RequestDataTooBig(
    `The body of this request is larger than ${limit} bytes. The setting dataUploadMaxMemorySize is the bound.`,
  )
}
