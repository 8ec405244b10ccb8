import {
  type AnyResponse,
  cacheDirectives,
  type GetResponse,
  type HttpRequest,
  type HttpResponse,
  type Middleware,
  patchVaryHeaders,
  preferredEncoding,
  type StreamingContent,
  type StreamingHttpResponse,
} from '../http/index.ts'
import { finishAfter } from './after.ts'
import { brotli, type Coding, gzip } from './coding.ts'

/** Shorter bodies are sent as they are: they fit into a packet anyway. */
const MIN_LENGTH = 200

/** Longer bodies are compressed off the main thread; up to here it takes a fifth of a millisecond, less than the way there. */
const MAX_SYNC = 16_384

/** Media types whose formats are compressed by themselves. */
const COMPRESSED =
  /^(?:image\/(?!svg|bmp|x-ms-bmp|vnd\.microsoft\.icon|x-icon)|video\/|audio\/(?!midi|wav|x-wav)|font\/woff|application\/(?:zip|gzip|x-gzip|x-bzip2|x-xz|zstd|x-7z-compressed|vnd\.rar|pdf|font-woff|(?:vnd\.openxmlformats|vnd\.oasis)))/i

/** Compresses answers by gzip (Django's `GZipMiddleware`). */
export const gzipMiddleware: Middleware = (getResponse) => compressing([gzip], getResponse)

/** Compresses answers by Brotli or gzip, as the client likes it better; Brotli where it takes both. */
export const compressionMiddleware: Middleware = (getResponse) => compressing([brotli, gzip], getResponse)

/**
 * A layer that compresses each answer of 200 bytes or more, and each stream piece by piece, where the client takes one of
 * the codings. Left alone: what has a coding already, part of a file, a `no-transform`, and formats that are compressed.
 */
function compressing(codings: readonly Coding[], getResponse: GetResponse): GetResponse {
  const names = codings.map(({ name }) => name)
  const finish = (request: HttpRequest, response: AnyResponse): AnyResponse | Promise<AnyResponse> => {
    if (response.status !== 304 && !isCompressible(response)) return response
    patchVaryHeaders(response, ['Accept-Encoding'])
    // A part is sent as it is, and yet belongs to a page that depends on the coding (RFC 9110, section 15.3.7).
    if (response.headers.has('Content-Range')) return response
    const name = preferredEncoding(request.environ['HTTP_ACCEPT_ENCODING'], names)
    const coding = codings.find((each) => each.name === name)
    if (coding === undefined) return response
    if (response.status === 304) {
      weakenEtag(response)
      return response
    }
    return response.streaming ? compressStream(response, coding) : compressWhole(response, coding)
  }
  return (request) => finishAfter(getResponse, request, finish)
}

function isCompressible(response: AnyResponse): boolean {
  const { headers } = response
  if (!response.streaming && response.content.length < MIN_LENGTH) return false
  if (headers.has('Content-Encoding') || COMPRESSED.test(response.contentType)) return false
  const cacheControl = headers.get('Cache-Control')
  return cacheControl === undefined || !cacheDirectives(cacheControl).has('no-transform')
}

function compressWhole(response: HttpResponse, coding: Coding): HttpResponse | Promise<HttpResponse> {
  const { content } = response
  return content.length > MAX_SYNC
    ? coding.async(content).then((compressed) => withContent(response, compressed, coding))
    : withContent(response, coding.sync(content), coding)
}

function withContent(response: HttpResponse, compressed: Uint8Array, coding: Coding): HttpResponse {
  if (compressed.length >= response.content.length) return response
  response.content = compressed
  markCompressed(response, coding)
  response.headers.set('Content-Length', String(compressed.length))
  return response
}

function compressStream(response: StreamingHttpResponse, coding: Coding): StreamingHttpResponse {
  response.streamingContent = compressedPieces(response, response.streamingContent, coding)
  markCompressed(response, coding)
  response.headers.delete('Content-Length')
  return response
}

/** What was said of the bytes no longer holds, and no ranges can be asked for. */
function markCompressed(response: AnyResponse, coding: Coding): void {
  response.headers.set('Content-Encoding', coding.name)
  response.headers.delete('Accept-Ranges')
  weakenEtag(response)
}

/** A strong ETag would promise the very bytes; that of a 304 becomes that of the page which the client has compressed. */
function weakenEtag({ headers }: AnyResponse): void {
  const etag = headers.get('ETag')
  if (etag?.startsWith('"') === true) headers.set('ETag', `W/${etag}`)
}

/** Each piece is flushed, so that it arrives when it is sent; the next is asked for when the client has taken this one. */
async function* compressedPieces(
  response: StreamingHttpResponse,
  content: StreamingContent,
  coding: Coding,
): AsyncGenerator<Uint8Array> {
  const compressor = coding.stream()
  const out: Uint8Array[] = []
  let fail = (_error: Error): void => {}
  compressor.on('data', (piece: Uint8Array) => out.push(piece)).on('error', (error) => fail(error))
  /** What comes out of the compressor until `act` is done. */
  const output = (act: (done: () => void) => void): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      fail = reject
      act(() => resolve(Buffer.concat(out.splice(0))))
    })
  let isFirst = true
  try {
    for await (const piece of content) {
      if (piece.length === 0) continue
      const compressed = await output((done) => compressor.write(response.makeBytes(piece), done))
      yield isFirst ? coding.pad(compressed) : compressed
      isFirst = false
    }
    yield await output((done) => compressor.once('end', done).end())
  } finally {
    compressor.destroy()
  }
}
