import { settings } from '../conf/index.ts'
import { BadRequest, ImproperlyConfigured, MiddlewareNotUsed } from '../exceptions.ts'
import {
  type AnyResponse,
  type GetResponse,
  type HttpRequest,
  HttpResponseBase,
  type Middleware,
  type MiddlewareHooks,
  type ViewFunction,
} from '../http/index.ts'
import { resolve } from '../urls/index.ts'
import { convertExceptionToResponse } from './exception.ts'

type Hook<Name extends keyof MiddlewareHooks> = NonNullable<MiddlewareHooks[Name]>

/** The hooks of all layers, each in the order in which it is called. */
interface Hooks {
  readonly view: Array<Hook<'processView'>>
  readonly exception: Array<Hook<'processException'>>
  readonly template: Array<Hook<'processTemplateResponse'>>
}

/**
 * Fold the layers around the view into one function, once: the first layer is the outermost. Each is guarded, so that
 * every layer sees responses and never errors. It is synchronous as far as the layers and the view are.
 */
export function loadMiddleware(middleware: readonly Middleware[] = settings.middleware): GetResponse {
  const hooks: Hooks = { view: [], exception: [], template: [] }
  let handler = convertExceptionToResponse(viewCaller(hooks))
  for (const factory of middleware.toReversed()) {
    const layer = makeLayer(factory, handler)
    if (layer === undefined) continue
    if (layer.processView !== undefined) hooks.view.unshift(layer.processView.bind(layer))
    if (layer.processException !== undefined) hooks.exception.push(layer.processException.bind(layer))
    if (layer.processTemplateResponse !== undefined) hooks.template.push(layer.processTemplateResponse.bind(layer))
    handler = convertExceptionToResponse(layer)
  }
  return handler
}

function makeLayer(factory: Middleware, next: GetResponse): (GetResponse & MiddlewareHooks) | undefined {
  let layer: GetResponse & MiddlewareHooks
  try {
    layer = factory(next)
  } catch (error) {
    if (error instanceof MiddlewareNotUsed) return undefined
    throw error
  }
  if (typeof layer === 'function') return layer
  throw new ImproperlyConfigured(
    `The middleware ${nameOf(factory)} gave ${layer === undefined ? 'nothing' : typeof layer}: it must return a function of the request.`,
  )
}

/** The innermost function: finds the view, asks the hooks, calls it. */
function viewCaller(hooks: Hooks): GetResponse {
  return (request) => {
    const { malformed } = request
    if (malformed !== undefined) throw new BadRequest(malformed)
    const match = resolve(request.pathInfo)
    request.resolverMatch = match
    const early = hooks.view.length === 0 ? undefined : askViewHooks(hooks, request, match.view, match.params)
    if (early instanceof Promise)
      return early.then((response) => response ?? call(hooks, request, match.view, match.params))
    return early ?? call(hooks, request, match.view, match.params)
  }
}

type Params = Readonly<Record<string, unknown>>

/** The first answer that a hook gives; asynchronous from the first hook on that is. */
function askViewHooks(
  { view: hooks }: Hooks,
  request: HttpRequest,
  view: ViewFunction,
  params: Params,
): AnyResponse | undefined | Promise<AnyResponse | undefined> {
  for (let i = 0; i < hooks.length; i++) {
    const answer = (hooks[i] as Hook<'processView'>)(request, view, params)
    if (answer instanceof Promise) {
      return answer.then(
        (settled) => settled ?? askViewHooks({ view: hooks.slice(i + 1) } as Hooks, request, view, params),
      )
    }
    if (answer !== undefined) return answer as AnyResponse
  }
  return undefined
}

function call(
  hooks: Hooks,
  request: HttpRequest,
  view: ViewFunction,
  params: Params,
): AnyResponse | Promise<AnyResponse> {
  let response: AnyResponse | Promise<AnyResponse>
  try {
    response = view(request, params as never)
  } catch (error) {
    return askExceptionHooks(hooks, request, error)
  }
  if (response instanceof Promise) {
    return response.then(
      (settled) => finish(hooks, request, view, settled),
      (error: unknown) => askExceptionHooks(hooks, request, error),
    )
  }
  return finish(hooks, request, view, response)
}

/** The first answer that a hook gives to what the view threw; thrown again where none does. */
function askExceptionHooks(hooks: Hooks, request: HttpRequest, error: unknown): AnyResponse | Promise<AnyResponse> {
  if (hooks.exception.length === 0) throw error
  return (async () => {
    for (const hook of hooks.exception) {
      const answer = await hook(request, error)
      if (answer !== undefined) return answer as AnyResponse
    }
    throw error
  })()
}

/** A response that is rendered late, so that middleware may change its context. */
interface Renderable {
  render(): AnyResponse | Promise<AnyResponse>
}

function finish(
  hooks: Hooks,
  request: HttpRequest,
  view: ViewFunction,
  response: AnyResponse,
): AnyResponse | Promise<AnyResponse> {
  if (!(response instanceof HttpResponseBase)) throw new TypeError(noResponse(view, request, response))
  if (!('render' in response) || typeof response.render !== 'function') return response
  return renderLate(hooks, request, view, response as AnyResponse & Renderable)
}

async function renderLate(
  hooks: Hooks,
  request: HttpRequest,
  view: ViewFunction,
  response: AnyResponse & Renderable,
): Promise<AnyResponse> {
  let changed: AnyResponse = response
  for (const hook of hooks.template) changed = await hook(request, changed)
  if (!(changed instanceof HttpResponseBase)) throw new TypeError(noResponse(view, request, changed))
  return 'render' in changed ? (changed as AnyResponse & Renderable).render() : changed
}

function noResponse(view: ViewFunction, request: HttpRequest, value: unknown): string {
  const what = value === undefined ? 'nothing: is a return missing?' : `${describe(value)}, which is no HttpResponse`
  return `The view ${nameOf(view)} of the route ${JSON.stringify(request.resolverMatch?.route)} returned ${what}`
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return `a ${typeof value}`
  return `a ${(value as object).constructor?.name ?? 'object'}`
}

function nameOf(callable: { readonly name: string }): string {
  return callable.name === '' ? '(without a name)' : `"${callable.name}"`
}
