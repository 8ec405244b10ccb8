import { DisallowedHost } from '../exceptions.ts'
import type { Environ } from '../gateway/index.ts'
import { isPort, portOf } from './host.ts'
import { httpOptions } from './options.ts'

/**
 * The host that the client asked for, unchecked: that of a proxy where the setting `useXForwardedHost` says so, that of
 * the request, or that of the server. Throws `DisallowedHost` for a forwarded port that is none.
 */
export function hostOf(environ: Environ, secure: boolean): string {
  const forwarded = httpOptions().useXForwardedHost ? environ['HTTP_X_FORWARDED_HOST'] : undefined
  const host = forwarded ?? environ['HTTP_HOST']
  if (host === undefined)
    return withPort(bracketed(environ.SERVER_NAME), forwardedPort(environ) ?? environ.SERVER_PORT, secure)
  // A proxy that forwards the port in a header of its own leaves it out of the host.
  if (!httpOptions().useXForwardedPort || portOf(host) !== undefined) return host
  return withPort(host, forwardedPort(environ), secure)
}

/** The port that a proxy forwards, where the setting `useXForwardedPort` says so. Throws `DisallowedHost` for one that is none. */
export function forwardedPort(environ: Environ): string | undefined {
  const port = httpOptions().useXForwardedPort ? environ['HTTP_X_FORWARDED_PORT'] : undefined
  if (port === undefined || isPort(port)) return port
  throw new DisallowedHost(`The X-Forwarded-Port ${JSON.stringify(port.slice(0, 255))} is no port.`)
}

function withPort(host: string, port: string | undefined, secure: boolean): string {
  return port === undefined || port === (secure ? '443' : '80') ? host : `${host}:${port}`
}

function bracketed(name: string): string {
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name
}
