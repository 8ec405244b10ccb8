import type { Environ } from '../../gateway/index.ts'
import type { EnvironDifference, EnvironReport } from './report.ts'

/** Why gateways differ in a variable, where that can be said of it by name. */
const REASONS: Readonly<Record<string, string>> = {
  'nuages.gateway': 'The gateway says its name.',
  'wsgi.multiprocess': 'Other processes may serve the same site; under CGI they always do.',
  'wsgi.run_once': 'A CGI process ends with its request.',
  'wsgi.url_scheme': 'Over HTTP only the socket counts, until secureProxySslHeader names a header of the proxy.',
  CONTENT_LENGTH: 'nginx sends it empty where there is no body. Empty and unset mean the same (RFC 3875, 4.1).',
  CONTENT_TYPE: 'nginx sends it empty where there is none. Empty and unset mean the same (RFC 3875, 4.1).',
  HTTP_CONNECTION: 'It belongs to one connection: the proxy makes a new one.',
  HTTP_X_FORWARDED_PROTO: 'A proxy has no other word for HTTPS; the others send a variable.',
  PATH_INFO: 'Web servers merge // and resolve dots before they make variables; over HTTP a path comes as it was sent.',
  SCRIPT_NAME: 'HTTP has no word for a mount: the setting forceScriptName says it.',
  SERVER_NAME: 'Over HTTP it is the address of the socket; else the name that the web server has.',
  SERVER_PORT: 'Over HTTP it is the port of the socket; else the one that the client sees.',
  SERVER_SOFTWARE: 'Whoever takes the request from the client says its name.',
}

const OWN_VARIABLE = 'Web servers send it beside what the contract names. HTTP has no variables.'

/** What stands for objects, which have nothing to show. */
const OBJECTS: Readonly<Record<string, string>> = {
  'wsgi.input': '(the body, to be read once)',
  'wsgi.errors': '(the log)',
  'wsgi.version': '1.0',
  'nuages.signal': '(fires when the client goes)',
}

/** The Environs, one for each road: what all have in common, and each difference with its reason. */
export function compareEnvirons(environs: ReadonlyArray<Environ | undefined>): EnvironReport {
  const known = environs.filter((environ) => environ !== undefined)
  const names = new Set(known.flatMap((environ) => Object.keys(environ)).toSorted(byOrigin))
  const same: Array<readonly [string, string]> = []
  const different: EnvironDifference[] = []
  for (const name of names) {
    const values = environs.map((environ) => shown(name, environ))
    const [first] = values.filter((_value, index) => environs[index] !== undefined)
    if (
      first !== null &&
      first !== undefined &&
      values.every((value, index) => value === first || environs[index] === undefined)
    )
      same.push([name, first])
    else different.push({ name, values, why: REASONS[name] ?? OWN_VARIABLE })
  }
  return { same, different }
}

/** The request's own variables before headers, and these before what the contract adds. */
function byOrigin(one: string, other: string): number {
  return rank(one) - rank(other) || (one < other ? -1 : one > other ? 1 : 0)
}

function rank(name: string): number {
  if (name.includes('.')) return 2
  return name.startsWith('HTTP_') ? 1 : 0
}

function shown(name: string, environ: Environ | undefined): string | null {
  const value = environ?.[name]
  if (value === undefined) return null
  return OBJECTS[name] ?? (typeof value === 'string' ? value : JSON.stringify(value))
}
