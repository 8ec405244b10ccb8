import { settings } from '../conf/index.ts'
import { ImproperlyConfigured } from '../exceptions.ts'
import { type AnyResponse, HttpResponse, type HttpRequest, type Middleware, patchVaryHeaders } from '../http/index.ts'
import { isToken } from '../utils/index.ts'
import { finishAfter } from './after.ts'
import { CORS_CONFLICT } from './cors-conflict.ts'

/** Longer origins are nobody's: a host name has 253 characters at most. */
const MAX_ORIGIN = 300

/**
 * Lets pages of other origins read answers, by the `cors…` settings (the Fetch standard, section 3.2; django-cors-headers'
 * `CorsMiddleware`). A preflight is answered here and goes no further; access to private networks is never granted.
 *
 * Put it before whatever may answer by itself, such as `commonMiddleware`. Throws `ImproperlyConfigured` where every
 * origin would be allowed with credentials.
 */
export const corsMiddleware: Middleware = (getResponse) => {
  const { corsUrlsRegex, corsExposeHeaders } = settings
  const rules = originRules()
  const preflightHeaders = standingPreflight()
  const exposed = headerNames('corsExposeHeaders', corsExposeHeaders)

  /** Say whether the origin may read the answer; tells whether it may. */
  const allow = (request: HttpRequest, response: AnyResponse): boolean => {
    if (!rules.all) patchVaryHeaders(response, ['Origin'])
    const origin = request.environ['HTTP_ORIGIN']
    if (origin === undefined || !rules.allows(origin)) return false
    response.headers.set('Access-Control-Allow-Origin', rules.all ? '*' : origin)
    if (rules.credentials) response.headers.set('Access-Control-Allow-Credentials', 'true')
    return true
  }
  const finish = (request: HttpRequest, response: AnyResponse): AnyResponse => {
    if (allow(request, response) && exposed !== '') response.headers.set('Access-Control-Expose-Headers', exposed)
    return response
  }

  return (request) => {
    if (corsUrlsRegex !== null && request.pathInfo.search(corsUrlsRegex) === -1) return getResponse(request)
    if (!isPreflight(request)) return finishAfter(getResponse, request, finish)
    const response = new HttpResponse('', { status: 204 })
    response.headers.delete('Content-Type')
    if (allow(request, response)) for (const [name, value] of preflightHeaders) response.headers.set(name, value)
    return response
  }
}

function isPreflight({ method, environ }: HttpRequest): boolean {
  return (
    method === 'OPTIONS' &&
    environ['HTTP_ORIGIN'] !== undefined &&
    environ['HTTP_ACCESS_CONTROL_REQUEST_METHOD'] !== undefined
  )
}

interface OriginRules {
  readonly all: boolean
  readonly credentials: boolean
  allows(origin: string): boolean
}

function originRules(): OriginRules {
  const { corsAllowedOrigins, corsAllowedOriginRegexes, corsAllowAllOrigins, corsAllowCredentials } = settings
  if (corsAllowAllOrigins && corsAllowCredentials) {
    throw new ImproperlyConfigured(`${CORS_CONFLICT.message} ${CORS_CONFLICT.hint}`)
  }
  const origins = new Set(corsAllowedOrigins.map((origin) => origin.toLowerCase()))
  const patterns = corsAllowedOriginRegexes.map(whole)
  return {
    all: corsAllowAllOrigins,
    credentials: corsAllowCredentials,
    allows: (origin) =>
      corsAllowAllOrigins ||
      origins.has(origin) ||
      (origin.length <= MAX_ORIGIN && patterns.some((pattern) => pattern.test(origin))),
  }
}

/** The expression for the whole origin: what begins or ends like one of ours may be anybody's. */
function whole({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags.replace(/[gmy]/g, ''))
}

function standingPreflight(): Array<readonly [name: string, value: string]> {
  const { corsAllowMethods, corsAllowHeaders, corsPreflightMaxAge } = settings
  const headers: Array<readonly [string, string]> = [
    ['Access-Control-Allow-Methods', headerNames('corsAllowMethods', corsAllowMethods)],
    ['Access-Control-Allow-Headers', headerNames('corsAllowHeaders', corsAllowHeaders)],
  ]
  if (corsPreflightMaxAge > 0) headers.push(['Access-Control-Max-Age', String(corsPreflightMaxAge)])
  return headers.filter(([, value]) => value !== '')
}

function headerNames(setting: string, names: readonly string[]): string {
  for (const name of names) {
    if (isToken(name)) continue
    throw new ImproperlyConfigured(
      `The setting ${setting} has ${JSON.stringify(name)}, which is no name of a method or header. Give one name an entry.`,
    )
  }
  return names.join(', ')
}
