import { decodePath, joinHeader } from '../environ.ts'
import { Refusal } from '../http/refusal.ts'
import type { Environ } from '../types.ts'
import { latin1Slice } from './latin1.ts'
import { nameAt } from './names.ts'
import { PairReader } from './pairs.ts'

/**
 * Put the parameters of a request, name-value pairs in `bytes` from `start` to `end`, into its Environ.
 *
 * Of a variable that comes twice the last counts; headers are joined. Throws `Refusal` for more than `maxCount`
 * parameters, `FastCGIError` for lengths that do not fit, and `BadRequest` for a header that may not come twice.
 */
export function readParams(environ: Environ, bytes: Buffer, start: number, end: number, maxCount: number): void {
  const text = latin1Slice(bytes, start, end)
  const pairs = new PairReader(bytes, start, end)
  let count = 0
  while (pairs.next()) {
    if (++count > maxCount) throw new Refusal(431, `The request has more than ${maxCount} parameters. Send fewer.`)
    const name = nameAt(bytes, pairs.nameStart, pairs.nameEnd)
    if (name.kind === 'dropped') continue
    const value = text.slice(pairs.nameEnd - start, pairs.valueEnd - start)
    if (name.kind === 'variable') environ[name.text] = value
    else setHeader(environ, name.text, value)
  }
}

/**
 * Serve a request whose web server was never told of PATH_INFO, as nginx's stock `fastcgi_params` leaves it: the whole
 * path is in SCRIPT_NAME then. True where that was so.
 */
export function takePathFromScriptName(environ: Environ): boolean {
  if (environ.PATH_INFO !== undefined) return false
  const path = environ.SCRIPT_NAME
  if (path === undefined || path === '' || !isRequestPath(environ, path)) return false
  environ.SCRIPT_NAME = ''
  environ.PATH_INFO = path
  return true
}

function setHeader(environ: Environ, key: string, value: string): void {
  const before = environ[key]
  if (before === undefined) environ[key] = value
  else if (before !== value || key !== 'HTTP_HOST') environ[key] = joinHeader(key, before as string, value)
}

/** True for the path that was asked for, whether nginx has merged slashes and resolved dots in it or not. */
function isRequestPath(environ: Environ, path: string): boolean {
  if (environ['DOCUMENT_URI'] === path) return true
  const target = environ['REQUEST_URI']
  if (typeof target !== 'string') return false
  const question = target.indexOf('?')
  const asked = question === -1 ? target : target.slice(0, question)
  return asked === path || decodePath(asked) === path
}
