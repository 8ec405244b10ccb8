import { newEnviron } from '../environ.ts'
import type { Environ } from '../types.ts'
import type { Block } from './block.ts'
import { readParams, takePathFromScriptName } from './params.ts'

/** What a request's parameters come to. */
export interface RequestEnviron {
  readonly environ: Environ
  /** True where the web server keeps the path in SCRIPT_NAME; see `takePathFromScriptName`. */
  readonly pathWasScriptName: boolean
}

/**
 * The part of a request's Environ that its parameters tell, with what RFC 3875 demands filled in where a web server
 * leaves it out. Throws as `readParams` does.
 */
export function requestEnviron(params: Block | undefined, maxCount: number): RequestEnviron {
  const environ = newEnviron()
  if (params !== undefined) readParams(environ, params.bytes, params.start, params.end, maxCount)
  const pathWasScriptName = takePathFromScriptName(environ)
  environ.GATEWAY_INTERFACE ??= 'CGI/1.1'
  environ.SERVER_SOFTWARE ??= ''
  environ.SERVER_NAME ??= 'localhost'
  environ.SERVER_PORT ??= '80'
  environ.SERVER_PROTOCOL ??= 'HTTP/1.0'
  environ.REQUEST_METHOD ??= 'GET'
  environ.SCRIPT_NAME ??= ''
  environ.PATH_INFO ??= ''
  environ.QUERY_STRING ??= ''
  return { environ, pathWasScriptName }
}
