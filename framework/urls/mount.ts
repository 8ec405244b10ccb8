import type { Application, Environ, ResponseBody, ResponseHeaders, StartResponse } from '../gateway/index.ts'
import { type AnyResponse, type HttpRequest, StreamingHttpResponse } from '../http/index.ts'
import type { AnyView } from './route.ts'

/** The parameter in which a mount's view finds the part of the path that its prefix leaves. */
export const REST = 'rest'

/** A view that hands its request to an application, and gives its answer as a response. */
export function mountView(application: Application): AnyView {
  const view = (request: HttpRequest, params: { [REST]: string }): AnyResponse | Promise<AnyResponse> => {
    const head = new Head()
    const body = application(innerEnviron(request.environ, params[REST]), head.startResponse)
    return body instanceof Promise ? body.then((settled) => answer(head, settled)) : answer(head, body)
  }
  return view
}

/** The Environ one mount further in; of its own, for the inner application may change it. */
function innerEnviron(environ: Environ, rest: string): Environ {
  const inner: Environ = Object.assign(Object.create(null) as Environ, environ)
  // Bytes are counted, not characters: both names hold bytes, and the rest has been decoded.
  const split = environ.PATH_INFO.length - Buffer.byteLength(rest)
  inner.SCRIPT_NAME = (environ.SCRIPT_NAME + environ.PATH_INFO.slice(0, split)).replace(/\/$/, '')
  inner.PATH_INFO = `/${environ.PATH_INFO.slice(split)}`
  return inner
}

/** Status and headers, as far as the application has given them. */
class Head {
  status: string | undefined
  headers: ResponseHeaders = []
  sent = false

  readonly startResponse: StartResponse = (status, headers, error) => {
    if (this.sent && error !== undefined) throw error
    if (this.status !== undefined && error === undefined) {
      throw new Error(
        'A mounted application called startResponse() twice; a second call needs the error that led to it.',
      )
    }
    if (typeof status !== 'string' || !/^[1-5]\d\d(?: |$)/.test(status)) {
      throw new TypeError(
        `A mounted application gave the status ${JSON.stringify(status)}: it must be a code and a reason, such as '200 OK'.`,
      )
    }
    this.status = status
    this.headers = headers
  }
}

function answer(head: Head, body: ResponseBody): AnyResponse | Promise<AnyResponse> {
  if (head.status !== undefined && Array.isArray(body)) return new MountedResponse(head, body as Uint8Array[])
  return answerFrom(head, iterate(body))
}

type AnyIterator = Iterator<Uint8Array> | AsyncIterator<Uint8Array>

/** The head need not be there before the first chunk, which is asked for here. */
async function answerFrom(head: Head, iterator: AnyIterator): Promise<AnyResponse> {
  const rest = new Rest(await iterator.next(), iterator)
  try {
    if (head.status === undefined) {
      throw new Error('A mounted application gave no status: it must call startResponse() before its first chunk.')
    }
    const response = new MountedResponse(head, rest)
    response.addCloser(() => rest.return().then(() => {}))
    head.sent = true
    return response
  } catch (error) {
    await rest.return()
    throw error
  }
}

function iterate(body: unknown): AnyIterator {
  if (typeof body === 'object' && body !== null) {
    if (Symbol.asyncIterator in body) return (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
    if (Symbol.iterator in body) return (body as Iterable<Uint8Array>)[Symbol.iterator]()
  }
  const given = typeof body === 'object' ? 'an object that is none' : typeof body
  throw new TypeError(`A mounted application returned ${given}: it must return an iterable of Uint8Array.`)
}

/** The body with its first chunk put back. A generator would not do: one that has not begun cannot be ended. */
class Rest implements AsyncIterableIterator<Uint8Array> {
  #first: IteratorResult<Uint8Array> | undefined
  readonly #iterator: AnyIterator
  #done: boolean

  constructor(first: IteratorResult<Uint8Array>, iterator: AnyIterator) {
    this.#first = first
    this.#iterator = iterator
    this.#done = first.done === true
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const result = this.#first ?? (await this.#iterator.next())
      this.#first = undefined
      this.#done = result.done === true
      return result
    } catch (error) {
      this.#done = true
      throw error
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#done) await this.#iterator.return?.()
    this.#done = true
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** An application's answer, its cookies as it wrote them. */
class MountedResponse extends StreamingHttpResponse {
  constructor({ status = '', headers }: Head, content: Uint8Array[] | Rest) {
    super(content, { status: Number(status.slice(0, 3)), reason: status.slice(4) })
    this.headers.delete('Content-Type')
    for (const [name, value] of headers) {
      if (name.toLowerCase() === 'set-cookie') this.addCookieHeader(value)
      else this.headers.append(name, value)
    }
    if (Array.isArray(content) && this.status >= 200 && this.status !== 204 && this.status !== 304) {
      this.headers.setDefault('Content-Length', String(content.reduce((sum, chunk) => sum + chunk.length, 0)))
    }
  }
}
