import type { HttpRequest } from './request.ts'
import type { HttpResponse } from './response.ts'
import type { StreamingHttpResponse } from './streaming.ts'

/** What a view may answer. */
export type AnyResponse = HttpResponse | StreamingHttpResponse

/** From a request to its response: a middleware's neighbour further in. It is synchronous where it can be. */
export type GetResponse = (request: HttpRequest) => AnyResponse | Promise<AnyResponse>

/** Any view, whatever parameters its route gives it. */
export type ViewFunction = (request: HttpRequest, params: never) => AnyResponse | Promise<AnyResponse>

type MayAnswer = AnyResponse | undefined | void | Promise<AnyResponse | undefined | void>

/** What a middleware may do besides standing around the view. */
export interface MiddlewareHooks {
  /** Called before the view, outermost first; an answer of its own keeps the view from being called. */
  processView?(request: HttpRequest, view: ViewFunction, params: Readonly<Record<string, unknown>>): MayAnswer
  /** Called with what the view threw, innermost first, until one gives an answer. */
  processException?(request: HttpRequest, error: unknown): MayAnswer
  /** Called with a response that has a `render()` of its own, before that is called, innermost first. */
  processTemplateResponse?(request: HttpRequest, response: AnyResponse): AnyResponse | Promise<AnyResponse>
}

/**
 * A layer of the onion: called once at the start with its neighbour further in, it gives the function that stands
 * around that (Django's middleware factory). It may throw `MiddlewareNotUsed` to be left out.
 *
 * @example
 * const nameServer: Middleware = (getResponse) => async (request) => {
 *   const response = await getResponse(request)
 *   response.headers.set('X-Served-By', hostname())
 *   return response
 * }
 */
export type Middleware = (getResponse: GetResponse) => GetResponse | (GetResponse & MiddlewareHooks)
