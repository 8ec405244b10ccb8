import type { HttpRequest } from 'nuages/http'

/** One stage of a request's road, as the first page shows it. */
export interface Stage {
  readonly name: string
  readonly file: string
  readonly what: string
  readonly facts: ReadonlyArray<readonly [label: string, value: string]>
  /** Milliseconds from the first middleware to here, where the stage is timed. */
  readonly milliseconds?: string
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

/** The road that a request has come so far, with what it met on each stage. */
export function stagesOf(request: HttpRequest): Stage[] {
  const { environ, milestones, resolverMatch } = request
  const now = performance.now()
  const key = String(environ['nuages.gateway'])
  const gateway = GATEWAYS[key] ?? { name: key, file: 'gateway/', what: 'A gateway of its own kind brought it.' }
  const since = (time: number | undefined) =>
    milestones === undefined || time === undefined ? {} : { milliseconds: (time - milestones.entered).toFixed(2) }
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
        ['method', request.method],
        ['scheme', request.scheme],
        ['path', request.path],
      ],
      ...since(milestones?.resolved),
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
      ...since(now),
    },
  ]
}
