import { ImproperlyConfigured } from '../exceptions.ts'
import { type HttpRequest, type HttpResponse, statusText } from '../http/index.ts'
import { getUrlconf, Resolver404 } from '../urls/index.ts'
import { getLogger, version } from '../utils/index.ts'
import { formFor } from './debug/negotiate.ts'
import { htmlPage, jsonPage, renderPage, textPage } from './debug/page.ts'
import { reportRoutes } from './debug/routes.ts'
import { errorText, factsText, routesText } from './debug/text.ts'
import { ExceptionReporter } from './exception-reporter.ts'
import { makeReport } from './reporting.ts'

/**
 * The page for an error while `debug` is on: the error and its causes with their lines of TypeScript, the request and
 * the settings, secrets masked. A client that shows no HTML gets text, one that asks for JSON gets that.
 *
 * It cannot fail: where a part of it does, what is left is shown.
 */
export function technical500(request: HttpRequest, error: unknown, status: number): HttpResponse {
  return unfailing(request, status, () => {
    if (isBareSite(request) && error instanceof ImproperlyConfigured) return welcome(request)
    const report = makeReport(request, error, status)
    const form = formFor(request)
    if (form === 'json') return jsonPage(report.getTracebackData(), status)
    if (form === 'text') return textPage(report.getTracebackText(), status)
    return htmlPage(report.getTracebackHtml(), () => report.getTracebackText(), status)
  })
}

/**
 * The page for what is not there while `debug` is on: the routes that were tried and the one that was probably meant, or
 * what the view said and where. A site without any URLs is welcomed instead.
 */
export function technical404(request: HttpRequest, error: unknown): HttpResponse {
  return unfailing(request, 404, () => {
    if (isBareSite(request, error)) return welcome(request)
    const reporter = new ExceptionReporter(request, error, 404)
    const { heading, errors, facts: all } = reporter.getTracebackData()
    const routes = error instanceof Resolver404 ? reportRoutes(request, error) : undefined
    const facts = all.filter(({ title }) => !['Settings', 'Versions'].includes(title))
    const message = errors[0]?.message ?? ''
    const form = formFor(request)
    if (form === 'json') return jsonPage({ heading, message, routes, errors, facts }, 404)
    const text = (): string => {
      const parts = routes === undefined ? errors.map(errorText) : [message, routesText(routes)]
      return [heading.line, ...parts, factsText(facts)].filter((part) => part !== '').join('\n\n')
    }
    if (form === 'text') return textPage(text(), 404)
    const view = routes === undefined ? request.resolverMatch?.view.name : undefined
    return htmlPage(renderPage('debug/404.html', { heading, message, view, routes, errors, facts }), text, 404)
  })
}

/** The first page of a site that has no URLs yet (Django's `default_urlconf`). */
function welcome(request: HttpRequest): HttpResponse {
  const text = (): string => 'It works. This site has no URLs yet: write the first into its urls.ts.'
  if (formFor(request) !== 'html') return textPage(text(), 200)
  return htmlPage(renderPage('welcome.html', { version: version() }), text, 200)
}

/** True where the root is asked for of a site that has no URLs at all. */
function isBareSite(request: HttpRequest, error?: unknown): boolean {
  if (request.pathInfo !== '/') return false
  if (error instanceof Resolver404) return error.tried.length === 0
  return getUrlconf() === undefined
}

function unfailing(request: HttpRequest, status: number, page: () => HttpResponse): HttpResponse {
  try {
    return page()
  } catch (error) {
    getLogger('nuages.request').error('The debug page failed.', { error, request })
    return textPage(`${status} ${statusText(status)}\n\nThe debug page failed; the log has the error and why.`, status)
  }
}
