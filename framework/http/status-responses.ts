import type { ResponseInit } from './base-response.ts'
import { HttpResponse } from './response.ts'

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
