import { settings } from '../conf/index.ts'
import { HttpResponse, type HttpRequest } from '../http/index.ts'
import { renderToString } from '../template/index.ts'
import { formFor } from './debug/negotiate.ts'
import { textPage } from './debug/page.ts'
import { requestContextOf } from './shortcuts.ts'

/** The page for a request that makes no sense: `400.html`. */
export function badRequest(request: HttpRequest, _error?: unknown): HttpResponse {
  return new HttpResponse(renderToString('400.html', nonceOf(request)), { status: 400 })
}

/** The page for what this user may not do: `403.html`, with `exception`, and with `reason`, the same while `debug` is on; as text then for what shows no HTML. */
export function permissionDenied(request: HttpRequest, error?: unknown): HttpResponse {
  if (settings.debug && formFor(request) !== 'html') return textPage(`403 Forbidden\n\n${messageOf(error)}`, 403)
  const context = requestContextOf(request, {
    ...nonceOf(request),
    exception: messageOf(error),
    reason: settings.debug ? messageOf(error) : '',
  })
  return new HttpResponse(renderToString('403.html', context), { status: 403 })
}

/** The page for what is not there: `404.html`, with `requestPath` and `exception`. */
export function pageNotFound(request: HttpRequest, error?: unknown): HttpResponse {
  const context = requestContextOf(request, {
    ...nonceOf(request),
    requestPath: request.path,
    exception: messageOf(error),
  })
  return new HttpResponse(renderToString('404.html', context), { status: 404 })
}

/** The page for an error of ours: `500.html`, which gets no context but `cspNonce`, for whatever makes one may be what failed. */
export function serverError(request: HttpRequest, _error?: unknown): HttpResponse {
  return new HttpResponse(renderToString('500.html', nonceOf(request)), { status: 500 })
}

/** What the error says; a template of the project may show it, those of the framework do not. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}

/** What lets the page's own style through a strict policy, where `contentSecurityPolicyMiddleware` has one. */
function nonceOf({ cspNonce }: HttpRequest): { cspNonce?: unknown } {
  return cspNonce === undefined ? {} : { cspNonce }
}
