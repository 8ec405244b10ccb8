import path from 'node:path'
import type { Environ } from '../types.ts'
import { bytesOfText } from './bytes.ts'
import type { Program } from './find.ts'
import { Refusal } from './refusal.ts'

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'

const REQUIRED = [
  'QUERY_STRING',
  'REMOTE_ADDR',
  'REQUEST_METHOD',
  'SERVER_NAME',
  'SERVER_PORT',
  'SERVER_PROTOCOL',
  'SERVER_SOFTWARE',
] as const

// RFC 3875, section 4.1.18: credentials, what another variable says, and the framing that the server has removed.
const WITHHELD = new Set([
  'HTTP_AUTHORIZATION',
  'HTTP_CONTENT_LENGTH',
  'HTTP_CONTENT_TYPE',
  'HTTP_PROXY',
  'HTTP_PROXY_AUTHORIZATION',
  'HTTP_TRANSFER_ENCODING',
])

/** What the variables of a program are made of. */
export interface VariableSources {
  readonly environ: Environ
  readonly program: Program
  /** Bytes of body that the program will find on its standard input, or `undefined` where there is no body. */
  readonly contentLength: number | undefined
  readonly env: Readonly<Record<string, string>>
  readonly documentRoot: string
}

/**
 * The whole environment of a program, names to bytes (RFC 3875, section 4.1): the request's own variables win over `env`.
 *
 * @throws {Refusal} 400 where a value holds a NUL
 */
export function programVariables(sources: VariableSources): Map<string, string> {
  const { environ, program, contentLength, env, documentRoot } = sources
  const variables = new Map([['PATH', bytesOfText(process.env['PATH'] ?? DEFAULT_PATH)]])
  for (const [name, value] of Object.entries(env)) variables.set(name, bytesOfText(value))
  for (const name of REQUIRED) variables.set(name, environ[name] ?? '')
  variables.set('GATEWAY_INTERFACE', 'CGI/1.1')
  variables.set('SCRIPT_NAME', environ.SCRIPT_NAME + program.scriptPath)
  variables.set('PATH_INFO', program.pathInfo)
  setUnlessEmpty(variables, 'PATH_TRANSLATED', translate(program.pathInfo, documentRoot))
  setUnlessEmpty(variables, 'CONTENT_LENGTH', contentLength?.toString())
  setUnlessEmpty(variables, 'CONTENT_TYPE', environ.CONTENT_TYPE)
  setUnlessEmpty(variables, 'HTTPS', environ['wsgi.url_scheme'] === 'https' ? 'on' : undefined)
  addClient(variables, environ)
  addHeaders(variables, environ)
  for (const [name, value] of variables) {
    if (value.includes('\0')) throw new Refusal(400, `the request's ${name} holds a NUL, which no variable can carry`)
  }
  return variables
}

/** The file that PATH_INFO would be as a path of the site; a `..` never leads above the document root. */
function translate(pathInfo: string, documentRoot: string): string | undefined {
  if (pathInfo === '') return undefined
  return bytesOfText(documentRoot).replace(/\/+$/, '') + path.posix.normalize(pathInfo)
}

/** Who asks, as far as the gateway has found out; a client's own claims in headers never get here. */
function addClient(variables: Map<string, string>, environ: Environ): void {
  setUnlessEmpty(variables, 'REMOTE_HOST', stringOf(environ['REMOTE_HOST']) || environ.REMOTE_ADDR)
  setUnlessEmpty(variables, 'REMOTE_IDENT', stringOf(environ['REMOTE_IDENT']))
  const authType = stringOf(environ['AUTH_TYPE'])
  setUnlessEmpty(variables, 'AUTH_TYPE', authType)
  if (authType) setUnlessEmpty(variables, 'REMOTE_USER', stringOf(environ['REMOTE_USER']))
}

/** The headers whose names every shell can say. */
function addHeaders(variables: Map<string, string>, environ: Environ): void {
  for (const [name, value] of Object.entries(environ)) {
    if (/^HTTP_[A-Z0-9_]+$/.test(name) && !WITHHELD.has(name)) setUnlessEmpty(variables, name, stringOf(value))
  }
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function setUnlessEmpty(variables: Map<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined && value !== '') variables.set(name, value)
}
