import { isPromise } from '../utils/index.ts'
import type { Application, Environ, ResponseBody, ResponseHeaders, StartResponse } from './types.ts'

/** A breach of the contract between gateways and applications; the message says by which side, and the rule. */
export class ContractError extends Error {
  override readonly name = 'ContractError'
}

/**
 * Wrap an application so that both sides of the contract are checked at each request (wsgiref's `validator`).
 *
 * Put it around an application, or around a middleware, while developing and in tests. A breach throws a
 * `ContractError`, so the gateway answers 500 and logs which rule was broken; a body that is left without `return()`
 * can only be written to `wsgi.errors`, when it is garbage collected.
 *
 * @example
 * const server = createServer(validator(application))
 */
export function validator(application: Application): Application {
  return (...given: unknown[]) => {
    check(given.length === 2, `an application is called with two arguments, not ${given.length}`, RULE.application)
    const [environ, startResponse] = given as [Environ, StartResponse]
    checkEnviron(environ)
    check(typeof startResponse === 'function', 'startResponse is no function', RULE.application)
    const head = new CheckedHead(startResponse)
    environ['wsgi.input'] = new CheckedInput(environ['wsgi.input'])
    environ['wsgi.errors'] = checkedErrors(environ['wsgi.errors'])
    const body = application(environ, head.startResponse)
    return isPromise(body) ? body.then((settled) => checkBody(settled, head, environ)) : checkBody(body, head, environ)
  }
}

/** Where each rule is written down. */
const RULE = {
  application: 'PEP 3333, "The Application/Framework Side"',
  environ: 'PEP 3333, "environ Variables"',
  variables: 'RFC 3875, section 4.1',
  streams: 'PEP 3333, "Input and Error Streams"',
  startResponse: 'PEP 3333, "The start_response() Callable"',
  headers: 'RFC 9110, section 5',
  iterable: 'PEP 3333, "Buffering and Streaming"',
  latin1: 'PEP 3333, "Unicode Issues"',
} as const

const REQUEST_VARIABLES = ['REQUEST_METHOD', 'SCRIPT_NAME', 'PATH_INFO', 'QUERY_STRING']
const SERVER_VARIABLES = ['SERVER_NAME', 'SERVER_PORT', 'SERVER_PROTOCOL', 'SERVER_SOFTWARE', 'GATEWAY_INTERFACE']
const STREAM_KEYS = ['wsgi.version', 'wsgi.url_scheme', 'wsgi.input', 'wsgi.errors']
const FLAGS = ['wsgi.multithread', 'wsgi.multiprocess', 'wsgi.run_once']
const REQUIRED = [...REQUEST_VARIABLES, ...SERVER_VARIABLES, ...STREAM_KEYS, ...FLAGS, 'nuages.signal']

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const STATUS = /^[1-9]\d\d [\t\x20-\x7e\x80-\xff]*$/
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/
const BEYOND_LATIN1 = /[^\x00-\xff]/
const HOP_BY_HOP =
  /^(?:connection|keep-alive|proxy-authenticate|proxy-authorization|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i

function check(holds: boolean, what: string, rule: string): asserts holds {
  if (!holds) throw new ContractError(`${what} (${rule}).`)
}

function checkEnviron(environ: Environ): void {
  check(typeof environ === 'object' && environ !== null, 'environ is no object', RULE.environ)
  for (const key of REQUIRED) {
    check(environ[key] !== undefined, `environ has no ${key}, which every gateway has to give`, RULE.environ)
  }
  for (const [key, value] of Object.entries(environ)) checkVariable(key, value)
  checkRequest(environ)
  checkStreams(environ)
}

function checkVariable(key: string, value: unknown): void {
  const header = key === 'HTTP_CONTENT_TYPE' || key === 'HTTP_CONTENT_LENGTH'
  check(!header, `environ has ${key}; this header stands as ${key.slice(5)}`, RULE.variables)
  if (key.includes('.') || value === undefined) return
  check(typeof value === 'string', `environ.${key} is of type ${typeof value}; it has to be a string`, RULE.environ)
  const bytes = !BEYOND_LATIN1.test(value)
  check(bytes, `environ.${key} has a character beyond latin-1; strings hold bytes, one character each`, RULE.latin1)
}

function checkRequest(environ: Environ): void {
  const { REQUEST_METHOD: method, SCRIPT_NAME: script, PATH_INFO: path, CONTENT_LENGTH: length } = environ
  check(TOKEN.test(method), `REQUEST_METHOD ${JSON.stringify(method)} is no token`, RULE.variables)
  const rooted = (text: string) => text === '' || text.startsWith('/')
  check(rooted(script), `SCRIPT_NAME ${JSON.stringify(script)} neither is empty nor begins with "/"`, RULE.environ)
  check(script !== '/', 'SCRIPT_NAME is "/"; for the root it is empty, and PATH_INFO begins with the "/"', RULE.environ)
  check(rooted(path), `PATH_INFO ${JSON.stringify(path)} neither is empty nor begins with "/"`, RULE.environ)
  const counted = length === undefined || /^\d*$/.test(length)
  check(counted, `CONTENT_LENGTH ${JSON.stringify(length)} has something but digits`, RULE.variables)
}

function checkStreams(environ: Environ): void {
  const scheme = environ['wsgi.url_scheme']
  const known = scheme === 'http' || scheme === 'https'
  check(known, `wsgi.url_scheme is ${JSON.stringify(scheme)}; it has to be "http" or "https"`, RULE.environ)
  const version: unknown = environ['wsgi.version']
  check(Array.isArray(version) && version[0] === 1 && version[1] === 0, 'wsgi.version is not [1, 0]', RULE.environ)
  for (const key of FLAGS) check(typeof environ[key] === 'boolean', `${key} is neither true nor false`, RULE.environ)
  check(isAsyncIterable(environ['wsgi.input']), 'wsgi.input is no AsyncIterable', RULE.streams)
  const { write } = environ['wsgi.errors'] as { write?: unknown }
  check(typeof write === 'function', 'wsgi.errors has no write()', RULE.streams)
  check(environ['nuages.signal'] instanceof AbortSignal, 'nuages.signal is no AbortSignal', RULE.environ)
}

/** The application's status and headers, checked before the gateway gets them. */
class CheckedHead {
  readonly #startResponse: StartResponse
  #status: string | undefined

  constructor(startResponse: StartResponse) {
    this.#startResponse = startResponse
  }

  get started(): boolean {
    return this.#status !== undefined
  }

  readonly startResponse: StartResponse = (...given: unknown[]) => {
    const count = given.length
    check(
      count === 2 || count === 3,
      `startResponse() is called with 2 or 3 arguments, not ${count}`,
      RULE.startResponse,
    )
    const [status, headers, error] = given as [string, ResponseHeaders, unknown]
    const again = this.started && error === undefined
    check(!again, 'startResponse() is called a second time without an error', RULE.startResponse)
    checkStatus(status)
    checkHeaders(headers)
    checkContentType(status, headers)
    this.#status = status
    if (error === undefined) this.#startResponse(status, headers)
    else this.#startResponse(status, headers, error)
  }
}

function checkStatus(status: unknown): void {
  check(typeof status === 'string', `the status is of type ${typeof status}; it has to be a string`, RULE.startResponse)
  const shown = JSON.stringify(status)
  check(STATUS.test(status), `the status ${shown} is no code and reason, such as "200 OK"`, RULE.startResponse)
}

function checkHeaders(headers: unknown): asserts headers is ResponseHeaders {
  check(Array.isArray(headers), 'the headers are no array of [name, value] pairs', RULE.startResponse)
  for (const header of headers as unknown[]) {
    check(Array.isArray(header) && header.length === 2, 'a header is no pair of name and value', RULE.startResponse)
    const [name, value] = header as [unknown, unknown]
    check(typeof name === 'string', `the header name ${String(name)} is no string`, RULE.startResponse)
    const shown = JSON.stringify(name)
    check(typeof value === 'string', `the value of the header ${shown} is no string`, RULE.startResponse)
    check(TOKEN.test(name), `the header name ${shown} is no token`, RULE.headers)
    check(
      !/^status$/i.test(name),
      'there is a header named Status; the status is the first argument',
      RULE.startResponse,
    )
    check(!HOP_BY_HOP.test(name), `the header ${shown} belongs to the connection, so to the server`, RULE.startResponse)
    check(!CONTROL.test(value), `the value of the header ${shown} has a control character in it`, RULE.headers)
    check(!BEYOND_LATIN1.test(value), `the value of the header ${shown} has a character beyond latin-1`, RULE.latin1)
  }
}

function checkContentType(status: string, headers: ResponseHeaders): void {
  const given = headers.some(([name]) => /^content-type$/i.test(name))
  const bodyless = /^(?:1\d\d|204|304)/.test(status)
  if (bodyless) check(!given, `an answer with the status ${status} has a Content-Type, but no content`, RULE.headers)
  else check(given, `an answer with the status ${status} has no Content-Type`, RULE.headers)
}

/** A request's body, whose chunks are looked at on their way to the application. */
class CheckedInput implements AsyncIterable<Uint8Array> {
  readonly #input: AsyncIterable<Uint8Array>

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, undefined, undefined> {
    for await (const chunk of this.#input) {
      check(chunk instanceof Uint8Array, 'wsgi.input gave something but a Uint8Array', RULE.streams)
      yield chunk
    }
  }
}

function checkedErrors(errors: Environ['wsgi.errors']): Environ['wsgi.errors'] {
  return {
    write(text: unknown) {
      check(typeof text === 'string', `wsgi.errors.write() got something but a string: ${typeof text}`, RULE.streams)
      return errors.write(text)
    },
  }
}

function checkBody(body: unknown, head: CheckedHead, environ: Environ): ResponseBody {
  check(typeof body !== 'string', 'the body is a string; return [Buffer.from(text)]', RULE.iterable)
  if (Array.isArray(body)) return checkedArray(body, head)
  if (isAsyncIterable(body)) return new CheckedAsyncBody(body, head, environ)
  const iterable = typeof body === 'object' && body !== null && Symbol.iterator in body
  check(iterable, 'the application returned no iterable of Uint8Array', RULE.iterable)
  return new CheckedBody(body as Iterable<Uint8Array>, head, environ)
}

/** An array stays one, for gateways know its length. */
function checkedArray(body: unknown[], head: CheckedHead): Uint8Array[] {
  check(head.started, 'the application returned its body without calling startResponse()', RULE.startResponse)
  for (const chunk of body) checkChunk(chunk)
  return body as Uint8Array[]
}

function checkChunk(chunk: unknown): asserts chunk is Uint8Array {
  const given = typeof chunk === 'string' ? 'a string; encode it, with Buffer.from(text)' : typeof chunk
  check(chunk instanceof Uint8Array, `the body gave something but a Uint8Array: ${given}`, RULE.iterable)
}

/** What has happened to a body's iterator; told to the operator where it was left half-way. */
interface Progress {
  finished: boolean
}

const abandoned = new FinalizationRegistry<{ progress: Progress; errors: Environ['wsgi.errors'] }>((held) => {
  if (held.progress.finished) return
  held.errors.write(
    `ContractError: a body was left before its end and its return() was not called by the gateway (${RULE.iterable}).\n`,
  )
})

/** What both kinds of body share: one iteration, the head before the first chunk, nothing after the end. */
class BodyWatch {
  readonly #head: CheckedHead
  readonly #errors: Environ['wsgi.errors']
  #progress: Progress | undefined

  constructor(head: CheckedHead, environ: Environ) {
    this.#head = head
    this.#errors = environ['wsgi.errors']
  }

  /** Called with the new iterator. */
  open(iterator: object): void {
    check(this.#progress === undefined, 'the gateway iterates a body for the second time', RULE.iterable)
    this.#progress = { finished: false }
    abandoned.register(iterator, { progress: this.#progress, errors: this.#errors })
  }

  beforeNext(): void {
    check(this.#progress?.finished === false, 'the gateway asks for a chunk after the end of the body', RULE.iterable)
  }

  afterNext<R extends IteratorResult<unknown, unknown>>(result: R): R {
    if (result.done === true) this.finish()
    check(this.#head.started, 'the body began before startResponse() was called', RULE.startResponse)
    if (result.done !== true) checkChunk(result.value)
    return result
  }

  /** The body has ended, failed or been given up. */
  finish(): void {
    if (this.#progress !== undefined) this.#progress.finished = true
  }
}

class CheckedBody implements Iterable<Uint8Array> {
  readonly #body: Iterable<Uint8Array>
  readonly #watch: BodyWatch

  constructor(body: Iterable<Uint8Array>, head: CheckedHead, environ: Environ) {
    this.#body = body
    this.#watch = new BodyWatch(head, environ)
  }

  [Symbol.iterator](): Iterator<Uint8Array> {
    const inner = this.#body[Symbol.iterator]()
    const watch = this.#watch
    const iterator: Iterator<Uint8Array> = {
      next() {
        watch.beforeNext()
        try {
          return watch.afterNext(inner.next())
        } catch (error) {
          watch.finish()
          if (error instanceof ContractError) inner.return?.()
          throw error
        }
      },
      return() {
        watch.finish()
        return inner.return?.() ?? { done: true, value: undefined }
      },
    }
    watch.open(iterator)
    return iterator
  }
}

class CheckedAsyncBody implements AsyncIterable<Uint8Array> {
  readonly #body: AsyncIterable<Uint8Array>
  readonly #watch: BodyWatch

  constructor(body: AsyncIterable<Uint8Array>, head: CheckedHead, environ: Environ) {
    this.#body = body
    this.#watch = new BodyWatch(head, environ)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const inner = this.#body[Symbol.asyncIterator]()
    const watch = this.#watch
    const iterator: AsyncIterator<Uint8Array> = {
      async next() {
        watch.beforeNext()
        try {
          return watch.afterNext(await inner.next())
        } catch (error) {
          watch.finish()
          if (error instanceof ContractError) await inner.return?.()
          throw error
        }
      },
      async return() {
        watch.finish()
        return (await inner.return?.()) ?? { done: true, value: undefined }
      },
    }
    watch.open(iterator)
    return iterator
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
