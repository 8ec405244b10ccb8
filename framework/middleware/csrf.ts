import { settings } from '../conf/index.ts'
import { PermissionDenied } from '../exceptions.ts'
import { type HttpRequest, isSameDomain, type Middleware, viewMark } from '../http/index.ts'
import { getLogger } from '../utils/index.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Refuses unsafe requests that another site's page has made a browser send.
 *
 * A browser says where a request comes from: in Sec-Fetch-Site, or else in Origin, or else, by HTTPS, in Referer. One
 * that says "elsewhere" is answered by 403, unless `csrfTrustedOrigins` has the origin or the view is marked
 * `csrfExempt`. A request that has none of the three does not come from a browser's page and passes.
 */
export const csrfMiddleware: Middleware = (getResponse) => {
  const trusted = settings.csrfTrustedOrigins.map(parseTrusted)
  return Object.assign((request: HttpRequest) => getResponse(request), {
    processView(request: HttpRequest, view: object): undefined {
      if (SAFE_METHODS.has(request.method) || viewMark(view, 'csrfExempt') === true) return
      // What a gateway cannot give: a test's client, which is no browser.
      if (request.environ['nuages.dontEnforceCsrfChecks'] === true) return
      const reason = reasonToRefuse(request, trusted)
      if (reason === undefined) return
      getLogger('nuages.security.csrf').warning(`Forbidden (${reason}): ${request.path}`, { status: 403, request })
      throw new PermissionDenied(`The request was refused, for it comes from another site: ${reason}.`)
    },
  })
}

interface TrustedOrigin {
  readonly scheme: string
  /** A host, or `.example.com` for all below it; with its port. */
  readonly host: string
}

function parseTrusted(origin: string): TrustedOrigin {
  const [scheme = '', host = ''] = origin.toLowerCase().split('://')
  return { scheme, host: withoutUsualPort(host.replace(/^\*+/, ''), scheme) }
}

/** Why a request is taken for another site's doing; `undefined` where it is not. */
function reasonToRefuse(request: HttpRequest, trusted: readonly TrustedOrigin[]): string | undefined {
  const { environ } = request
  const site = environ['HTTP_SEC_FETCH_SITE']
  const origin = environ['HTTP_ORIGIN']
  if (site === 'same-origin' || site === 'none') return undefined
  if (origin !== undefined) {
    if (origin !== 'null' && isAllowed(origin, request, trusted)) return undefined
    return `its origin ${JSON.stringify(origin)} is not this site, nor in csrfTrustedOrigins`
  }
  if (site !== undefined) return `its browser says that it comes from a ${site} page`
  const referer = environ['HTTP_REFERER']
  if (!request.isSecure() || referer === undefined) return undefined
  const refererOrigin = URL.canParse(referer) ? new URL(referer).origin : 'null'
  if (isAllowed(refererOrigin, request, trusted)) return undefined
  return `its referer ${JSON.stringify(refererOrigin)} is not this site, nor in csrfTrustedOrigins`
}

function isAllowed(origin: string, request: HttpRequest, trusted: readonly TrustedOrigin[]): boolean {
  const [scheme = '', authority = ''] = origin.toLowerCase().split('://')
  const host = withoutUsualPort(authority, scheme)
  if (scheme === request.scheme && host === withoutUsualPort(request.getHost().toLowerCase(), scheme)) return true
  return trusted.some((each) => each.scheme === scheme && isSameDomain(host, each.host))
}

function withoutUsualPort(host: string, scheme: string): string {
  return host.replace(scheme === 'https' ? /:443$/ : /:80$/, '')
}
