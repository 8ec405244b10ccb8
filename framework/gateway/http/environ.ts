import type { IncomingMessage } from 'node:http'
import { addHeader, decodePath, newEnviron } from '../environ.ts'
import type { Environ } from '../types.ts'
import { Refusal } from './refusal.ts'

/** What the Environs of one connection share. */
export interface ConnectionKeys {
  readonly serverSoftware: string
  readonly serverName: string
  readonly serverPort: string
  readonly remoteAddress: string
}

/** The Host header's syntax (RFC 9110, section 7.2): a registered name, an IPv4 or a bracketed IP address, and a port. */
const HOST = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=%]*|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/

/** `http://authority/path` (RFC 9112, section 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i

/** Hosts seen last, so that the expression runs once for each and not once for each request. */
const knownHosts = new Set<string>()
const MAX_KNOWN_HOSTS = 100

/** The part of a request's Environ that its head tells. Throws `Refusal` or `BadRequest` for a head to be refused. */
export function requestEnviron(request: IncomingMessage, maxHeaders: number, keys: ConnectionKeys): Environ {
  const { rawHeaders } = request
  if (request.httpVersionMajor !== 1 || request.httpVersionMinor > 1) {
    throw new Refusal(505, `This server speaks HTTP/1.1 and HTTP/1.0, not HTTP/${request.httpVersion}.`)
  }
  if (rawHeaders.length > maxHeaders * 2) {
    throw new Refusal(431, `The request has more than ${maxHeaders} headers. Send fewer.`)
  }
  const environ = newEnviron()
  environ.SERVER_SOFTWARE = keys.serverSoftware
  environ.SERVER_NAME = keys.serverName
  environ.SERVER_PORT = keys.serverPort
  environ.SERVER_PROTOCOL = request.httpVersionMinor === 1 ? 'HTTP/1.1' : 'HTTP/1.0'
  environ.REQUEST_METHOD = request.method as string
  environ.REMOTE_ADDR = keys.remoteAddress
  for (let i = 0; i < rawHeaders.length; i += 2) {
    addHeader(environ, rawHeaders[i] as string, rawHeaders[i + 1] as string)
  }
  checkHost(environ, request.httpVersionMinor === 1)
  setTarget(environ, request.url as string)
  takeTransferEncoding(environ, request.httpVersionMinor)
  return environ
}

/** True for a request whose body ends at its last chunk. */
export function isChunked(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined
}

function checkHost(environ: Environ, required: boolean): void {
  const host = environ['HTTP_HOST']
  if (host !== undefined) assertHost(host)
  else if (required) throw new Refusal(400, 'The request has no Host header, which HTTP/1.1 demands.')
}

function assertHost(host: string): void {
  if (knownHosts.has(host)) return
  if (!HOST.test(host)) throw new Refusal(400, 'The Host of this request is no host name or address.')
  if (knownHosts.size === MAX_KNOWN_HOSTS) knownHosts.clear()
  if (host.length <= 255) knownHosts.add(host)
}

/** Put the request's target into PATH_INFO and QUERY_STRING, in each of its forms (RFC 9112, section 3.2). */
function setTarget(environ: Environ, target: string): void {
  if (environ.REQUEST_METHOD === 'TRACE') throw new Refusal(501, 'This server does not implement TRACE.')
  if (target.startsWith('/')) return setPath(environ, target)
  if (target === '*' && environ.REQUEST_METHOD === 'OPTIONS') return
  const absolute = ABSOLUTE_FORM.exec(target)
  if (absolute === null) throw new Refusal(400, "The request's target is neither a path nor an http URL.")
  const [, authority = '', rest = ''] = absolute
  if (authority === '') throw new Refusal(400, "The request's target has no host.")
  assertHost(authority)
  environ['HTTP_HOST'] = authority
  setPath(environ, rest.startsWith('/') ? rest : `/${rest}`)
}

function setPath(environ: Environ, target: string): void {
  if (target.includes('#')) throw new Refusal(400, "The request's target has a fragment, which stays with the client.")
  const question = target.indexOf('?')
  const path = decodePath(question === -1 ? target : target.slice(0, question))
  if (path === undefined) throw new Refusal(400, 'A "%" in the path is not followed by two hexadecimal digits.')
  environ.PATH_INFO = path
  if (question !== -1) environ.QUERY_STRING = target.slice(question + 1)
}

/** The chunks of a body are put together here, so the application sees nothing of them (RFC 3875, section 4.2). */
function takeTransferEncoding(environ: Environ, minorVersion: number): void {
  const coding = environ['HTTP_TRANSFER_ENCODING']
  if (coding === undefined) return
  if (minorVersion === 0) throw new Refusal(400, 'HTTP/1.0 has no Transfer-Encoding.')
  if (coding.toLowerCase() !== 'chunked') throw new Refusal(501, 'This server takes no transfer coding but chunked.')
  delete environ['HTTP_TRANSFER_ENCODING']
}
