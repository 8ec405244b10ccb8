import { passByCGI } from './lanes/cgi.ts'
import { passByFastCGI } from './lanes/fastcgi.ts'
import { passByHTTP } from './lanes/http.ts'
import type { Lane } from './lanes/lane.ts'

/** The gateways by what an Environ calls them in `nuages.gateway`. */
export const LANES: Readonly<Record<string, Lane>> = {
  http: { name: 'HTTP', takesVariables: false, pass: passByHTTP },
  cgi: { name: 'CGI', takesVariables: true, pass: passByCGI },
  fastcgi: { name: 'FastCGI', takesVariables: true, pass: passByFastCGI },
}
