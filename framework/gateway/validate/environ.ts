import { isToken } from '../../utils/index.ts'
import type { Environ } from '../types.ts'
import { check, isAsyncIterable, RULE } from './rules.ts'

const REQUEST_VARIABLES = ['REQUEST_METHOD', 'SCRIPT_NAME', 'PATH_INFO', 'QUERY_STRING']
const SERVER_VARIABLES = ['SERVER_NAME', 'SERVER_PORT', 'SERVER_PROTOCOL', 'SERVER_SOFTWARE', 'GATEWAY_INTERFACE']
const STREAM_KEYS = ['wsgi.version', 'wsgi.url_scheme', 'wsgi.input', 'wsgi.errors']
const FLAGS = ['wsgi.multithread', 'wsgi.multiprocess', 'wsgi.run_once']
const REQUIRED = [...REQUEST_VARIABLES, ...SERVER_VARIABLES, ...STREAM_KEYS, ...FLAGS, 'nuages.signal']

const BEYOND_LATIN1 = /[^\x00-\xff]/

/** Check what the gateway says of a request. */
export function checkEnviron(environ: Environ): void {
  check(typeof environ === 'object' && environ !== null, 'environ is no object', RULE.environ)
  for (const key of REQUIRED) {
    check(environ[key] !== undefined, `environ has no ${key}, which every gateway has to give`, RULE.environ)
  }
  for (const [key, value] of Object.entries(environ)) checkVariable(key, value)
  checkRequest(environ)
  checkStreams(environ)
}

function checkVariable(key: string, value: unknown): void {
  const header = key === 'HTTP_CONTENT_TYPE' || key === 'HTTP_CONTENT_LENGTH'
  check(!header, `environ has ${key}; this header stands as ${key.slice(5)}`, RULE.variables)
  if (key.includes('.') || value === undefined) return
  check(typeof value === 'string', `environ.${key} is of type ${typeof value}; it has to be a string`, RULE.environ)
  const bytes = !BEYOND_LATIN1.test(value)
  check(bytes, `environ.${key} has a character beyond latin-1; strings hold bytes, one character each`, RULE.latin1)
}

function checkRequest(environ: Environ): void {
  const { REQUEST_METHOD: method, SCRIPT_NAME: script, PATH_INFO: path, CONTENT_LENGTH: length } = environ
  check(isToken(method), `REQUEST_METHOD ${JSON.stringify(method)} is no token`, RULE.variables)
  const rooted = (text: string) => text === '' || text.startsWith('/')
  check(rooted(script), `SCRIPT_NAME ${JSON.stringify(script)} neither is empty nor begins with "/"`, RULE.environ)
  check(script !== '/', 'SCRIPT_NAME is "/"; for the root it is empty, and PATH_INFO begins with the "/"', RULE.environ)
  check(rooted(path), `PATH_INFO ${JSON.stringify(path)} neither is empty nor begins with "/"`, RULE.environ)
  const counted = length === undefined || /^\d*$/.test(length)
  check(counted, `CONTENT_LENGTH ${JSON.stringify(length)} has something but digits`, RULE.variables)
}

function checkStreams(environ: Environ): void {
  const scheme = environ['wsgi.url_scheme']
  const known = scheme === 'http' || scheme === 'https'
  check(known, `wsgi.url_scheme is ${JSON.stringify(scheme)}; it has to be "http" or "https"`, RULE.environ)
  const version: unknown = environ['wsgi.version']
  check(Array.isArray(version) && version[0] === 1 && version[1] === 0, 'wsgi.version is not [1, 0]', RULE.environ)
  for (const key of FLAGS) check(typeof environ[key] === 'boolean', `${key} is neither true nor false`, RULE.environ)
  check(isAsyncIterable(environ['wsgi.input']), 'wsgi.input is no AsyncIterable', RULE.streams)
  const { write } = environ['wsgi.errors'] as { write?: unknown }
  check(typeof write === 'function', 'wsgi.errors has no write()', RULE.streams)
  check(environ['nuages.signal'] instanceof AbortSignal, 'nuages.signal is no AbortSignal', RULE.environ)
}
