import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext } from 'node:test'
import { type Application, type Environ, run } from 'nuages/gateway'

/** What a client would have got, bytes as latin-1. */
export interface Answer {
  readonly status: string
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: string
  /** What was written to `wsgi.errors`. */
  readonly errors: string
  /** Why the answer was cut off, where it was. */
  readonly cut: unknown
}

/** An Environ of a GET request for `/`, changed by `overrides`. */
export function makeEnviron(overrides: Partial<Environ> = {}): Environ {
  return Object.assign(Object.create(null) as Environ, {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: 'ask/1',
    SERVER_NAME: 'example.com',
    SERVER_PORT: '8000',
    SERVER_PROTOCOL: 'HTTP/1.0',
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '',
    PATH_INFO: '/',
    QUERY_STRING: '',
    REMOTE_ADDR: '192.0.2.1',
    'wsgi.version': [1, 0],
    'wsgi.url_scheme': 'http',
    'wsgi.input': inputOf(),
    'wsgi.errors': { write: () => {} },
    'wsgi.multithread': false,
    'wsgi.multiprocess': false,
    'wsgi.run_once': false,
    'nuages.signal': new AbortController().signal,
    ...overrides,
  })
}

/** A body in the given pieces. */
export async function* inputOf(...pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece, 'latin1')
}

/** A POST of `body` with its length. */
export function post(body: string): Partial<Environ> {
  return { REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(body.length), 'wsgi.input': inputOf(body) }
}

/** Run one request through an application, as a gateway would. */
export async function ask(application: Application, overrides: Partial<Environ> = {}): Promise<Answer> {
  const answer = { status: '', headers: [] as Answer['headers'], body: '', errors: '', cut: undefined as unknown }
  const environ = makeEnviron({
    'wsgi.errors': {
      write: (text: string) => {
        answer.errors += text
      },
    },
    ...overrides,
  })
  await run(application, environ, {
    writeHead: (status, headers) => Object.assign(answer, { status, headers }),
    write: (chunk) => {
      answer.body += Buffer.from(chunk).toString('latin1')
    },
    end: (error) => {
      answer.cut = error
    },
  })
  return answer
}

/** A header of an answer, by its name in any case. */
export function headerOf(answer: Answer, name: string): string | undefined {
  return answer.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

/** A directory that is removed after the test, filled with programs: a text without `#!` is one for `/bin/sh`. */
export function programs(t: TestContext, files: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'nuages-cgi-bin-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text.startsWith('#!') ? text : `#!/bin/sh\n${text}\n`)
    chmodSync(file, 0o755)
  }
  return directory
}

/** Wait for a condition, without saying how long it may take: the runner's own time limit does. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
