import type { HttpRequest } from 'nuages/http'

/** One stage of a request's road, as the first page shows it. */
export interface Stage {
  readonly name: string
  readonly file: string
  readonly what: string
  readonly facts: ReadonlyArray<readonly [label: string, value: string]>
}

/** A gateway that this page can come by, and whether it has. */
export interface Lane {
  readonly name: string
  readonly isOurs: boolean
}

/** How long a part of the road took. */
export interface Timing {
  readonly name: string
  readonly milliseconds: string
  /** Of the whole, for a bar: 0 to 100. */
  readonly percent: number
}

const GATEWAYS: Readonly<Record<string, { name: string; file: string; what: string }>> = {
  http: { name: 'HTTP', file: 'gateway/http.ts', what: 'A socket of Node’s own HTTP server brought this request.' },
  cgi: { name: 'CGI', file: 'gateway/cgi.ts', what: 'A process was started for this one request, and ends with it.' },
  fastcgi: {
    name: 'FastCGI',
    file: 'gateway/fastcgi/',
    what: 'A web server sent this request in records over a socket that stays open.',
  },
  test: { name: 'the test client', file: 'test/client.ts', what: 'A test called the application directly.' },
}

/** The gateways of a web server, for the one that brought this request to stand out. */
export function lanesOf({ environ }: HttpRequest): Lane[] {
  return ['http', 'cgi', 'fastcgi'].map((key) => ({
    name: GATEWAYS[key]?.name ?? key,
    isOurs: environ['nuages.gateway'] === key,
  }))
}

/** How long the road took until now; `undefined` where nobody took the time. */
export function timingsOf({ milestones }: HttpRequest): Timing[] | undefined {
  if (milestones?.resolved === undefined) return undefined
  const now = performance.now()
  const whole = now - milestones.entered
  const timing = (name: string, duration: number) => ({
    name,
    milliseconds: duration.toFixed(2),
    percent: whole === 0 ? 0 : Math.round((duration / whole) * 100),
  })
  return [
    timing('Middleware and URLs', milestones.resolved - milestones.entered),
    timing('View', now - milestones.resolved),
  ]
}

/** The road that a request has come so far, with what it met on each stage. */
export function stagesOf({ environ, method, scheme, path, resolverMatch }: HttpRequest): Stage[] {
  const key = String(environ['nuages.gateway'])
  const gateway = GATEWAYS[key] ?? { name: key, file: 'gateway/', what: 'A gateway of its own kind brought it.' }
  return [
    {
      name: `Gateway: ${gateway.name}`,
      file: gateway.file,
      what: gateway.what,
      facts: [
        ['protocol', environ.SERVER_PROTOCOL],
        ['server', environ.SERVER_SOFTWARE],
        ['client', environ.REMOTE_ADDR ?? 'unknown'],
      ],
    },
    {
      name: 'Environ',
      file: 'gateway/types.ts',
      what: 'Bytes became one object, the same under every gateway.',
      facts: [
        ['REQUEST_METHOD', environ.REQUEST_METHOD],
        ['SCRIPT_NAME', environ.SCRIPT_NAME || '(empty)'],
        ['PATH_INFO', environ.PATH_INFO],
      ],
    },
    {
      name: 'Middleware',
      file: 'handlers/base.ts',
      what: 'The request went down through the layers, which were folded into one function at the start.',
      facts: [
        ['method', method],
        ['scheme', scheme],
        ['path', path],
      ],
    },
    {
      name: 'URLs',
      file: 'urls/resolver.ts',
      what: 'The path chose a route, and the route its view.',
      facts: [
        ['route', resolverMatch?.route || '(empty)'],
        ['name', resolverMatch?.viewName ?? 'none'],
      ],
    },
    {
      name: 'View and template',
      file: 'project/road/views.ts',
      what: 'This page is being made right now; then it climbs back through the same layers.',
      facts: [['template', 'road/home.html']],
    },
  ]
}
