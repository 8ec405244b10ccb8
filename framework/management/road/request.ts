import type { LaneRequest } from '../../gateway/index.ts'
import { isToken, version } from '../../utils/index.ts'
import { CommandError } from '../errors.ts'

/** A request as somebody types it. */
export interface TypedRequest {
  /** Path and query, as in an address bar: letters that are not ASCII may stand as they are. */
  readonly path: string
  /** GET, or POST where there is a body. */
  readonly method?: string | undefined
  /** Lines such as `Accept: text/plain`. */
  readonly headers?: readonly string[] | undefined
  readonly body?: Uint8Array | undefined
  /** Where the site is mounted, such as `/news`; it is put in front of a path that does not lie below it. */
  readonly prefix?: string | undefined
  readonly host?: string | undefined
  readonly https?: boolean | undefined
  /** Variables as a web server was seen to send them, in place of all the rest but the body. */
  readonly variables?: Readonly<Record<string, string>> | undefined
}

const EMPTY = new Uint8Array(0)

/** Headers that `typedRequest` leaves to whoever speaks to the site. */
const NOT_OURS = /^(?:connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect)$/i

/** The request that was typed, as a web server has it. Throws a CommandError that says what to type instead. */
export function typedRequest(typed: TypedRequest): LaneRequest {
  const { body = EMPTY, variables, https = false } = typed
  if (variables !== undefined) return requestOf(variables, body)
  const mount = mountOf(typed.prefix)
  const method = typed.method ?? (body.length > 0 ? 'POST' : 'GET')
  if (!isToken(method)) throw new CommandError(`${JSON.stringify(method)} is no method. Such are GET, POST and PUT.`)
  const given = (typed.headers ?? []).map(parseHeader)
  const host = valueOf(given, 'host') ?? encoded(typed.host ?? 'localhost')
  return {
    method,
    target: targetOf(typed.path, mount),
    mount,
    host,
    scheme: https ? 'https' : 'http',
    headers: [
      ...preset(given, 'User-Agent', `nuages/${version()}`),
      ...preset(given, 'Accept', '*/*'),
      ...given.filter(([name]) => name.toLowerCase() !== 'host'),
      ...(body.length > 0 ? preset(given, 'Content-Type', 'application/x-www-form-urlencoded') : []),
      ...(body.length > 0 || /^(?:POST|PUT|PATCH)$/.test(method)
        ? preset(given, 'Content-Length', String(body.length))
        : []),
    ],
    body,
  }
}

/** What a web server's variables say of the request they belong to. */
function requestOf(variables: Readonly<Record<string, string>>, body: Uint8Array): LaneRequest {
  const bytes = Object.fromEntries(Object.entries(variables).map(([name, value]) => [encoded(name), encoded(value)]))
  const { REQUEST_METHOD = 'GET', SCRIPT_NAME = '', PATH_INFO = '', QUERY_STRING = '', HTTPS = '' } = bytes
  const query = QUERY_STRING === '' ? '' : `?${QUERY_STRING}`
  return {
    method: REQUEST_METHOD,
    target: bytes['REQUEST_URI'] ?? `${SCRIPT_NAME}${PATH_INFO}${query}`,
    mount: SCRIPT_NAME,
    host: bytes['HTTP_HOST'] ?? bytes['SERVER_NAME'] ?? 'localhost',
    scheme: /^(?:on|1)$/i.test(HTTPS) || bytes['REQUEST_SCHEME'] === 'https' ? 'https' : 'http',
    headers: [],
    body,
    variables: bytes,
  }
}

function targetOf(path: string, mount: string): string {
  if (/^https?:\/\//.test(path) && URL.canParse(path)) throw notAnAddress(new URL(path))
  if (!path.startsWith('/')) throw new CommandError(`The path begins with a slash: '/${path}'?`)
  if (path.includes('#'))
    throw new CommandError("What follows '#' stays in the browser. Leave it out, or write it as %23.")
  const target = encodePath(path)
  const question = target.indexOf('?')
  const escape = /%(?![0-9A-Fa-f]{2})/.exec(question === -1 ? target : target.slice(0, question))
  if (escape !== null)
    throw new CommandError("A '%' in the path is not followed by two hexadecimal digits. Write the sign itself as %25.")
  if (/%00/.test(question === -1 ? target : target.slice(0, question)))
    throw new CommandError('Web servers refuse a %00 in the path themselves, for no variable can hold it.')
  return target === mount || target.startsWith(`${mount}/`) || target.startsWith(`${mount}?`) ? target : mount + target
}

function notAnAddress({ protocol, host, pathname, search }: URL): CommandError {
  const https = protocol === 'https:' ? ' --https' : ''
  return new CommandError(
    `That is a whole address. Give the path: gateway '${pathname}${search}' --host ${host}${https}`,
  )
}

function mountOf(prefix = ''): string {
  const mount = prefix.replace(/\/+$/, '')
  if (mount === '' || mount.startsWith('/')) return encodePath(mount)
  throw new CommandError(`The prefix begins with a slash: '/${mount}'.`)
}

/** Only what cannot stand in a request is escaped; what is escaped already stays so. */
function encodePath(path: string): string {
  return encoded(path).replaceAll(/[^\x21-\x7e]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase()
    return `%${code.padStart(2, '0')}`
  })
}

function parseHeader(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0))
  const value = encoded(line.slice(colon + 1).trim())
  if (colon === -1) throw new CommandError(`The header ${JSON.stringify(line)} has no colon. Write 'Name: value'.`)
  if (!isToken(name))
    throw new CommandError(
      `${JSON.stringify(name)} is no name of a header: letters, digits and dashes, such as X-Real-Ip.`,
    )
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
    throw new CommandError(`The header ${name} has a control character in its value.`)
  if (NOT_OURS.test(name))
    throw new CommandError(`The header ${name} is a matter between the web server and the site. Leave it out.`)
  return [name, value]
}

function preset(
  given: ReadonlyArray<readonly [string, string]>,
  name: string,
  value: string,
): ReadonlyArray<readonly [string, string]> {
  return valueOf(given, name.toLowerCase()) === undefined ? [[name, value]] : []
}

function valueOf(headers: ReadonlyArray<readonly [string, string]>, name: string): string | undefined {
  return headers.find(([given]) => given.toLowerCase() === name)?.[1]
}

/** Text as its bytes in UTF-8, one character each. */
function encoded(text: string): string {
  return Buffer.from(text).toString('latin1')
}
