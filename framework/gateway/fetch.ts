import { STATUS_CODES } from 'node:http'
import { addHeader, decodePath, encodePath, newEnviron, setGatewayKeys } from './environ.ts'
import { FetchInput } from './fetch-input.ts'
import { FetchOutput } from './fetch-output.ts'
import { HOP_BY_HOP } from './hop-by-hop.ts'
import { emptyInput } from './input.ts'
import { run } from './run.ts'
import type { Application, Environ, ResponseBody } from './types.ts'

/** The platform's way of a site: a `Request` in, a `Response` out (WHATWG Fetch). */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/** How an application is made a fetch handler. */
export interface ToFetchOptions {
  /** What applications find as `wsgi.errors`; standard error by default. */
  readonly errors?: { write(text: string): unknown } | undefined
}

/**
 * An application as a fetch handler, for any platform that speaks in `Request` and `Response`. Bodies stream both ways
 * at the pace of whoever reads; a request that is aborted, and an answer that is cancelled, fire `nuages.signal`.
 *
 * @example
 * export default { fetch: toFetch(await getWSGIApplication(settings)) }
 */
export function toFetch(
  application: Application,
  options: ToFetchOptions = {},
): (request: Request) => Promise<Response> {
  const errors = options.errors ?? process.stderr
  return (request) => {
    const gone = new AbortController()
    const url = new URL(request.url)
    const path = decodePath(url.pathname)
    if (path === undefined) return Promise.resolve(refusal('The path has a "%" that begins no escape.\n'))
    const environ = requestEnviron(request, url, path)
    const input = request.body === null ? undefined : new FetchInput(request.body, environ.CONTENT_LENGTH)
    setGatewayKeys(environ, {
      gateway: 'fetch',
      scheme: url.protocol === 'https:' ? 'https' : 'http',
      input: input?.body ?? emptyInput,
      errors,
      signal: AbortSignal.any([request.signal, gone.signal]),
    })
    const output = new FetchOutput(gone, () => input?.close())
    request.signal.addEventListener('abort', () => output.abort(request.signal.reason), { once: true })
    void run(application, environ, output)
    return output.response
  }
}

function refusal(text: string): Response {
  return new Response(text, { status: 400, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
}

function requestEnviron(request: Request, url: URL, path: string): Environ {
  const environ = newEnviron()
  environ.SERVER_SOFTWARE = 'nuages'
  environ.SERVER_NAME = url.hostname.replace(/^\[|\]$/g, '')
  environ.SERVER_PORT = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  environ.SERVER_PROTOCOL = 'HTTP/1.1'
  environ.REQUEST_METHOD = request.method
  environ.PATH_INFO = path
  environ.QUERY_STRING = url.search.slice(1)
  for (const [name, value] of request.headers) addHeader(environ, name, value)
  environ['HTTP_HOST'] ??= url.host
  return environ
}

/** How a fetch handler is made an application. */
export interface FromFetchOptions {
  /** Have the handler see the path under which it is mounted too; false by default, as an application sees its own part only. */
  readonly wholePath?: boolean | undefined
}

/**
 * A fetch handler as an application, to be run by any gateway or mounted beside views. Bodies stream both ways;
 * `request.signal` fires when the client goes, and the answer's stream is cancelled then. A request whose method the
 * platform's `Request` forbids (CONNECT, TRACE, TRACK) is answered by 501, one that it cannot hold by 400.
 *
 * @example
 * mount('api/', fromFetch(hono.fetch))
 */
export function fromFetch(handler: FetchHandler, { wholePath = false }: FromFetchOptions = {}): Application {
  return (environ, startResponse) => {
    if (/^(?:CONNECT|TRACE|TRACK)$/i.test(environ.REQUEST_METHOD)) {
      startResponse('501 Not Implemented', [['Content-Type', 'text/plain; charset=utf-8']])
      return [Buffer.from('This method is not implemented.\n')]
    }
    let request: Request
    try {
      request = requestOf(environ, wholePath)
    } catch {
      startResponse('400 Bad Request', [['Content-Type', 'text/plain; charset=utf-8']])
      return [Buffer.from('This request cannot be understood.\n')]
    }
    const begin = (response: Response): ResponseBody => {
      assertResponse(response)
      const { status, statusText, body } = response
      startResponse(`${status} ${statusText || (STATUS_CODES[status] ?? '')}`, headersOf(response))
      return body ?? []
    }
    const answer = handler(request)
    return answer instanceof Promise ? answer.then(begin) : begin(answer)
  }
}

function requestOf(environ: Environ, wholePath: boolean): Request {
  const { REQUEST_METHOD: method, QUERY_STRING: query } = environ
  const path = encodePath(wholePath ? environ.SCRIPT_NAME + environ.PATH_INFO : environ.PATH_INFO)
  const slash = path.startsWith('/') ? '' : '/'
  const url = `${environ['wsgi.url_scheme']}://${hostOf(environ)}${slash}${path}${query === '' ? '' : `?${query}`}`
  const hasBody = method !== 'GET' && method !== 'HEAD' && environ['wsgi.input'] !== emptyInput
  return new Request(url, {
    method,
    headers: [...requestHeaders(environ)],
    signal: environ['nuages.signal'],
    ...(hasBody && environ.CONTENT_LENGTH !== '0' ? { body: streamOf(environ['wsgi.input']), duplex: 'half' } : {}),
  })
}

/** The host that the client asked for; that of the server where it is missing, or nothing that can stand in a URL. */
function hostOf(environ: Environ): string {
  const host = environ['HTTP_HOST']
  if (host !== undefined && /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host)) return host
  const name = environ.SERVER_NAME.includes(':')
    ? `[${environ.SERVER_NAME.replace(/^\[|\]$/g, '')}]`
    : environ.SERVER_NAME
  return environ.SERVER_PORT === '' ? name : `${name}:${environ.SERVER_PORT}`
}

/** Those of the connection are left out: a handler that sends the request on has one of its own. */
function* requestHeaders(environ: Environ): Generator<[name: string, value: string]> {
  for (const key of Object.keys(environ)) {
    const variable = key.startsWith('HTTP_')
      ? key.slice(5)
      : key === 'CONTENT_TYPE' || key === 'CONTENT_LENGTH'
        ? key
        : ''
    const name = variable.toLowerCase().replaceAll('_', '-')
    const value = environ[key]
    if (name !== '' && typeof value === 'string' && value !== '' && !HOP_BY_HOP.has(name)) yield [name, value]
  }
}

function streamOf(input: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  let iterator: AsyncIterator<Uint8Array> | undefined
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        iterator ??= input[Symbol.asyncIterator]()
        const result = await iterator.next()
        if (result.done === true) controller.close()
        else controller.enqueue(result.value)
      },
      async cancel() {
        await iterator?.return?.()
      },
    },
    // Nothing is read before the handler asks.
    { highWaterMark: 0 },
  )
}

function headersOf(response: Response): Array<[name: string, value: string]> {
  const headers = [...response.headers] as Array<[string, string]>
  // What the platform has fetched it has decoded, but its headers still tell of the bytes that were sent.
  if (response.type === 'default' || !response.headers.has('Content-Encoding')) return headers
  return headers.filter(([name]) => name !== 'content-encoding' && name !== 'content-length')
}

function assertResponse(response: unknown): asserts response is Response {
  const { status, headers } = (response ?? {}) as Partial<Response>
  if (typeof status === 'number' && status >= 200 && headers !== undefined) return
  const given = status === 0 ? 'Response.error()' : response === null ? 'null' : typeof response
  throw new TypeError(`A fetch handler gave ${given}: it must give a Response.`)
}
