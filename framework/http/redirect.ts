import { DisallowedRedirect } from '../exceptions.ts'
import type { ResponseInit } from './base-response.ts'
import { HttpResponse } from './response.ts'
import { iriToUri } from './uri.ts'

/** How a redirect is made. */
export interface RedirectInit extends ResponseInit {
  /** Have the browser repeat method and body (307, 308), instead of turning a POST into a GET (302, 301). */
  readonly preserveRequest?: boolean | undefined
  /** Characters that the target may have, percent-encoded; 16,384 by default. */
  readonly maxLength?: number | undefined
}

const ALLOWED_SCHEMES = new Set(['http', 'https', 'ftp'])

/** Longer targets are refused: no browser follows them, and a client may have made them up. */
const MAX_LENGTH = 16_384

/** Sends the browser elsewhere. Throws `DisallowedRedirect` for a scheme but http, https and ftp, and for too long a target. */
abstract class RedirectBase extends HttpResponse {
  constructor(location: string, status: number, { maxLength = MAX_LENGTH, ...init }: RedirectInit) {
    super('', { ...init, status })
    this.headers.set('Location', checkedLocation(location, maxLength))
  }

  /** Where the browser is sent. */
  get url(): string {
    return this.headers.get('Location') as string
  }
}

function checkedLocation(location: string, maxLength: number): string {
  if (location.length > maxLength) throw tooLong(location, maxLength)
  if (/[\0\r\n]/.test(location)) throw new DisallowedRedirect('The target of a redirect has a line break or NUL in it.')
  const target = iriToUri(location)
  if (target.length > maxLength) throw tooLong(target, maxLength)
  const scheme = /^\s*([A-Za-z][A-Za-z0-9+.-]*):/.exec(location)?.[1]
  if (scheme !== undefined && !ALLOWED_SCHEMES.has(scheme.toLowerCase())) {
    throw new DisallowedRedirect(`A redirect to the scheme "${scheme}:" is not allowed: use http, https or ftp.`)
  }
  return target
}

function tooLong({ length }: string, maxLength: number): DisallowedRedirect {
  return new DisallowedRedirect(`The target of a redirect has ${length} characters; ${maxLength} is the bound.`)
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
