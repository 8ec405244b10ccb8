/**
 * One table of exchanges that every gateway has to pass with the same result, the application that answers them, and
 * ways to send them: in-process, by CGI variables, and over HTTP.
 */
import assert from 'node:assert/strict'
import http from 'node:http'
import { describe, test } from 'node:test'
import type { Application, Environ, ResponseHeaders, StartResponse } from 'nuages/gateway'

/** A request and what has to come back. */
export interface Exchange {
  readonly name: string
  readonly method: string
  /** The request's target as a client sends it, beginning with the mount point where there is one. */
  readonly path: string
  /** The part of the path under which the application is mounted; only for gateways that can say so. */
  readonly scriptName?: string
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
  /** Text, or chunks in which the bytes are sent. */
  readonly body?: string | readonly Uint8Array[]
  /** Over HTTP, send the body by Transfer-Encoding and without a length. */
  readonly chunked?: boolean
  readonly status: number
  readonly reason?: string
  /** Lower-case names to the values in the order of sending; `[]` where the header has to be absent. */
  readonly answerHeaders?: Readonly<Record<string, readonly string[]>>
  readonly answer?: string | Uint8Array
  /** What `/environ` has to tell, beside what it tells always. */
  readonly environ?: Readonly<Record<string, string>>
}

/** What came back; strings are latin-1. */
export interface Answer {
  readonly status: number
  readonly reason: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Uint8Array
}

export type Send = (exchange: Exchange) => Promise<Answer>

/** Chunks of these many bytes each, with a content that shows a lost, doubled or moved byte. */
export function pattern(...sizes: number[]): Buffer[] {
  let position = 0
  return sizes.map((size) => {
    const chunk = Buffer.allocUnsafe(size)
    for (let i = 0; i < size; i++, position++) chunk[i] = (position * 31 + (position >> 8) * 7) & 0xff
    return chunk
  })
}

/** The bytes of a request's body. */
export function bodyOf(exchange: Exchange): Buffer {
  const { body = '' } = exchange
  return typeof body === 'string' ? Buffer.from(body) : Buffer.concat(body)
}

const MIB = 1_048_576
const TEXT: readonly [string, string] = ['Content-Type', 'text/plain']

/** The sizes at which records, pipes and buffers end, and bodies have been lost. */
const SIZES = [1, 2, 7, 8, 4_096, 8_191, 8_192, 16_384, 31_592, 32_768, 65_527, 65_534, 65_535, 65_536, 131_070, MIB]

/** Every exchange of the table. */
export const exchanges: readonly Exchange[] = [
  { name: 'a page', method: 'GET', path: '/hello', status: 200, reason: 'OK', answer: 'Hello\n' },
  {
    name: 'a page gets a length',
    method: 'GET',
    path: '/hello',
    status: 200,
    answerHeaders: { 'content-type': ['text/plain'], 'content-length': ['6'] },
  },
  {
    name: 'HEAD has the head of GET and no body',
    method: 'HEAD',
    path: '/hello',
    status: 200,
    answerHeaders: { 'content-length': ['6'], 'content-type': ['text/plain'] },
    answer: '',
  },
  { name: 'HEAD of a stream', method: 'HEAD', path: '/stream', status: 200, answer: '' },
  {
    name: 'an empty answer',
    method: 'GET',
    path: '/empty',
    status: 200,
    answerHeaders: { 'content-length': ['0'] },
    answer: '',
  },
  {
    name: 'a reason phrase of its own',
    method: 'GET',
    path: '/status/299/Very%20Fine',
    status: 299,
    reason: 'Very Fine',
  },
  {
    name: 'an error status with its page',
    method: 'GET',
    path: '/status/404/Not%20Found',
    status: 404,
    answer: '404 Not Found',
  },
  {
    name: '204',
    method: 'GET',
    path: '/status/204/No%20Content',
    status: 204,
    answerHeaders: { 'content-length': [] },
    answer: '',
  },
  {
    name: '205 has no body, and says so',
    method: 'GET',
    path: '/status/205/Reset%20Content',
    status: 205,
    answerHeaders: { 'content-length': ['0'] },
    answer: '',
  },
  { name: '304', method: 'GET', path: '/not-modified', status: 304, answerHeaders: { etag: ['"one"'] }, answer: '' },
  {
    name: 'a redirect',
    method: 'GET',
    path: '/redirect?/there?a=b',
    status: 302,
    answerHeaders: { location: ['/there?a=b'] },
  },
  {
    name: 'a redirect to another site',
    method: 'POST',
    path: '/redirect?https://example.com/%C3%A9',
    body: 'x=1',
    status: 302,
    answerHeaders: { location: ['https://example.com/%C3%A9'] },
  },
  {
    name: 'several cookies stay several',
    method: 'GET',
    path: '/cookies',
    status: 200,
    answerHeaders: { 'set-cookie': ['a=1; Path=/', 'b=2; HttpOnly', 'a=3'] },
  },
  {
    name: 'a header twice, and bytes beyond ASCII',
    method: 'GET',
    path: '/headers',
    status: 200,
    answerHeaders: { 'x-twice': ['one', 'two'], 'x-latin': ['caf\xe9'] },
  },
  {
    name: "the connection's own headers are not the application's",
    method: 'GET',
    path: '/hop-by-hop',
    status: 200,
    answerHeaders: { upgrade: [], trailer: [], 'x-kept': ['yes'] },
    answer: 'Hello\n',
  },
  { name: 'an asynchronous stream', method: 'GET', path: '/stream', status: 200, answer: 'part 0\npart 1\npart 2\n' },
  { name: 'a synchronous stream', method: 'GET', path: '/generator', status: 200, answer: 'part 0\npart 1\npart 2\n' },
  { name: 'empty chunks', method: 'GET', path: '/gaps', status: 200, answer: 'ab' },
  { name: 'a head given with the first chunk', method: 'GET', path: '/late', status: 200, answer: 'late' },
  { name: 'an error before the head', method: 'GET', path: '/error', status: 500, answer: 'Internal Server Error\n' },
  {
    name: 'a rejection before the head',
    method: 'GET',
    path: '/rejection',
    status: 500,
    answer: 'Internal Server Error\n',
  },
  {
    name: 'an error before the first chunk',
    method: 'GET',
    path: '/error-late',
    status: 500,
    answer: 'Internal Server Error\n',
  },
  { name: 'a head replaced because of an error', method: 'GET', path: '/replaced', status: 503, answer: 'Sorry' },
  {
    name: 'a length that is not the body',
    method: 'GET',
    path: '/wrong-length',
    status: 500,
    answer: 'Internal Server Error\n',
  },
  { name: 'no status at all', method: 'GET', path: '/silent', status: 500, answer: 'Internal Server Error\n' },
  { name: 'the body of a POST', method: 'POST', path: '/echo', body: 'a=1&b=2', status: 200, answer: 'a=1&b=2' },
  { name: 'the body of a PUT', method: 'PUT', path: '/echo', body: 'put', status: 200, answer: 'put' },
  { name: 'the body of a PATCH', method: 'PATCH', path: '/echo', body: 'patch', status: 200, answer: 'patch' },
  { name: 'the body of a DELETE', method: 'DELETE', path: '/echo', body: 'delete', status: 200, answer: 'delete' },
  { name: 'an empty body', method: 'POST', path: '/echo', body: '', status: 200, answer: '' },
  {
    name: 'many small chunks',
    method: 'POST',
    path: '/echo',
    body: pattern(...Array<number>(200).fill(3)),
    status: 200,
  },
  {
    name: 'chunks across record ends',
    method: 'POST',
    path: '/echo',
    body: pattern(65_534, 1, 65_537, 3),
    status: 200,
  },
  {
    name: 'a body without a length',
    method: 'POST',
    path: '/echo',
    body: pattern(10, 40_000, 1),
    chunked: true,
    status: 200,
  },
  ...SIZES.map(
    (size): Exchange => ({
      name: `an upload of ${size}`,
      method: 'POST',
      path: '/echo',
      body: pattern(size),
      status: 200,
    }),
  ),
  ...SIZES.map(
    (size): Exchange => ({
      name: `a download of ${size}`,
      method: 'GET',
      path: `/bytes/${size}`,
      status: 200,
      answer: pattern(size)[0] as Buffer,
    }),
  ),
  ...SIZES.map(
    (size): Exchange => ({
      name: `a streamed download of ${size}`,
      method: 'GET',
      path: `/streamed/${size}`,
      status: 200,
      answer: pattern(size)[0] as Buffer,
    }),
  ),
  {
    name: 'a body that nobody reads',
    method: 'POST',
    path: '/hello',
    body: pattern(200_000),
    status: 200,
    answer: 'Hello\n',
  },
  {
    name: 'a body that is read in part',
    method: 'POST',
    path: '/first-chunk',
    body: pattern(300_000),
    status: 200,
    answer: 'read\n',
  },
  { name: 'the plain environ', method: 'GET', path: '/environ', status: 200, environ: {} },
  {
    name: 'a query',
    method: 'GET',
    path: '/environ?a=1&b=%20%2B+&c',
    status: 200,
    environ: { QUERY_STRING: 'a=1&b=%20%2B+&c' },
  },
  { name: 'an empty query', method: 'GET', path: '/environ?', status: 200, environ: {} },
  {
    name: 'a query with a second mark',
    method: 'GET',
    path: '/environ?a=b?c',
    status: 200,
    environ: { QUERY_STRING: 'a=b?c' },
  },
  {
    name: 'a long query',
    method: 'GET',
    path: `/environ?${'q'.repeat(4_000)}`,
    status: 200,
    environ: { QUERY_STRING: 'q'.repeat(4_000) },
  },
  {
    name: 'a path in UTF-8',
    method: 'GET',
    path: '/environ/%C3%A9t%C3%A9',
    status: 200,
    environ: { PATH_INFO: '/environ/\xc3\xa9t\xc3\xa9' },
  },
  {
    name: 'a path that is no UTF-8',
    method: 'GET',
    path: '/environ/%E9',
    status: 200,
    environ: { PATH_INFO: '/environ/\xe9' },
  },
  {
    name: 'a path that is decoded once',
    method: 'GET',
    path: '/environ/%2541%20%3F',
    status: 200,
    environ: { PATH_INFO: '/environ/%41 ?' },
  },
  {
    name: 'slashes that are kept',
    method: 'GET',
    path: '/environ//two/',
    status: 200,
    environ: { PATH_INFO: '/environ//two/' },
  },
  {
    name: 'a path of signs',
    method: 'GET',
    path: "/environ/a+b;c=d,e~f!$&'()*@:",
    status: 200,
    environ: { PATH_INFO: "/environ/a+b;c=d,e~f!$&'()*@:" },
  },
  {
    name: 'a method that is seldom seen',
    method: 'PROPFIND',
    path: '/environ',
    status: 200,
    environ: { REQUEST_METHOD: 'PROPFIND' },
  },
  { name: 'OPTIONS', method: 'OPTIONS', path: '/environ', status: 200, environ: { REQUEST_METHOD: 'OPTIONS' } },
  {
    name: 'what describes a body',
    method: 'POST',
    path: '/environ',
    headers: [['Content-Type', 'text/plain; charset="utf-8"']],
    body: 'twelve bytes',
    status: 200,
    environ: { REQUEST_METHOD: 'POST', CONTENT_TYPE: 'text/plain; charset="utf-8"', CONTENT_LENGTH: '12' },
  },
  {
    name: 'headers',
    method: 'GET',
    path: '/environ',
    headers: [
      ['X-One', 'one'],
      ['x-tWO', ' spaces  inside '],
      ['X-Latin', 'caf\xe9'],
      ['X-Empty', ''],
      ['Authorization', 'Basic dTpw'],
      ['X-Twice', 'a'],
      ['X-Twice', 'b'],
    ],
    status: 200,
    environ: {
      HTTP_X_ONE: 'one',
      HTTP_X_TWO: 'spaces  inside',
      HTTP_X_LATIN: 'caf\xe9',
      HTTP_AUTHORIZATION: 'Basic dTpw',
      HTTP_X_TWICE: 'a, b',
    },
  },
  {
    name: 'headers that are dropped',
    method: 'GET',
    path: '/environ',
    headers: [
      ['Proxy', 'http://evil.example/'],
      ['X_Under', 'score'],
    ],
    status: 200,
    environ: {},
  },
  {
    name: 'cookies',
    method: 'GET',
    path: '/environ',
    headers: [
      ['Cookie', 'a=1; b=2'],
      ['Cookie', 'c=3'],
    ],
    status: 200,
    environ: { HTTP_COOKIE: 'a=1; b=2; c=3' },
  },
  {
    name: 'many headers, and a long one',
    method: 'GET',
    path: '/environ',
    headers: [
      ...Array.from({ length: 60 }, (_value, i) => [`X-N${i}`, String(i)] as const),
      ['X-Long', 'l'.repeat(6_000)],
    ],
    status: 200,
    environ: {
      ...Object.fromEntries(Array.from({ length: 60 }, (_value, i) => [`HTTP_X_N${i}`, String(i)])),
      HTTP_X_LONG: 'l'.repeat(6_000),
    },
  },
  {
    name: 'a mounted application',
    method: 'GET',
    path: '/mount/environ/x',
    scriptName: '/mount',
    status: 200,
    environ: { SCRIPT_NAME: '/mount', PATH_INFO: '/environ/x' },
  },
]

/** Answers every exchange of the table. */
export const conformanceApplication: Application = (environ, startResponse) => {
  const [, name = '', ...rest] = environ.PATH_INFO.split('/')
  const handler = Object.hasOwn(HANDLERS, name) ? HANDLERS[name] : undefined
  if (handler === undefined) {
    startResponse('404 Not Found', [TEXT])
    return [Buffer.from(`nothing at ${environ.PATH_INFO}`, 'latin1')]
  }
  return handler(environ, startResponse, rest)
}

type Handler = (environ: Environ, startResponse: StartResponse, rest: string[]) => ReturnType<Application>

const HANDLERS: Readonly<Record<string, Handler>> = {
  hello(_environ, startResponse) {
    startResponse('200 OK', [TEXT])
    return [Buffer.from('Hello\n')]
  },
  empty(_environ, startResponse) {
    startResponse('200 OK', [TEXT])
    return []
  },
  status(_environ, startResponse, [code = '', reason = '']) {
    startResponse(`${code} ${reason}`, code === '204' ? [] : [TEXT])
    return [Buffer.from(`${code} ${reason}`)]
  },
  'not-modified'(_environ, startResponse) {
    startResponse('304 Not Modified', [['ETag', '"one"']])
    return []
  },
  redirect(environ, startResponse) {
    startResponse('302 Found', [TEXT, ['Location', environ.QUERY_STRING]])
    return []
  },
  cookies(_environ, startResponse) {
    const cookies = ['a=1; Path=/', 'b=2; HttpOnly', 'a=3']
    startResponse('200 OK', [TEXT, ...cookies.map((value) => ['Set-Cookie', value] as const)])
    return []
  },
  headers(_environ, startResponse) {
    startResponse('200 OK', [TEXT, ['X-Twice', 'one'], ['X-Twice', 'two'], ['X-Latin', 'caf\xe9']])
    return []
  },
  'hop-by-hop'(_environ, startResponse) {
    startResponse('200 OK', [
      TEXT,
      ['Connection', 'upgrade'],
      ['Upgrade', 'h2c'],
      ['Trailer', 'X-Kept'],
      ['X-Kept', 'yes'],
    ])
    return [Buffer.from('Hello\n')]
  },
  stream(_environ, startResponse) {
    startResponse('200 OK', [TEXT])
    return parts()
  },
  *generator(_environ, startResponse) {
    startResponse('200 OK', [TEXT])
    for (let i = 0; i < 3; i++) yield Buffer.from(`part ${i}\n`)
  },
  gaps(_environ, startResponse) {
    startResponse('200 OK', [TEXT])
    return ['', 'a', '', 'b', ''].map((text) => Buffer.from(text))
  },
  async *late(_environ, startResponse) {
    await nextTurn()
    startResponse('200 OK', [TEXT])
    yield Buffer.from('late')
  },
  error() {
    throw new Error('An error that this test makes')
  },
  async rejection() {
    await nextTurn()
    throw new Error('A rejection that this test makes')
  },
  async *'error-late'(_environ, startResponse) {
    startResponse('200 OK', [TEXT])
    yield Buffer.alloc(0)
    throw new Error('A late error that this test makes')
  },
  replaced(_environ, startResponse) {
    startResponse('200 OK', [TEXT])
    startResponse('503 Service Unavailable', [TEXT], new Error('replaced'))
    return [Buffer.from('Sorry')]
  },
  'wrong-length'(_environ, startResponse) {
    startResponse('200 OK', [TEXT, ['Content-Length', '3']])
    return [Buffer.from('four')]
  },
  silent: () => [Buffer.from('no head')],
  async echo(environ, startResponse) {
    const chunks: Uint8Array[] = []
    for await (const chunk of environ['wsgi.input']) chunks.push(chunk)
    startResponse('200 OK', [['Content-Type', 'application/octet-stream']])
    return chunks
  },
  bytes(_environ, startResponse, [size = '0']) {
    startResponse('200 OK', [['Content-Type', 'application/octet-stream']])
    return pattern(Number(size))
  },
  async *streamed(_environ, startResponse, [size = '0']) {
    startResponse('200 OK', [['Content-Type', 'application/octet-stream']])
    const [whole] = pattern(Number(size)) as [Buffer]
    for (let i = 0; i < whole.length; i += 10_000) {
      await nextTurn()
      yield whole.subarray(i, i + 10_000)
    }
  },
  async 'first-chunk'(environ, startResponse) {
    for await (const chunk of environ['wsgi.input']) if (chunk.length > 0) break
    startResponse('200 OK', [TEXT])
    return [Buffer.from('read\n')]
  },
  environ(environ, startResponse) {
    startResponse('200 OK', [['Content-Type', 'application/json']])
    return [Buffer.from(JSON.stringify(subset(environ)))]
  },
}

const TOLD =
  /^(?:REQUEST_METHOD|SCRIPT_NAME|PATH_INFO|QUERY_STRING|CONTENT_TYPE|CONTENT_LENGTH|HTTP_(?:HOST|COOKIE|AUTHORIZATION|PROXY|X_.*))$/

/** What no gateway may change; unset and empty are the same (RFC 3875, section 4.1), and so are no body and one of 0. */
function subset(environ: Environ): Record<string, unknown> {
  const told = Object.entries(environ).filter(
    ([key, value]) => TOLD.test(key) && value !== '' && !(key === 'CONTENT_LENGTH' && value === '0'),
  )
  return Object.fromEntries(told.sort(([one], [other]) => (one < other ? -1 : 1)))
}

async function* parts(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < 3; i++) {
    await nextTurn()
    yield Buffer.from(`part ${i}\n`)
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Hold an answer against what the table demands. */
export function assertAnswer(exchange: Exchange, answer: Answer): void {
  assert.equal(answer.status, exchange.status, Buffer.from(answer.body).toString('latin1').slice(0, 500))
  if (exchange.reason !== undefined) assert.equal(answer.reason, exchange.reason)
  for (const [name, values] of Object.entries(exchange.answerHeaders ?? {})) {
    const given = answer.headers.filter(([header]) => header.toLowerCase() === name).map(([, value]) => value)
    assert.deepEqual(given, values, `the header ${name}`)
  }
  if (exchange.environ !== undefined) assertEnviron(exchange, answer)
  else if (exchange.path === '/echo') assertBytes(answer.body, bodyOf(exchange))
  else if (exchange.answer !== undefined) assertBytes(answer.body, Buffer.from(exchange.answer))
}

function assertEnviron(exchange: Exchange, answer: Answer): void {
  const always = { REQUEST_METHOD: 'GET', PATH_INFO: '/environ', HTTP_HOST: 'site.example' }
  const told: unknown = JSON.parse(Buffer.from(answer.body).toString())
  assert.deepEqual(told, { ...always, ...exchange.environ })
}

function assertBytes(given: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(given, expected) === 0) return
  assert.equal(
    Buffer.from(given).toString('latin1').slice(0, 300),
    Buffer.from(expected).toString('latin1').slice(0, 300),
  )
  const at = given.findIndex((byte, index) => byte !== expected[index])
  assert.fail(`${given.length} bytes came where ${expected.length} were expected; the first that differs is ${at}`)
}

/**
 * Run the whole table through one way of sending.
 *
 * @example
 * defineConformance('http', (exchange) => sendHTTP(address, exchange), { mounts: false })
 */
export function defineConformance(name: string, send: Send, options: { mounts?: boolean } = {}): void {
  describe(`the table of exchanges, ${name}`, () => {
    for (const exchange of exchanges) {
      if (exchange.scriptName !== undefined && options.mounts === false) continue
      test(exchange.name, async () => assertAnswer(exchange, await send(exchange)))
    }
  })
}

/** The CGI variables by which a web server would hand over the request (RFC 3875), bytes as latin-1. */
export function cgiVariables(exchange: Exchange): Record<string, string> {
  const [path = '', query = ''] = split(exchange.path, '?')
  const script = exchange.scriptName ?? ''
  const body = bodyOf(exchange)
  const variables: Record<string, string> = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: 'conformance',
    SERVER_NAME: 'site.example',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REMOTE_ADDR: '127.0.0.1',
    REQUEST_METHOD: exchange.method,
    SCRIPT_NAME: script,
    PATH_INFO: percentDecoded(path).slice(script.length),
    QUERY_STRING: query,
    HTTP_HOST: 'site.example',
  }
  if (exchange.body !== undefined && body.length > 0) variables['CONTENT_LENGTH'] = String(body.length)
  for (const [header, value] of exchange.headers ?? []) {
    if (/_|^proxy$/i.test(header)) continue
    const upper = header.toUpperCase().replaceAll('-', '_')
    const key = upper === 'CONTENT_TYPE' ? upper : `HTTP_${upper}`
    const before = variables[key]
    const joint = key === 'HTTP_COOKIE' ? '; ' : ', '
    variables[key] = before === undefined ? value.trim() : `${before}${joint}${value.trim()}`
  }
  return variables
}

/** The answer in a CGI program's output. */
export function parseCGIAnswer(output: Uint8Array): Answer {
  const bytes = Buffer.from(output)
  const end = bytes.indexOf('\r\n\r\n')
  assert.notEqual(end, -1, `no head in ${JSON.stringify(bytes.toString('latin1').slice(0, 200))}`)
  const lines = bytes.toString('latin1', 0, end).split('\r\n')
  const headers = lines.map((line) => split(line, ': ') as [string, string])
  const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200 OK'
  const rest = headers.filter(([name]) => name !== 'Status')
  return { status: Number(status.slice(0, 3)), reason: status.slice(4), headers: rest, body: bytes.subarray(end + 4) }
}

/** Where an HTTP server listens. */
export type HTTPTarget = { readonly port: number } | { readonly socketPath: string }

/** Send an exchange over HTTP, on a connection of its own unless an agent keeps some. */
export function sendHTTP(target: HTTPTarget, exchange: Exchange, agent?: http.Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = bodyOf(exchange)
    const headers: ResponseHeaders = [
      ['Host', 'site.example'],
      ...(exchange.headers ?? []),
      ...(exchange.chunked === true ? [['Transfer-Encoding', 'chunked'] as const] : []),
      ...(exchange.body !== undefined && exchange.chunked !== true && body.length > 0
        ? [['Content-Length', String(body.length)] as const]
        : []),
    ]
    const request = http.request({
      ...target,
      host: '127.0.0.1',
      method: exchange.method,
      path: exchange.path,
      headers: headers.flat(),
      agent: agent ?? false,
    })
    request.useChunkedEncodingByDefault = exchange.chunked === true
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          headers: pairs(response.rawHeaders),
          body: Buffer.concat(chunks),
        }),
      )
    })
    for (const chunk of typeof exchange.body === 'object' ? exchange.body : [body])
      if (chunk.length > 0) request.write(chunk)
    request.end()
  })
}

function pairs(flat: readonly string[]): Array<[string, string]> {
  return Array.from({ length: flat.length / 2 }, (_value, i) => [flat[i * 2] as string, flat[i * 2 + 1] as string])
}

/** Text up to the first separator, and what comes after it. */
function split(text: string, separator: string): string[] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

function percentDecoded(path: string): string {
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_match, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}
