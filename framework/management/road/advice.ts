import type { Environ, LaneRequest, Passage } from '../../gateway/index.ts'
import { checkedHost } from '../../http/index.ts'

/** The part of the settings on which it depends what a deployment has to say. */
export interface DeploymentSettings {
  readonly allowedHosts: readonly string[]
  readonly debug: boolean
  readonly forceScriptName: string | null
  readonly secureProxySslHeader: readonly [header: string, value: string] | null
}

/** A passage by the name of its gateway. */
export interface NamedPassage {
  readonly name: string
  readonly passage: Passage
}

/** Headers that an application has no say in (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i

/** What is worth a look before a site is deployed, or explains what goes wrong where it is. Each is said once. */
export function adviceOn(
  request: LaneRequest,
  roads: readonly NamedPassage[],
  settings: DeploymentSettings | undefined,
): string[] {
  const said = [
    ...aboutRequest(request),
    ...roads.flatMap((road) => [
      ...aboutPath(request, road),
      ...aboutScheme(request, road, settings),
      ...aboutBody(request, road),
      ...aboutAnswer(road),
    ]),
    ...aboutHost(roads, settings),
    ...aboutErrorPage(roads, settings),
    ...(request.mount !== '' && settings?.forceScriptName === null && roads.some(({ name }) => name === 'HTTP')
      ? [`HTTP has no word for the mount ${request.mount}: behind a proxy set forceScriptName: '${request.mount}'.`]
      : []),
  ]
  return [...new Set(said.map(asText))]
}

/** Headers and variables that never reach the site as they are. */
function aboutRequest({ headers, variables }: LaneRequest): string[] {
  const said: string[] = []
  for (const [name] of headers) {
    if (name.includes('_'))
      said.push(`The header ${name} is dropped: as a variable it would pass for another. Use a dash.`)
    else if (/^proxy$/i.test(name))
      said.push('The header Proxy is dropped: as HTTP_PROXY programs would obey it (httpoxy).')
    else if (/^authorization$/i.test(name))
      said.push('Apache hands Authorization to a CGI program only with CGIPassAuth On.')
  }
  if (variables?.['HTTP_PROXY'])
    said.push('HTTP_PROXY comes from a client and is dropped (httpoxy). Have the web server send it empty.')
  return said
}

function aboutPath({ variables }: LaneRequest, { name, passage: { environ } }: NamedPassage): string[] {
  if (environ === undefined) return []
  const { SCRIPT_NAME, PATH_INFO } = environ
  const said: string[] = []
  if (variables !== undefined && variables['PATH_INFO'] === undefined) said.push(withoutPathInfo(name, environ))
  if (SCRIPT_NAME.endsWith('/'))
    said.push(`${name}: SCRIPT_NAME is "${SCRIPT_NAME}". It ends without a slash, and is empty at the root.`)
  if (PATH_INFO !== '' && !PATH_INFO.startsWith('/'))
    said.push(`${name}: PATH_INFO is "${PATH_INFO}". It begins with a slash.`)
  const uri = environ['REQUEST_URI']
  const asked = typeof uri === 'string' ? decoded(uri.split('?', 1)[0] as string) : undefined
  if (asked !== undefined && !isSamePath(asked, SCRIPT_NAME + PATH_INFO)) {
    said.push(
      decoded(asked) === SCRIPT_NAME + PATH_INFO && asked !== decoded(asked)
        ? `${name}: PATH_INFO is decoded twice. Send the path as the web server has decoded it, once (nginx: $uri).`
        : `${name}: SCRIPT_NAME and PATH_INFO come to "${SCRIPT_NAME}${PATH_INFO}", and the client asked for "${asked}".`,
    )
  }
  return said
}

function withoutPathInfo(name: string, environ: Environ): string {
  return environ.PATH_INFO === ''
    ? `${name}: the web server sends no PATH_INFO, so every address shows the first page. Add it.`
    : `${name}: the web server sends no PATH_INFO and the whole path as SCRIPT_NAME, as nginx's stock fastcgi_params does. ` +
        'Add: fastcgi_param SCRIPT_NAME ""; fastcgi_param PATH_INFO $uri;'
}

function aboutScheme(
  { scheme, variables }: LaneRequest,
  { name, passage: { environ } }: NamedPassage,
  settings: DeploymentSettings | undefined,
): string[] {
  if (environ === undefined || environ['wsgi.url_scheme'] === 'https') return []
  if (variables === undefined ? scheme !== 'https' : variables['SERVER_PORT'] !== '443') return []
  if (variables !== undefined)
    return [`${name}: the port is 443, but HTTPS is not "on": for the site this is http. Send HTTPS as on.`]
  if (settings === undefined || settings.secureProxySslHeader !== null) return []
  return [
    `${name}: the site takes this request for one without HTTPS. Behind a proxy that always sets the header: ` +
      "secureProxySslHeader: ['X-Forwarded-Proto', 'https'].",
  ]
}

function aboutBody({ body, method }: LaneRequest, { name, passage: { environ } }: NamedPassage): string[] {
  if (environ === undefined || body.length === 0) return []
  const length = environ.CONTENT_LENGTH
  if (length === undefined || length === '')
    return [`${name}: there is a body of ${body.length} bytes and no CONTENT_LENGTH, so the site reads none of it.`]
  if (Number(length) !== body.length)
    return [`${name}: CONTENT_LENGTH is ${length}, and the ${method} brings ${body.length} bytes.`]
  return []
}

function aboutAnswer({ name, passage: { given, answer, cut, environ } }: NamedPassage): string[] {
  const said: string[] = []
  for (const [header] of given?.headers ?? [])
    if (HOP_BY_HOP.test(header)) said.push(`The site sets ${header}, which belongs to the web server: it is dropped.`)
  if (answer === undefined) said.push(`${name}: no answer came${cut === undefined ? '' : `: ${cut}`}.`)
  else if (cut !== undefined) said.push(`${name}: this is not the whole answer: ${cut}.`)
  const isStream = answer?.headers.some(([header]) => /^content-length$/i.test(header)) === false
  if (isStream && environ?.REQUEST_METHOD !== 'HEAD' && answer !== undefined && answer.body.length > 0)
    said.push(
      'The answer has no Content-Length. Where it is a stream, nginx holds it back unless told fastcgi_buffering off.',
    )
  return said
}

function aboutHost(roads: readonly NamedPassage[], settings: DeploymentSettings | undefined): string[] {
  if (settings === undefined) return []
  const hosts = new Set(roads.map(({ passage: { environ } }) => environ?.['HTTP_HOST']))
  return [...hosts].flatMap((host) => {
    if (typeof host !== 'string') return []
    try {
      checkedHost(host, settings.allowedHosts, settings.debug)
      return []
    } catch (error) {
      return [(error as Error).message]
    }
  })
}

/** The page that shows an error while developing has the Environ on it. */
function aboutErrorPage(roads: readonly NamedPassage[], settings: DeploymentSettings | undefined): string[] {
  const answers = roads.map(({ passage: { answer } }) => answer)
  const bodies = new Set(answers.map((answer) => Buffer.from(answer?.body ?? []).toString('latin1')))
  const isErrorPage = answers.every((answer) => /^[45]/.test(answer?.status ?? ''))
  return settings?.debug === true && isErrorPage && bodies.size > 1
    ? [
        'While debug is on, an error page shows the Environ: its bytes differ by that. DEBUG=false shows what visitors get.',
      ]
    : []
}

/** True for the same path as web servers see it, which merge slashes and resolve dots. */
function isSamePath(asked: string, given: string): boolean {
  const plain = (path: string): string => path.replaceAll(/\/+/g, '/')
  return plain(asked) === plain(given) || /\/\.{1,2}(?:\/|$)/.test(asked)
}

function decoded(path: string): string {
  return path.replaceAll(/%([0-9a-f]{2})/gi, (_escape, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** Bytes as text, as far as they are UTF-8. */
function asText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}
