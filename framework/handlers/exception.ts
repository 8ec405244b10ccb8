import { BadRequest, Http404, PermissionDenied, SuspiciousOperation } from '../exceptions.ts'
import { settings } from '../conf/index.ts'
import {
  type AnyResponse,
  type GetResponse,
  HttpResponse,
  type HttpRequest,
  HttpResponseBase,
  isLate,
  logResponse,
  markLogged,
} from '../http/index.ts'
import { type ErrorHandler, getErrorHandler, type HandledStatus, withUrlconf } from '../urls/index.ts'
import { getLogger } from '../utils/index.ts'
import { badRequest, pageNotFound, permissionDenied, serverError, technical404, technical500 } from '../views/index.ts'
import { noResponse } from './describe.ts'
import { saysClientGone, sendException, tellOfUncaught } from './uncaught.ts'

/**
 * Stand around a layer so that whatever it throws becomes a response: 404 for `Http404`, 403 for `PermissionDenied`, 400
 * for `BadRequest` and `SuspiciousOperation`, and 500, with a line in the log, for all else; so does what it returns
 * where that is no response. `who` names the layer in that case. A response from further in that another one replaces is
 * closed with that one.
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
            isResponse(settled) ? onItsWay(request, settled) : converted(request, noResponse(who, settled)),
          (error: unknown) => converted(request, error),
        )
      }
      if (isResponse(response)) return onItsWay(request, response)
      throw noResponse(who, response)
    } catch (error) {
      return converted(request, error)
    }
  }
}

/** Whatever the one before holds, which this response may have taken the place of, is let go with this one. */
function onItsWay(request: HttpRequest, response: AnyResponse): AnyResponse {
  const before = request.currentResponse
  if (before === response) return response
  if (before !== undefined) response.addCloser(() => before.close())
  request.currentResponse = response
  return response
}

function converted(request: HttpRequest, error: unknown): Answer {
  const answer = responseForException(request, error)
  return answer instanceof Promise ? answer.then((page) => onItsWay(request, page)) : onItsWay(request, answer)
}

function isResponse(value: unknown): value is AnyResponse {
  return value instanceof HttpResponseBase
}

/**
 * The response that an error becomes; 499, and not logged, where it only says that the client has gone. Rejects with the
 * error where the setting `debugPropagateExceptions` says so.
 */
export function responseForException(request: HttpRequest, error: unknown): AnyResponse | Promise<AnyResponse> {
  const { urlconf } = request
  return urlconf === undefined ? answerTo(request, error) : withUrlconf(urlconf, () => answerTo(request, error))
}

function answerTo(request: HttpRequest, error: unknown): Answer {
  if (saysClientGone(request, error)) return new HttpResponse('', { status: 499, reason: 'Client Closed Request' })
  if (error instanceof Http404) return page(request, error, settings.debug ? technical404 : undefined, 404)
  if (error instanceof PermissionDenied) return page(request, error, undefined, 403)
  const technical: ErrorHandler | undefined = settings.debug
    ? (_, cause) => technical500(request, cause, 400)
    : undefined
  if (error instanceof SuspiciousOperation) {
    markLogged(request)
    getLogger(`nuages.security.${error.name}`).error(error.message, { status: 400, request })
    return errorPage(request, error, technical, 400)
  }
  if (error instanceof BadRequest) return page(request, error, technical, 400)
  return uncaught(request, error)
}

const REASONS = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 500: 'Internal Server Error' } as const

/** The framework's own pages. */
const PAGES: Readonly<Record<HandledStatus, ErrorHandler>> = {
  400: badRequest,
  403: permissionDenied,
  404: pageNotFound,
  500: serverError,
}

type Answer = AnyResponse | Promise<AnyResponse>

function page(
  request: HttpRequest,
  error: Error,
  technical: ErrorHandler | undefined,
  status: 400 | 403 | 404,
): Answer {
  const reason = error.message === '' || status === 404 ? '' : ` (${error.message})`
  logResponse(request, status, `${REASONS[status]}${reason}`)
  return errorPage(request, error, technical, status)
}

async function uncaught(request: HttpRequest, error: unknown): Promise<AnyResponse> {
  if (settings.debugPropagateExceptions) return propagate(request, error)
  await tellOfUncaught(request, error, 'Internal Server Error')
  return errorPage(request, error, settings.debug ? (_, cause) => technical500(request, cause, 500) : undefined, 500)
}

/** The errors that are on their way through the layers to the gateway. */
const propagating = new WeakMap<HttpRequest, { readonly error: unknown }>()

async function propagate(request: HttpRequest, error: unknown): Promise<never> {
  const known = propagating.get(request)
  if (known === undefined || known.error !== error) {
    propagating.set(request, { error })
    await sendException(request, error)
  }
  throw error
}

/**
 * The answer to an error: the technical page while developing, or else the project's handler, or the framework's page. One
 * that fails is logged, and the next one tried; the last, a line of text, cannot.
 */
function errorPage(
  request: HttpRequest,
  error: unknown,
  technical: ErrorHandler | undefined,
  status: HandledStatus,
): Answer {
  const views = technical === undefined ? [getErrorHandler(status), PAGES[status]] : [technical]
  return firstOf(
    views.filter((view) => view !== undefined),
    request,
    error,
    status,
  )
}

function firstOf(
  [view, ...others]: readonly ErrorHandler[],
  request: HttpRequest,
  error: unknown,
  status: HandledStatus,
): Answer {
  if (view === undefined) {
    return new HttpResponse(`${REASONS[status]}\n`, { status, contentType: 'text/plain; charset=utf-8' })
  }
  const tryOthers = (failure: unknown): Answer => {
    getLogger('nuages.request').error(`The error page for ${status} failed: ${request.path}`, {
      status: 500,
      request,
      error: failure === error ? undefined : failure,
    })
    return firstOf(others, request, error, status)
  }
  try {
    const answer: unknown = view(request, error)
    const page =
      answer instanceof Promise ? answer.then((settled) => finished(settled, status)) : finished(answer, status)
    return page instanceof Promise ? page.catch(tryOthers) : page
  } catch (failure) {
    return tryOthers(failure)
  }
}

/** A handler's answer, rendered where that has waited. */
function finished(answer: unknown, status: HandledStatus): Answer {
  if (!isResponse(answer)) throw noResponse(`The handler${status}`, answer)
  return isLate(answer) ? answer.render() : answer
}
