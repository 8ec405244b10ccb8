import { settings } from '../conf/index.ts'
import { ImproperlyConfigured } from '../exceptions.ts'
import { statusText, type HttpRequest, type HttpResponse } from '../http/index.ts'
import { getUrlconf, Resolver404 } from '../urls/index.ts'
import { getLogger, version } from '../utils/index.ts'
import { reportErrors } from './debug/error-report.ts'
import { projectDirectory, requestFacts, requestSecrets, settingsFacts } from './debug/facts.ts'
import { Masker } from './debug/mask.ts'
import { wantsHtml } from './debug/negotiate.ts'
import { htmlPage, textPage } from './debug/page.ts'
import { reportRoutes } from './debug/routes.ts'
import { errorText, factsText, routesText } from './debug/text.ts'

/**
 * The page for an error while `debug` is on: the error and its causes with their lines of TypeScript, the request and
 * the settings, secrets masked. A client that shows no HTML gets text.
 *
 * It cannot fail: where a part of it does, what is left is shown.
 */
export function technical500(request: HttpRequest, error: unknown, status: number): HttpResponse {
  return unfailing(request, status, () => {
    if (isBareSite(request) && error instanceof ImproperlyConfigured) return welcome(request)
    const masker = newMasker(request)
    const errors = reportErrors(error, masker, projectDirectory())
    const facts = requestFacts(request, masker)
    const heading = headingOf(request, status, masker)
    if (!wantsHtml(request)) {
      return textPage([heading.line, ...errors.map(errorText), factsText(facts)].join('\n\n'), status)
    }
    return htmlPage('debug/500.html', { heading, errors, facts: [...facts, ...settingsFacts(masker)] }, status)
  })
}

/**
 * The page for what is not there while `debug` is on: the routes that were tried and the one that was probably meant, or
 * what the view said. A site without any URLs is welcomed instead.
 */
export function technical404(request: HttpRequest, error: unknown): HttpResponse {
  return unfailing(request, 404, () => {
    if (isBareSite(request, error)) return welcome(request)
    const masker = newMasker(request)
    const message = masker.text(error instanceof Error ? error.message : '')
    const routes = error instanceof Resolver404 ? reportRoutes(request, error) : undefined
    const facts = requestFacts(request, masker)
    const heading = headingOf(request, 404, masker)
    if (!wantsHtml(request)) {
      const parts = [heading.line, message, routes && routesText(routes), factsText(facts)]
      return textPage(parts.filter((part) => part !== undefined && part !== '').join('\n\n'), 404)
    }
    return htmlPage('debug/404.html', { heading, message, routes, facts }, 404)
  })
}

/** The first page of a site that has no URLs yet (Django's `default_urlconf`). */
function welcome(request: HttpRequest): HttpResponse {
  return wantsHtml(request)
    ? htmlPage('welcome.html', { version: version() }, 200)
    : textPage('It works. This site has no URLs yet: write the first into its urls.ts.', 200)
}

/** True where the root is asked for of a site that has no URLs at all. */
function isBareSite(request: HttpRequest, error?: unknown): boolean {
  if (request.pathInfo !== '/') return false
  if (error instanceof Resolver404) return error.tried.length === 0
  return getUrlconf() === undefined
}

/** What a page begins with. */
interface Heading {
  readonly status: number
  readonly reason: string
  readonly method: string
  readonly path: string
  /** All of it on one line. */
  readonly line: string
}

function headingOf(request: HttpRequest, status: number, masker: Masker): Heading {
  const { method } = request
  const path = masker.text(request.path)
  const reason = statusText(status)
  return { status, reason, method, path, line: `${status} ${reason}: ${method} ${path}` }
}

/** The secrets of settings, environment and request are known, so that they are masked wherever they turn up. */
function newMasker(request: HttpRequest): Masker {
  return new Masker(settings, process.env, requestSecrets(request))
}

function unfailing(request: HttpRequest, status: number, page: () => HttpResponse): HttpResponse {
  try {
    return page()
  } catch (error) {
    getLogger('nuages.request').error('The debug page failed.', { error, request })
    return textPage(`${status} ${statusText(status)}\n\nThe debug page failed; the log has the error and why.`, status)
  }
}
