import { BadRequest, Http404, PermissionDenied, SuspiciousOperation, UnreadablePostError } from '../exceptions.ts'
import { settings } from '../conf/index.ts'
import {
  type AnyResponse,
  type GetResponse,
  gotRequestException,
  HttpResponse,
  type HttpRequest,
  HttpResponseBase,
} from '../http/index.ts'
import { getLogger } from '../utils/index.ts'
import {
  badRequest,
  pageNotFound,
  permissionDenied,
  reportError,
  serverError,
  technical404,
  technical500,
} from '../views/index.ts'
import { noResponse } from './describe.ts'

/**
 * Stand around a layer so that whatever it throws becomes a response: 404 for `Http404`, 403 for `PermissionDenied`, 400
 * for `BadRequest` and `SuspiciousOperation`, and 500, with a line in the log, for all else; so does what it returns
 * where that is no response. `who` names the layer in that case.
 *
 * Nothing here bounds a layer whose promise never settles: the web server's time limit does, and then the client is gone
 * and `request.signal` fires. Hand that signal to whatever may take long.
 */
export function convertExceptionToResponse(getResponse: GetResponse, who = 'The view'): GetResponse {
  return (request) => {
    try {
      const response: unknown = getResponse(request)
      if (response instanceof Promise) {
        return response.then(
          (settled: unknown) =>
            isResponse(settled) ? settled : responseForException(request, noResponse(who, settled)),
          (error: unknown) => responseForException(request, error),
        )
      }
      if (isResponse(response)) return response
      throw noResponse(who, response)
    } catch (error) {
      return responseForException(request, error)
    }
  }
}

function isResponse(value: unknown): value is AnyResponse {
  return value instanceof HttpResponseBase
}

/**
 * The response that an error becomes; 499, and not logged, where it only says that the client has gone. Rejects with the
 * error where the setting `debugPropagateExceptions` says so.
 */
export function responseForException(request: HttpRequest, error: unknown): AnyResponse | Promise<AnyResponse> {
  if (saysClientGone(request, error)) return new HttpResponse('', { status: 499, reason: 'Client Closed Request' })
  if (error instanceof Http404) {
    return page(request, error, 404, settings.debug ? technical404 : pageNotFound)
  }
  if (error instanceof PermissionDenied) {
    return page(request, error, 403, permissionDenied)
  }
  if (error instanceof SuspiciousOperation) {
    getLogger(`nuages.security.${error.name}`).error(error.message, { status: 400, request })
    return safely(
      request,
      error,
      settings.debug ? () => technical500(request, error, 400) : () => badRequest(request, error),
      400,
    )
  }
  if (error instanceof BadRequest) {
    return page(
      request,
      error,
      400,
      settings.debug ? (_request, cause) => technical500(request, cause, 400) : badRequest,
    )
  }
  return uncaught(request, error)
}

type ErrorView = (request: HttpRequest, error: unknown) => AnyResponse

const REASONS: Readonly<Record<number, string>> = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found' }

function page(request: HttpRequest, error: Error, status: number, view: ErrorView): AnyResponse {
  const reason = error.message === '' || status === 404 ? '' : ` (${error.message})`
  getLogger('nuages.request').warning(`${REASONS[status]}${reason}: ${request.path}`, { status, request })
  return safely(request, error, () => view(request, error), status)
}

async function uncaught(request: HttpRequest, error: unknown): Promise<AnyResponse> {
  if (settings.debugPropagateExceptions) return propagate(request, error)
  await tell(request, error)
  getLogger('nuages.request').error(`Internal Server Error: ${request.path}`, {
    status: 500,
    request,
    error: error === undefined ? new Error('The value "undefined" was thrown.') : error,
  })
  reportError(error, request)
  return safely(
    request,
    error,
    () => (settings.debug ? technical500(request, error, 500) : serverError(request, error)),
    500,
  )
}

/** The errors that are on their way through the layers to the gateway. */
const propagating = new WeakMap<HttpRequest, { readonly error: unknown }>()

async function propagate(request: HttpRequest, error: unknown): Promise<never> {
  const known = propagating.get(request)
  if (known === undefined || known.error !== error) {
    propagating.set(request, { error })
    await tell(request, error)
  }
  throw error
}

/** Tell the receivers of `gotRequestException`; one that fails must not hide the error that it is told of. */
async function tell(request: HttpRequest, error: unknown): Promise<void> {
  if (gotRequestException.isEmpty) return
  for (const [, outcome] of await gotRequestException.sendRobust({ request, error })) {
    if (!('error' in outcome)) continue
    getLogger('nuages.request').error('A receiver of gotRequestException failed.', { request, error: outcome.error })
  }
}

function saysClientGone({ signal }: HttpRequest, error: unknown): boolean {
  if (!signal.aborted) return false
  return (
    error === signal.reason ||
    (error instanceof Error && error.name === 'AbortError') ||
    error instanceof UnreadablePostError
  )
}

/** An error page that fails itself is logged, and replaced by one that cannot. */
function safely(request: HttpRequest, error: unknown, view: () => AnyResponse, status: number): AnyResponse {
  try {
    return view()
  } catch (failure) {
    getLogger('nuages.request').error(`The error page for ${status} failed: ${request.path}`, {
      status: 500,
      request,
      error: failure === error ? undefined : failure,
    })
    const text = status === 500 ? 'Internal Server Error' : (REASONS[status] ?? 'Error')
    return new HttpResponse(`${text}\n`, { status, contentType: 'text/plain; charset=utf-8' })
  }
}
