import type { ResponseInit } from './base-response.ts'
import { HttpResponse } from './response.ts'

/** 304: what the client has is still right. It has no content, and throws a TypeError where some is set. */
export class HttpResponseNotModified extends HttpResponse {
  constructor(init: Omit<ResponseInit, 'status'> = {}) {
    super('', { ...init, status: 304 })
    this.headers.delete('Content-Type')
  }

  /** Nothing. */
  override get content(): Uint8Array {
    return super.content
  }

  override set content(content: string | Uint8Array) {
    refuseContent(content)
  }

  /** Throws a TypeError, unless there is nothing to write. */
  override write(content: string | Uint8Array): void {
    refuseContent(content)
  }
}

function refuseContent(content: string | Uint8Array): void {
  if (content.length === 0) return
  throw new TypeError('A 304 (Not Modified) has no content: answer with an HttpResponse where there is something new.')
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
