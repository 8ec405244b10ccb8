import { settings } from '../conf/index.ts'
import { BadRequest, ImproperlyConfigured, MiddlewareNotUsed } from '../exceptions.ts'
import {
  type AnyResponse,
  type GetResponse,
  type HttpRequest,
  HttpResponseBase,
  isLate,
  type LateResponse,
  type Middleware,
  type MiddlewareHooks,
} from '../http/index.ts'
import { type ResolverMatch, withUrlconf } from '../urls/index.ts'
import { isClass } from '../utils/index.ts'
import { nameOf, noResponse } from './describe.ts'
import { convertExceptionToResponse } from './exception.ts'
import { traceLayer, type ViewSteps, viewSteps } from './trace.ts'

type Answer = AnyResponse | Promise<AnyResponse>

/** A hook, and who it belongs to. */
interface Hook<Name extends keyof MiddlewareHooks> {
  readonly owner: string
  readonly ask: NonNullable<MiddlewareHooks[Name]>
}

/** The hooks of all layers, each in the order in which it is asked. */
interface Hooks {
  readonly steps: ViewSteps
  readonly view: Array<Hook<'processView'>>
  readonly exception: Array<Hook<'processException'>>
  readonly template: Array<Hook<'processTemplateResponse'>>
}

/**
 * Fold the layers around the view into one function, once: the first layer is the outermost. Each is guarded, so that
 * every layer sees responses and never errors. It is synchronous as far as the layers and the view are.
 */
export function loadMiddleware(middleware: readonly Middleware[] = settings.middleware): GetResponse {
  const hooks: Hooks = { steps: viewSteps(), view: [], exception: [], template: [] }
  let handler = convertExceptionToResponse(viewCaller(hooks))
  for (const [index, factory] of [...middleware.entries()].toReversed()) {
    const layer = makeLayer(factory, handler, `middleware[${index}] ${nameOf(factory)}`)
    if (layer === undefined) continue
    addHooks(hooks, layer, nameOf(factory))
    handler = convertExceptionToResponse(traceLayer(factory.name, layer), `The middleware ${nameOf(factory)}`)
  }
  return handler
}

function makeLayer(factory: Middleware, next: GetResponse, name: string): (GetResponse & MiddlewareHooks) | undefined {
  if (isClass(factory)) {
    throw new ImproperlyConfigured(
      `The setting ${name} is a class: give a function that takes getResponse and returns a function of the request.`,
    )
  }
  let layer: GetResponse & MiddlewareHooks
  try {
    layer = factory(next)
  } catch (error) {
    if (error instanceof MiddlewareNotUsed) return undefined
    throw error
  }
  if (typeof layer === 'function') return layer
  throw new ImproperlyConfigured(
    `The setting ${name} gave ${layer === undefined ? 'nothing' : typeof layer}: it must return a function of the request.`,
  )
}

/** The layers come innermost first. */
function addHooks(hooks: Hooks, layer: MiddlewareHooks, name: string): void {
  const owner = (hook: keyof MiddlewareHooks): string => `${hook} of the middleware ${name}`
  if (layer.processView !== undefined) {
    hooks.view.unshift({ owner: owner('processView'), ask: layer.processView.bind(layer) })
  }
  if (layer.processException !== undefined) {
    hooks.exception.push({ owner: owner('processException'), ask: layer.processException.bind(layer) })
  }
  if (layer.processTemplateResponse !== undefined) {
    hooks.template.push({ owner: owner('processTemplateResponse'), ask: layer.processTemplateResponse.bind(layer) })
  }
}

/** The innermost function: finds the view, asks the hooks, calls it. */
function viewCaller(hooks: Hooks): GetResponse {
  return (request) => {
    const { malformed } = request
    if (malformed !== undefined) throw new BadRequest(malformed)
    const { urlconf } = request
    return urlconf === undefined ? dispatch(hooks, request) : withUrlconf(urlconf, () => dispatch(hooks, request))
  }
}

function dispatch(hooks: Hooks, request: HttpRequest): Answer {
  const match = hooks.steps.resolve(request.pathInfo)
  request.resolverMatch = match
  const early = askViewHooks(hooks, 0, request, match)
  if (early instanceof Promise) return early.then((response) => response ?? callView(hooks, request, match))
  return early ?? callView(hooks, request, match)
}

/** The first answer that a hook gives, from the one of this index on; asynchronous from the first hook on that is. */
function askViewHooks(
  hooks: Hooks,
  first: number,
  request: HttpRequest,
  match: ResolverMatch,
): AnyResponse | undefined | Promise<AnyResponse | undefined> {
  for (let i = first; i < hooks.view.length; i++) {
    const { owner, ask } = hooks.view[i] as Hook<'processView'>
    const answer = ask(request, match.view, match.params)
    if (answer instanceof Promise) {
      return answer.then((settled) =>
        settled === undefined ? askViewHooks(hooks, i + 1, request, match) : finish(hooks, request, settled, owner),
      )
    }
    if (answer !== undefined) return finish(hooks, request, answer, owner)
  }
  return undefined
}

function callView(hooks: Hooks, request: HttpRequest, match: ResolverMatch): Answer {
  let response: unknown
  try {
    response = hooks.steps.call(request, match)
  } catch (error) {
    return afterError(hooks, request, error)
  }
  if (response instanceof Promise) {
    return response.then(
      (settled) => finish(hooks, request, settled),
      (error: unknown) => afterError(hooks, request, error),
    )
  }
  return finish(hooks, request, response)
}

/** What a hook answers to an error of the view; thrown again where none does. */
function afterError(hooks: Hooks, request: HttpRequest, error: unknown): Promise<AnyResponse> {
  if (hooks.exception.length === 0) throw error
  return askExceptionHooks(hooks, request, error).then(({ answer, owner }) => finish(hooks, request, answer, owner))
}

async function askExceptionHooks(
  { exception }: Hooks,
  request: HttpRequest,
  error: unknown,
): Promise<{ answer: unknown; owner: string }> {
  for (const { owner, ask } of exception) {
    const answer = await ask(request, error)
    if (answer !== undefined) return { answer, owner }
  }
  throw error
}

/** Hold an answer to be a response, and render it if that has waited. `owner` is the hook that gave it, or else the view. */
function finish(hooks: Hooks, request: HttpRequest, answer: unknown, owner?: string): Answer {
  assertResponse(answer, owner ?? request)
  return isLate(answer) ? renderLate(hooks, request, answer) : answer
}

function renderLate(hooks: Hooks, request: HttpRequest, response: LateResponse): Answer {
  if (hooks.template.length > 0) return askTemplateHooks(hooks, request, response)
  try {
    const rendered = response.render()
    if (!(rendered instanceof Promise)) return rendered
    return rendered.catch((error: unknown) => afterRenderError(hooks, request, error))
  } catch (error) {
    return afterRenderError(hooks, request, error)
  }
}

async function askTemplateHooks(hooks: Hooks, request: HttpRequest, response: LateResponse): Promise<AnyResponse> {
  let changed: AnyResponse = response
  for (const { owner, ask } of hooks.template) {
    changed = await ask(request, changed)
    assertResponse(changed, owner)
  }
  if (!isLate(changed)) return changed
  try {
    return await changed.render()
  } catch (error) {
    return afterRenderError(hooks, request, error)
  }
}

/** What a hook answers to a template that failed; where that fails too, nobody is asked again. */
async function afterRenderError(hooks: Hooks, request: HttpRequest, error: unknown): Promise<AnyResponse> {
  const { answer, owner } = await askExceptionHooks(hooks, request, error)
  assertResponse(answer, owner)
  return isLate(answer) ? answer.render() : answer
}

function assertResponse(answer: unknown, source: string | HttpRequest): asserts answer is AnyResponse {
  if (!(answer instanceof HttpResponseBase))
    throw noResponse(typeof source === 'string' ? source : viewOf(source), answer)
}

function viewOf({ resolverMatch }: HttpRequest): string {
  return `The view ${nameOf((resolverMatch as ResolverMatch).view)} of the route ${JSON.stringify(resolverMatch?.route)}`
}
