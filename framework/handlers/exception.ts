import { BadRequest, Http404, PermissionDenied, SuspiciousOperation } from '../exceptions.ts'
import { settings } from '../conf/index.ts'
import {
  type AnyResponse,
  type GetResponse,
  gotRequestException,
  HttpResponse,
  type HttpRequest,
} from '../http/index.ts'
import { getLogger } from '../utils/index.ts'
import { badRequest, pageNotFound, permissionDenied, serverError, technical404, technical500 } from '../views/index.ts'

/**
 * Stand around a layer so that whatever it throws becomes a response: 404 for `Http404`, 403 for `PermissionDenied`, 400
 * for `BadRequest` and `SuspiciousOperation`, and 500, with a line in the log, for all else.
 */
export function convertExceptionToResponse(getResponse: GetResponse): GetResponse {
  return (request) => {
    try {
      const response = getResponse(request)
      return response instanceof Promise
        ? response.catch((error: unknown) => responseForException(request, error))
        : response
    } catch (error) {
      return responseForException(request, error)
    }
  }
}

/** The response that an error becomes. Rethrows it where the setting `debugPropagateExceptions` says so. */
export function responseForException(request: HttpRequest, error: unknown): AnyResponse | Promise<AnyResponse> {
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
  if (request.signal.aborted && isAbort(error))
    return new HttpResponse('', { status: 499, reason: 'Client Closed Request' })
  if (!gotRequestException.isEmpty) await gotRequestException.send({ request, error })
  if (settings.debugPropagateExceptions) throw error
  getLogger('nuages.request').error(`Internal Server Error: ${request.path}`, { status: 500, request, error })
  return safely(
    request,
    error,
    () => (settings.debug ? technical500(request, error, 500) : serverError(request, error)),
    500,
  )
}

/** An error that only says that the client has gone is nobody's fault. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'UnreadablePostError')
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
