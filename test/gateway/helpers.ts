/** What several tests of this room share. */
import assert from 'node:assert/strict'
import { type Environ, emptyInput, newEnviron, type Output, type ResponseHeaders, setGatewayKeys } from 'nuages/gateway'

/** Text of everything written to it. */
export class TextSink {
  text = ''

  write(text: string): void {
    this.text += text
  }
}

/** An Environ for a GET of `/`, with what is given over it. */
export function makeEnviron(given: Partial<Environ> = {}): Environ {
  const environ = newEnviron()
  setGatewayKeys(environ, {
    gateway: 'test',
    scheme: 'http',
    input: emptyInput,
    errors: new TextSink(),
    signal: new AbortController().signal,
  })
  return Object.assign(environ, {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: 'test',
    SERVER_NAME: 'localhost',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '',
    PATH_INFO: '/',
    QUERY_STRING: '',
    ...given,
  })
}

/** An output that keeps what it gets, and says in `calls` in which order. */
export class MemoryOutput implements Output {
  readonly calls: string[] = []
  readonly chunks: Uint8Array[] = []
  status = ''
  headers: ResponseHeaders = []
  ended = false
  error: unknown
  readonly #onWrite: ((count: number) => void | Promise<void>) | undefined

  constructor(onWrite?: (count: number) => void | Promise<void>) {
    this.#onWrite = onWrite
  }

  get body(): Buffer {
    return Buffer.concat(this.chunks)
  }

  /** The value of a header, by its exact name. */
  header(name: string): string | undefined {
    return this.headers.find(([given]) => given === name)?.[1]
  }

  writeHead(status: string, headers: ResponseHeaders): void {
    this.calls.push(`head ${status}`)
    this.status = status
    this.headers = headers
  }

  write(chunk: Uint8Array): void | Promise<void> {
    this.calls.push(`write ${Buffer.from(chunk).toString('latin1').slice(0, 40)}`)
    this.chunks.push(chunk)
    return this.#onWrite?.(this.chunks.length)
  }

  end(error?: unknown): void {
    this.calls.push(error === undefined ? 'end' : 'cut')
    this.ended = true
    this.error = error
  }
}

/** That every key of an object is its own, whatever a client names its headers. */
export function assertInheritsNothing(object: object): void {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    if (!Object.hasOwn(object, name)) assert.equal(name in object, false, name)
  }
}
