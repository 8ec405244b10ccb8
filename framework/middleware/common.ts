import { isIP } from 'node:net'
import { settings } from '../conf/index.ts'
import { PermissionDenied } from '../exceptions.ts'
import {
  type AnyResponse,
  HttpResponsePermanentRedirect,
  type HttpRequest,
  type Middleware,
  viewMark,
} from '../http/index.ts'
import { isValidPath, resolve } from '../urls/index.ts'
import { finishAfter } from './after.ts'

/**
 * Refuses hosts that `allowedHosts` lacks, and `disallowedUserAgents`; and redirects to the URL that is meant, with its
 * slash and its `www.` (Django's `CommonMiddleware`).
 */
export const commonMiddleware: Middleware = (getResponse) => {
  const { appendSlash, prependWww, disallowedUserAgents } = settings

  const finish = (request: HttpRequest, response: AnyResponse): AnyResponse =>
    response.status === 404 && appendSlash && shouldAppendSlash(request)
      ? new HttpResponsePermanentRedirect(withSlash(request))
      : response

  return (request) => {
    if (disallowedUserAgents.length > 0) refuseUserAgent(request, disallowedUserAgents)
    // Asked for every request, so that each one's Host is held against allowedHosts.
    const host = request.getHost()
    if (prependWww && lacksWww(host)) {
      const path = appendSlash && shouldAppendSlash(request) ? withSlash(request) : request.getFullPath()
      return new HttpResponsePermanentRedirect(`${request.scheme}://www.${host}${path}`)
    }
    return finishAfter(getResponse, request, finish)
  }
}

/** True for a name without its `www.`; an address has none. */
function lacksWww(host: string): boolean {
  return !/^www\./i.test(host) && !host.startsWith('[') && isIP(host.replace(/:\d*$/, '')) === 0
}

function refuseUserAgent(request: HttpRequest, disallowed: readonly RegExp[]): void {
  const agent = request.headers.get('User-Agent')
  if (agent !== undefined && disallowed.some((pattern) => agent.search(pattern) !== -1)) {
    throw new PermissionDenied('This user agent is not allowed here.')
  }
}

/** True where the path leads nowhere as it stands and somewhere with a slash, to a view that lets itself be found so. */
function shouldAppendSlash({ pathInfo, urlconf }: HttpRequest): boolean {
  if (pathInfo.endsWith('/') || isValidPath(pathInfo, urlconf)) return false
  if (!isValidPath(`${pathInfo}/`, urlconf)) return false
  return viewMark(resolve(`${pathInfo}/`, urlconf).view, 'noAppendSlash') !== true
}

/** The URL with its slash. A redirect would lose what an unsafe request brings, so while developing that is an error. */
function withSlash(request: HttpRequest): string {
  const [path, query] = splitOnce(request.getFullPath(), '?')
  if (settings.debug && ['POST', 'PUT', 'PATCH', 'DELETE'].includes(request.method)) {
    throw new Error(
      `A ${request.method} request went to "${path}", which is "${path}/" with a slash: a redirect there would lose its data. ` +
        'Let the form or script send to the URL with the slash, as reverse() and url() give it, or set appendSlash to false.',
    )
  }
  return `${path}/${query === undefined ? '' : `?${query}`}`
}

function splitOnce(text: string, separator: string): readonly [before: string, after?: string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
