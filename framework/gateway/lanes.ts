import type { Lane } from './lanes/lane.ts'

/** The gateways by what an Environ calls them in `nuages.gateway`; each is loaded when it is passed, for a server needs none. */
export const LANES: Readonly<Record<string, Lane>> = {
  http: {
    name: 'HTTP',
    takesVariables: false,
    pass: async (...request) => (await import('./lanes/http.ts')).passByHTTP(...request),
  },
  cgi: {
    name: 'CGI',
    takesVariables: true,
    pass: async (...request) => (await import('./lanes/cgi.ts')).passByCGI(...request),
  },
  fastcgi: {
    name: 'FastCGI',
    takesVariables: true,
    pass: async (...request) => (await import('./lanes/fastcgi.ts')).passByFastCGI(...request),
  },
}
