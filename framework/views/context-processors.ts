import { settings } from '../conf/index.ts'
import type { HttpRequest } from '../http/index.ts'

/** `request`, in every template. */
export function requestContext(request: HttpRequest): Record<string, unknown> {
  return { request }
}

/** `debug`, true for a request from this machine while developing. */
export function debugContext(request: HttpRequest): Record<string, unknown> {
  const address = request.environ.REMOTE_ADDR
  return { debug: settings.debug && (address === undefined || /^(?:(?:::ffff:)?127\.|::1$)/.test(address)) }
}

/** `staticUrl`, the setting. */
export function staticContext(_request: HttpRequest): Record<string, unknown> {
  return { staticUrl: settings.staticUrl }
}

/** `cspNonce`, the nonce of this page for `contentSecurityPolicyMiddleware`; made where a template writes it out. */
export function cspContext(request: HttpRequest): Record<string, unknown> {
  return { cspNonce: request.cspNonce }
}
