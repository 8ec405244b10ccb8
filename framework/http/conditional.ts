import { createHash } from 'node:crypto'
import { parseHttpDate } from '../utils/index.ts'
import type { HttpRequest } from './request.ts'
import { HttpResponse } from './response.ts'
import { HttpResponseNotModified } from './status-responses.ts'
import type { AnyResponse } from './types.ts'

/** What a client may know of the state of a resource (RFC 9110, section 8.8). */
export interface Validators {
  /** As its header has it: `"…"` or `W/"…"`. */
  readonly etag?: string | undefined
  /** A date, or milliseconds; a part of a second does not count. */
  readonly lastModified?: Date | number | undefined
}

/** Headers of the full answer that a 304 must repeat (RFC 9110, section 15.4.5), and Last-Modified. */
const OF_A_304 = ['Cache-Control', 'Content-Location', 'Date', 'ETag', 'Expires', 'Last-Modified', 'Vary']

const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g

/** More in one header are not looked at. */
const MAX_TAGS = 100

/** A text as an entity tag: in quotes, unless it is one already (Django's `quote_etag`). */
export function quoteEtag(text: string): string {
  return /^(?:W\/)?"[^"]*"$/.test(text) ? text : `"${text}"`
}

/** The entity tags of an If-Match or If-None-Match header, `['*']` for any; what is none is left out. */
export function parseEtags(header: string): readonly string[] {
  if (header.trim() === '*') return ['*']
  const tags: string[] = []
  for (const [tag] of header.matchAll(ENTITY_TAG)) {
    if (tags.length === MAX_TAGS) break
    tags.push(tag)
  }
  return tags
}

/** Give a response that has no ETag and does not stream one made of its content (Django's `set_response_etag`). */
export function setResponseEtag<R extends AnyResponse>(response: R): R {
  if (response instanceof HttpResponse && response.content.length > 0) {
    const digest = createHash('md5').update(response.content).digest('hex')
    response.headers.setDefault('ETag', `"${digest}"`)
  }
  return response
}

/** What a response says of its state by its headers. */
export function validatorsOf({ headers }: AnyResponse): Validators {
  return { etag: headers.get('ETag'), lastModified: dateOf(headers.get('Last-Modified')) }
}

/**
 * What a request's conditions make of an answer (RFC 9110, section 13.2.2; Django's `get_conditional_response`): 304 where
 * the client has it already, 412 where the resource is not in the state that it demands, and otherwise `response` as it
 * is. A response that is no success is given back unseen, but for 416: conditions come before ranges (section 14.2).
 *
 * @example
 * const early = getConditionalResponse(request, { lastModified: article.changed })
 * if (early !== undefined) return early
 */
export function getConditionalResponse<R extends AnyResponse | undefined = undefined>(
  request: HttpRequest,
  validators: Validators,
  response?: R,
): R | HttpResponse {
  const unchanged = response as R
  if (response !== undefined && !isOfResource(response.status)) return unchanged
  const outcome = judge(request, validators)
  if (outcome === undefined) return unchanged
  const short = outcome === 304 ? notModified(response) : new HttpResponse('', { status: 412 })
  if (response !== undefined) short.addCloser(() => response.close())
  return short
}

/** True for an answer that would be a success if no range had been asked for. */
function isOfResource(status: number): boolean {
  return (status >= 200 && status <= 299) || status === 416
}

/** The four steps, in their order; `undefined` goes on to the answer itself. */
function judge({ environ, method }: HttpRequest, { etag, lastModified }: Validators): 304 | 412 | undefined {
  const ifMatch = tagsOf(environ['HTTP_IF_MATCH'])
  const ifNoneMatch = tagsOf(environ['HTTP_IF_NONE_MATCH'])
  const changed = lastModified === undefined ? undefined : Math.floor(Number(lastModified) / 1000) * 1000
  if (ifMatch !== undefined) {
    if (!matchesStrongly(etag, ifMatch)) return 412
  } else {
    const since = dateOf(environ['HTTP_IF_UNMODIFIED_SINCE'])
    if (since !== undefined && !(changed !== undefined && changed <= since)) return 412
  }
  const safe = method === 'GET' || method === 'HEAD'
  if (ifNoneMatch !== undefined) return matchesWeakly(etag, ifNoneMatch) ? (safe ? 304 : 412) : undefined
  const since = dateOf(environ['HTTP_IF_MODIFIED_SINCE'])
  return safe && since !== undefined && changed !== undefined && changed <= since ? 304 : undefined
}

function tagsOf(header: string | undefined): readonly string[] | undefined {
  if (header === undefined) return undefined
  const tags = parseEtags(header)
  return tags.length === 0 ? undefined : tags
}

function dateOf(header: string | undefined): number | undefined {
  return header === undefined ? undefined : parseHttpDate(header)
}

function matchesStrongly(etag: string | undefined, tags: readonly string[]): boolean {
  if (etag === undefined) return false
  return tags[0] === '*' || (!etag.startsWith('W/') && tags.includes(etag))
}

function matchesWeakly(etag: string | undefined, tags: readonly string[]): boolean {
  if (etag === undefined) return false
  return tags[0] === '*' || tags.some((tag) => opaque(tag) === opaque(etag))
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag
}

function notModified(response: AnyResponse | undefined): HttpResponse {
  const short = new HttpResponseNotModified()
  if (response === undefined) return short
  for (const name of OF_A_304) {
    const value = response.headers.get(name)
    if (value !== undefined) short.headers.set(name, value)
  }
  for (const cookie of response.cookies) short.addCookieHeader(cookie)
  return short
}
