import { DisallowedRedirect } from '../exceptions.ts'
import { HttpResponseBase, type ResponseInit } from './base-response.ts'
import { iriToUri } from './uri.ts'

/**
 * A response whose content is known as a whole. It is its own body: a gateway iterates it.
 *
 * @example
 * new HttpResponse('Not here.', { status: 404, contentType: 'text/plain; charset=utf-8' })
 */
export class HttpResponse extends HttpResponseBase implements Iterable<Uint8Array> {
  readonly streaming = false
  #content: Uint8Array

  constructor(content: string | Uint8Array = '', init: ResponseInit = {}) {
    super(init)
    this.#content = toBytes(content)
  }

  /** The content's bytes; a string that is set is encoded as UTF-8. */
  get content(): Uint8Array {
    return this.#content
  }

  set content(content: string | Uint8Array) {
    this.#content = toBytes(content)
  }

  /** The content as text. */
  get text(): string {
    return Buffer.from(this.#content.buffer, this.#content.byteOffset, this.#content.byteLength).toString('utf8')
  }

  /** The content in one chunk; the response is closed after it, or when the gateway stops before. */
  [Symbol.iterator](): Iterator<Uint8Array> {
    return new ContentIterator(this)
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

class ContentIterator implements Iterator<Uint8Array> {
  readonly #response: HttpResponse
  #given = false

  constructor(response: HttpResponse) {
    this.#response = response
  }

  next(): IteratorResult<Uint8Array> {
    if (this.#given || this.#response.content.length === 0) return this.return()
    this.#given = true
    return { done: false, value: this.#response.content }
  }

  return(): IteratorResult<Uint8Array> {
    if (!this.#response.closed) void this.#response.close()
    return DONE
  }
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content
}

/** How a redirect is made. */
export interface RedirectInit extends ResponseInit {
  /** Have the browser repeat method and body (307, 308), instead of turning a POST into a GET (302, 301). */
  readonly preserveRequest?: boolean | undefined
}

const ALLOWED_SCHEMES = new Set(['http', 'https', 'ftp'])

/** Longer targets are refused: no browser follows them, and a client may have made them up. */
const MAX_LOCATION = 16_384

/** Sends the browser elsewhere. Throws `DisallowedRedirect` for a scheme but http, https and ftp, and for too long a target. */
abstract class RedirectBase extends HttpResponse {
  constructor(location: string, status: number, init: RedirectInit) {
    super('', { ...init, status })
    this.headers.set('Location', checkedLocation(location))
  }

  /** Where the browser is sent. */
  get url(): string {
    return this.headers.get('Location') as string
  }
}

function checkedLocation(location: string): string {
  if (/[\0\r\n]/.test(location)) throw new DisallowedRedirect('The target of a redirect has a line break or NUL in it.')
  const target = iriToUri(location)
  if (target.length > MAX_LOCATION) {
    throw new DisallowedRedirect(
      `The target of a redirect has ${target.length} characters; ${MAX_LOCATION} is the bound.`,
    )
  }
  const scheme = /^\s*([A-Za-z][A-Za-z0-9+.-]*):/.exec(location)?.[1]
  if (scheme !== undefined && !ALLOWED_SCHEMES.has(scheme.toLowerCase())) {
    throw new DisallowedRedirect(`A redirect to the scheme "${scheme}:" is not allowed: use http, https or ftp.`)
  }
  return target
}

/** 302, or 307 with `preserveRequest`: elsewhere for now. */
export class HttpResponseRedirect extends RedirectBase {
  constructor(location: string, init: RedirectInit = {}) {
    super(location, init.preserveRequest === true ? 307 : 302, init)
  }
}

/** 301, or 308 with `preserveRequest`: elsewhere for good. */
export class HttpResponsePermanentRedirect extends RedirectBase {
  constructor(location: string, init: RedirectInit = {}) {
    super(location, init.preserveRequest === true ? 308 : 301, init)
  }
}

/** 304: what the client has is still right. It has no content. */
export class HttpResponseNotModified extends HttpResponse {
  constructor(init: Omit<ResponseInit, 'status'> = {}) {
    super('', { ...init, status: 304 })
    this.headers.delete('Content-Type')
  }
}

/** 400 */
export class HttpResponseBadRequest extends HttpResponse {
  constructor(content: string | Uint8Array = '', init: Omit<ResponseInit, 'status'> = {}) {
    super(content, { ...init, status: 400 })
  }
}

/** 403 */
export class HttpResponseForbidden extends HttpResponse {
  constructor(content: string | Uint8Array = '', init: Omit<ResponseInit, 'status'> = {}) {
    super(content, { ...init, status: 403 })
  }
}

/** 404 */
export class HttpResponseNotFound extends HttpResponse {
  constructor(content: string | Uint8Array = '', init: Omit<ResponseInit, 'status'> = {}) {
    super(content, { ...init, status: 404 })
  }
}

/** 405, with the methods that are allowed. */
export class HttpResponseNotAllowed extends HttpResponse {
  constructor(
    permitted: readonly string[],
    content: string | Uint8Array = '',
    init: Omit<ResponseInit, 'status'> = {},
  ) {
    super(content, { ...init, status: 405 })
    this.headers.set('Allow', permitted.join(', '))
  }
}

/** 410: gone for good. */
export class HttpResponseGone extends HttpResponse {
  constructor(content: string | Uint8Array = '', init: Omit<ResponseInit, 'status'> = {}) {
    super(content, { ...init, status: 410 })
  }
}

/** 500 */
export class HttpResponseServerError extends HttpResponse {
  constructor(content: string | Uint8Array = '', init: Omit<ResponseInit, 'status'> = {}) {
    super(content, { ...init, status: 500 })
  }
}

/** How JSON is written. */
export interface JsonInit extends ResponseInit {
  /** As `JSON.stringify` takes it. */
  readonly replacer?: ((key: string, value: unknown) => unknown) | undefined
  readonly indent?: number | undefined
}

/**
 * A value as JSON. Throws a TypeError for one that JSON cannot hold: a function, a BigInt, a circle.
 *
 * @example
 * new JsonResponse({ id: 1, title: 'Zoë' })
 */
export class JsonResponse extends HttpResponse {
  constructor(data: unknown, { replacer, indent, ...init }: JsonInit = {}) {
    const json = JSON.stringify(data, replacer, indent) as string | undefined
    if (json === undefined)
      throw new TypeError(`JSON has no form for ${typeof data}: give JsonResponse a value that it has.`)
    super(json, { ...init, contentType: init.contentType ?? 'application/json' })
  }
}
