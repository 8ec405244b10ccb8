import { decodePath, joinHeader } from '../environ.ts'
import type { LaneRequest } from './lane.ts'

type Pairs = Array<readonly [name: string, value: string]>

/**
 * The variables that a web server makes of a request, in the order of the `nginx.conf` that a new project has. The path
 * is decoded once, `//` is merged and dots are resolved, as nginx and Apache do.
 */
export function variablesOf(request: LaneRequest, software: string): Pairs {
  const { method, target, mount, host, scheme, variables } = request
  if (variables !== undefined) return Object.entries(variables)
  const question = target.indexOf('?')
  const below = target.slice(mount.length)
  const [name, port] = splitHost(host)
  return [
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_SOFTWARE', software],
    ['SERVER_PROTOCOL', 'HTTP/1.1'],
    ['SERVER_NAME', name],
    ['SERVER_PORT', port ?? (scheme === 'https' ? '443' : '80')],
    ['REMOTE_ADDR', '127.0.0.1'],
    ['REMOTE_PORT', '50000'],
    ['REQUEST_SCHEME', scheme],
    ...(scheme === 'https' ? ([['HTTPS', 'on']] as const) : []),
    ['REQUEST_METHOD', method],
    ['REQUEST_URI', target],
    ['QUERY_STRING', question === -1 ? '' : target.slice(question + 1)],
    ['CONTENT_TYPE', headerOf(request, 'content-type') ?? ''],
    ['CONTENT_LENGTH', headerOf(request, 'content-length') ?? ''],
    ['SCRIPT_NAME', decodePath(mount) ?? mount],
    ['PATH_INFO', cleanPath(below.split('?', 1)[0] as string)],
  ]
}

/** The headers as HTTP_* variables; of a name with a `_`, which could pass for another, none is made. */
export function headerVariables({ host, headers }: LaneRequest): Pairs {
  const joined = new Map<string, string>([['HTTP_HOST', host]])
  for (const [name, value] of headers) {
    if (name.includes('_')) continue
    const key = `HTTP_${name.toUpperCase().replaceAll('-', '_')}`
    const before = joined.get(key)
    joined.set(key, before === undefined ? value : joinHeader(key, before, value))
  }
  return [...joined]
}

/** The value of a header, by its name in small letters. */
export function headerOf({ headers }: Pick<LaneRequest, 'headers'>, name: string): string | undefined {
  return headers.find(([given]) => given.toLowerCase() === name)?.[1]
}

/** A path as nginx has it in `$uri`. */
function cleanPath(path: string): string {
  const kept: string[] = []
  const segments = (decodePath(path) ?? path).split(/\/+/)
  for (const segment of segments.slice(1)) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  if (/^\.{1,2}$/.test(segments.at(-1) as string)) kept.push('')
  return `/${kept.join('/')}`
}

function splitHost(host: string): [name: string, port: string | undefined] {
  const port = /:(\d+)$/.exec(host)?.[1]
  return [port === undefined ? host : host.slice(0, -port.length - 1), port]
}
