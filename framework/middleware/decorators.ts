import {
  type AnyResponse,
  copyMarks,
  type GetResponse,
  type HttpRequest,
  type Middleware,
  type MiddlewareHooks,
} from '../http/index.ts'
import { gzipMiddleware } from './compression.ts'
import { conditionalGetMiddleware } from './conditional-get.ts'
import { csrfMiddleware } from './csrf.ts'

type Answer = AnyResponse | Promise<AnyResponse>
type AnyView<A extends readonly unknown[]> = (request: HttpRequest, ...rest: A) => Answer

/**
 * A middleware as a decorator, for one view instead of all (Django's `decorator_from_middleware`). It is made when the view
 * is first called, for it may read settings; its hooks `processView` and `processException` are asked as they are for all.
 *
 * @example
 * const timed = decoratorFromMiddleware(timingMiddleware)
 * path('slow/', timed(slow))
 */
export function decoratorFromMiddleware(
  middleware: Middleware,
): <A extends readonly unknown[]>(view: AnyView<A>) => AnyView<A> {
  return <A extends readonly unknown[]>(view: AnyView<A>): AnyView<A> => {
    const parameters = new WeakMap<HttpRequest, A>()
    let layer: (GetResponse & MiddlewareHooks) | undefined
    const inner = (request: HttpRequest): Answer => {
      const rest = parameters.get(request) as A
      const early = layer?.processView?.(request, view as never, (rest[0] ?? {}) as Readonly<Record<string, unknown>>)
      return early instanceof Promise
        ? early.then((answer) => answer ?? callView(request, rest))
        : (early ?? callView(request, rest))
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
    const decorated: AnyView<A> = (request, ...rest) => {
      parameters.set(request, rest)
      layer ??= middleware(inner)
      return layer(request)
    }
    return copyMarks(view, Object.defineProperty(decorated, 'name', { value: view.name }))
  }
}

/** Compress a view's answers by gzip (Django's `gzip_page`). */
export const gzipPage = decoratorFromMiddleware(gzipMiddleware)

/** Answer 304 where the client has a view's page already (Django's `conditional_page`). */
export const conditionalPage = decoratorFromMiddleware(conditionalGetMiddleware)

/** Protect a view as `csrfMiddleware` does, also where the settings lack that (Django's `csrf_protect`). */
export const csrfProtect = decoratorFromMiddleware(csrfMiddleware)
