import {
  type AnyResponse,
  copyMarks,
  type GetResponse,
  type HttpRequest,
  isLate,
  type LateResponse,
  type Middleware,
  type MiddlewareHooks,
} from '../http/index.ts'
import { gzipMiddleware } from './compression.ts'
import { conditionalGetMiddleware } from './conditional-get.ts'
import { csrfMiddleware } from './csrf.ts'

type Answer = AnyResponse | Promise<AnyResponse>
type AnyView<A extends readonly unknown[]> = (request: HttpRequest, ...rest: A) => Answer

/** What the view of one request is called with, and who hears of its response where that renders late. */
interface Call<A> {
  readonly rest: A
  readonly late: PromiseWithResolvers<LateResponse>
  answer: Answer | undefined
}

/**
 * A middleware as a decorator, for one view instead of all (Django's `decorator_from_middleware`). It is made when the view
 * is first called, for it may read settings; its hooks are asked as they are for all. A response that renders late goes on
 * its way at once, and the middleware gets it when it is rendered.
 *
 * @example
 * const timed = decoratorFromMiddleware(timingMiddleware)
 * path('slow/', timed(slow))
 */
export function decoratorFromMiddleware(
  middleware: Middleware,
): <A extends readonly unknown[]>(view: AnyView<A>) => AnyView<A> {
  return <A extends readonly unknown[]>(view: AnyView<A>): AnyView<A> => {
    const calls = new WeakMap<HttpRequest, Call<A>>()
    let layer: (GetResponse & MiddlewareHooks) | undefined
    const inner = (request: HttpRequest): Answer => {
      const call = calls.get(request) as Call<A>
      const [params = {}] = call.rest
      const early = layer?.processView?.(request, view as never, params as Readonly<Record<string, unknown>>)
      const response =
        early instanceof Promise
          ? early.then((answer) => answer ?? callView(request, call.rest))
          : (early ?? callView(request, call.rest))
      return response instanceof Promise
        ? response.then((settled) => whenRendered(request, settled, call))
        : whenRendered(request, response, call)
    }
    const callView = (request: HttpRequest, rest: A): Answer => {
      try {
        const response = view(request, ...rest)
        return response instanceof Promise ? response.catch((error: unknown) => afterError(request, error)) : response
      } catch (error) {
        return afterError(request, error)
      }
    }
    const afterError = (request: HttpRequest, error: unknown): Answer => {
      const answer = layer?.processException?.(request, error)
      if (answer instanceof Promise) return answer.then((settled) => settled ?? Promise.reject(error as Error))
      if (answer === undefined) throw error
      return answer
    }
    const whenRendered = (request: HttpRequest, response: AnyResponse, call: Call<A>): Answer => {
      if (!isLate(response)) return response
      const changed = layer?.processTemplateResponse?.(request, response) ?? response
      const later = (settled: AnyResponse): Answer => putOff(settled, call, async (error) => afterError(request, error))
      return changed instanceof Promise ? changed.then(later) : later(changed)
    }
    const decorated: AnyView<A> = (request, ...rest) => {
      const call: Call<A> = { rest, late: Promise.withResolvers(), answer: undefined }
      calls.set(request, call)
      layer ??= middleware(inner)
      const answer = (call.answer = layer(request))
      return answer instanceof Promise ? Promise.race([call.late.promise, answer]) : answer
    }
    return copyMarks(view, Object.defineProperty(decorated, 'name', { value: view.name }))
  }
}

/**
 * Let a late response out, and give it to the layer when it is rendered, or what its hook answers where rendering fails, or
 * else the error; what the layer makes of it is sent.
 */
function putOff(
  response: AnyResponse,
  call: Call<unknown>,
  afterError: (error: unknown) => Promise<AnyResponse>,
): Answer {
  if (!isLate(response) || response.addPostRenderCallback === undefined) return response
  return new Promise((resolve) => {
    response.addPostRenderCallback?.(
      (rendered) => {
        resolve(rendered)
        return call.answer
      },
      (error) => {
        resolve(afterError(error))
        return call.answer
      },
    )
    call.late.resolve(response)
  })
}

/** Compress a view's answers by gzip (Django's `gzip_page`). */
export const gzipPage = decoratorFromMiddleware(gzipMiddleware)

/** Answer 304 where the client has a view's page already (Django's `conditional_page`). */
export const conditionalPage = decoratorFromMiddleware(conditionalGetMiddleware)

/** Protect a view as `csrfMiddleware` does, also where the settings lack that (Django's `csrf_protect`). */
export const csrfProtect = decoratorFromMiddleware(csrfMiddleware)
