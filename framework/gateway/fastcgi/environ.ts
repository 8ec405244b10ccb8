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
  // Only so can be told later whether it was sent.
  ;(environ as { PATH_INFO: string | undefined }).PATH_INFO = undefined
  if (params !== undefined) readParams(environ, params.bytes, params.start, params.end, maxCount)
  const pathWasScriptName = takePathFromScriptName(environ)
  environ.PATH_INFO ??= ''
  return { environ, pathWasScriptName }
}
