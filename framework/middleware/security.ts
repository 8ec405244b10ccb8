import { settings } from '../conf/index.ts'
import { type AnyResponse, HttpResponsePermanentRedirect, type HttpRequest, type Middleware } from '../http/index.ts'
import { finishAfter } from './after.ts'
import { referrerPolicies } from './referrer-policy.ts'

/**
 * Sends browsers to HTTPS and tells them to be careful, as the `secure…` settings say (Django's `SecurityMiddleware`).
 * A header that the view has set stays.
 */
export const securityMiddleware: Middleware = (getResponse) => {
  const { secureSslRedirect, secureSslHost, secureRedirectExempt } = settings
  const always = standingHeaders()
  const hsts = hstsHeader()

  const finish = (request: HttpRequest, response: AnyResponse): AnyResponse => {
    for (const [name, value] of always) response.headers.setDefault(name, value)
    if (hsts !== undefined && request.isSecure()) response.headers.setDefault('Strict-Transport-Security', hsts)
    return response
  }
  const mustRedirect = (request: HttpRequest): boolean =>
    secureSslRedirect && !request.isSecure() && !secureRedirectExempt.some((path) => isExempt(request, path))

  return (request) => {
    if (mustRedirect(request)) {
      const host = secureSslHost ?? request.getHost()
      return finish(request, new HttpResponsePermanentRedirect(`https://${host}${request.getFullPath()}`))
    }
    return finishAfter(getResponse, request, finish)
  }
}

/** `search` begins at the start each time, also for an expression with the flag `g`. */
function isExempt(request: HttpRequest, path: RegExp): boolean {
  return request.path.replace(/^\/+/, '').search(path) !== -1
}

function standingHeaders(): Array<readonly [name: string, value: string]> {
  const { secureContentTypeNosniff, secureReferrerPolicy, secureCrossOriginOpenerPolicy } = settings
  const headers: Array<readonly [string, string]> = []
  if (secureContentTypeNosniff) headers.push(['X-Content-Type-Options', 'nosniff'])
  if (secureReferrerPolicy !== null && secureReferrerPolicy.length > 0) {
    headers.push(['Referrer-Policy', referrerPolicies(secureReferrerPolicy).join(',')])
  }
  if (secureCrossOriginOpenerPolicy !== null && secureCrossOriginOpenerPolicy !== '') {
    headers.push(['Cross-Origin-Opener-Policy', secureCrossOriginOpenerPolicy])
  }
  return headers
}

function hstsHeader(): string | undefined {
  const { secureHstsSeconds, secureHstsIncludeSubdomains, secureHstsPreload } = settings
  if (secureHstsSeconds === 0) return undefined
  const parts = [`max-age=${secureHstsSeconds}`]
  if (secureHstsIncludeSubdomains) parts.push('includeSubDomains')
  if (secureHstsPreload) parts.push('preload')
  return parts.join('; ')
}
