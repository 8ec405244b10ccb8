import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { type Application, runCGI } from 'nuages/gateway'
import { packageRoot } from 'nuages/utils'
import { bodyOf, cgiVariables, conformanceApplication, defineConformance, parseCGIAnswer } from './conformance.ts'
import { TextSink } from './helpers.ts'

const TEXT = [['Content-Type', 'text/plain']] as const

/** Collects what is written to it. */
class Collector extends Writable {
  readonly chunks: Buffer[] = []

  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk)
    setImmediate(done)
  }
}

/** Leaves `process.exitCode` as it was, for the process here is the tests' own. */
async function keepingExitCode<T>(use: () => Promise<T>): Promise<T> {
  const before = process.exitCode
  try {
    return await use()
  } finally {
    process.exitCode = before
  }
}

defineConformance('CGI', async (exchange) => {
  const stdin = new PassThrough()
  for (const chunk of typeof exchange.body === 'object' ? exchange.body : [bodyOf(exchange)]) stdin.write(chunk)
  stdin.write('bytes beyond the length')
  const stdout = new Collector({ highWaterMark: 16_384 })
  const options = { environ: cgiVariables(exchange), stdin, stdout, stderr: new TextSink() }
  await runCGI(conformanceApplication, options)
  return parseCGIAnswer(stdout.bytes)
})

describe('runCGI in this process', () => {
  /** What an application finds and says. */
  async function running(application: Application, environ: Record<string, string> = {}) {
    const stdout = new Collector()
    const stderr = new TextSink()
    const stdin = new PassThrough()
    await keepingExitCode(() => runCGI(application, { environ, stdin, stdout, stderr }))
    return { answer: stdout.bytes.toString('latin1'), log: stderr.text }
  }

  test('an answer is a Status block, with CRLF', async () => {
    const { answer } = await running((_environ, startResponse) => {
      startResponse('404 Not Found', [...TEXT, ['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']])
      return [Buffer.from('gone')]
    })
    assert.equal(
      answer,
      'Status: 404 Not Found\r\nContent-Type: text/plain\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 4\r\n\r\ngone',
    )
  })

  test('what a server left out is filled in; HTTP_PROXY is taken out', async () => {
    let seen: Record<string, unknown> = {}
    await running(
      (environ, startResponse) => {
        seen = { ...environ }
        startResponse('200 OK', TEXT)
        return []
      },
      { HTTP_PROXY: 'http://evil/', HTTPS: 'on', HTTP_HOST: 'a', __proto__x: 'y' },
    )
    assert.equal(seen['HTTP_PROXY'], undefined)
    assert.equal(seen['wsgi.url_scheme'], 'https')
    assert.equal(seen['wsgi.run_once'], true)
    assert.equal(seen['wsgi.multiprocess'], true)
    assert.equal(seen['nuages.gateway'], 'cgi')
    assert.equal(seen['REQUEST_METHOD'], 'GET')
    assert.equal(seen['PATH_INFO'], '')
    assert.equal(seen['SERVER_NAME'], 'localhost')
  })

  test('a reader that goes ends the answer, closes the body and fires the signal', async () => {
    const told: string[] = []
    const application: Application = async function* (environ, startResponse) {
      environ['nuages.signal'].addEventListener('abort', () => told.push('aborted'))
      try {
        startResponse('200 OK', TEXT)
        for (;;) yield Buffer.alloc(65_536)
      } finally {
        told.push('closed')
      }
    }
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('broken pipe'), { code: 'EPIPE' })),
    })
    const stderr = new TextSink()
    await keepingExitCode(() => runCGI(application, { environ: {}, stdout, stderr }))
    assert.deepEqual(told, ['aborted', 'closed'])
    assert.equal(stderr.text, '')
  })
})

describe('runCGI in a process of its own', () => {
  /** Start a program whose application is given as source text; `shell` is what runs `"$@"`, the program. */
  function start(
    source: string,
    environ: Record<string, string>,
    { body = new Uint8Array(0), shell = 'exec "$@"' }: { body?: Uint8Array | 'open'; shell?: string } = {},
  ) {
    const entry = `import { runCGI } from 'nuages/gateway'; await runCGI(${source})`
    const program = [process.execPath, '--import', 'nuages/register', '--input-type=module', '-e', entry]
    const child = spawn('/bin/sh', ['-c', shell, 'sh', ...program], {
      cwd: packageRoot(),
      env: { PATH: process.env['PATH'], ...environ },
    })
    child.stdin.on('error', () => {})
    if (body !== 'open') child.stdin.end(body)
    return child
  }

  async function running(...given: Parameters<typeof start>) {
    const child = start(...given)
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    const [code] = (await once(child, 'close')) as [number]
    return { code, answer: Buffer.concat(stdout).toString('latin1'), log: Buffer.concat(stderr).toString() }
  }

  test('reads its environment and standard input, and ends although the input stays open', async () => {
    const child = start(
      `async (environ, startResponse) => {
        const chunks = []
        for await (const chunk of environ['wsgi.input']) chunks.push(chunk)
        startResponse('200 OK', [['Content-Type', 'text/plain']])
        return [Buffer.from(environ.REQUEST_METHOD + environ.PATH_INFO), ...chunks]
      }`,
      { REQUEST_METHOD: 'POST', PATH_INFO: '/x', CONTENT_LENGTH: '3' },
      { body: 'open' },
    )
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stdin.write('abcdef')
    const [code] = (await once(child, 'close')) as [number]
    assert.equal(code, 0)
    assert.equal(Buffer.concat(output).toString(), 'Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nPOST/xabc')
  })

  test('gets the bytes of its environment that are not UTF-8', {
    skip: process.platform !== 'linux' && 'needs /proc',
  }, async () => {
    const { answer } = await running(
      `(environ, startResponse) => {
        startResponse('200 OK', [['Content-Type', 'text/plain']])
        return [Buffer.from(environ.PATH_INFO, 'latin1')]
      }`,
      {},
      { shell: `PATH_INFO="$(printf '/\\351\\303\\251')" exec "$@"` },
    )
    assert.equal(answer.split('\r\n\r\n')[1], '/\xe9\xc3\xa9')
  })

  test('HTTP_PROXY is gone from process.env too', async () => {
    const { answer } = await running(
      `(environ, startResponse) => {
        startResponse('200 OK', [['Content-Type', 'text/plain']])
        return [Buffer.from(String(process.env.HTTP_PROXY) + String(environ.HTTP_PROXY))]
      }`,
      { HTTP_PROXY: 'http://evil/' },
    )
    assert.match(answer, /undefinedundefined$/)
  })

  test('an error before the head is a 500 on standard output and a stack on standard error', async () => {
    const { code, answer, log } = await running(`() => { throw new Error('broken') }`, {})
    assert.equal(code, 0)
    assert.match(answer, /^Status: 500 Internal Server Error\r\n[^]*\r\n\r\nInternal Server Error\n$/)
    assert.match(log, /^ERROR nuages\.gateway: GET : the application failed\n {4}Error: broken\n/)
  })

  test('an error after the head is an exit code of 1', async () => {
    const { code, answer, log } = await running(
      `async function* (environ, startResponse) {
        startResponse('200 OK', [['Content-Type', 'text/plain']])
        yield Buffer.from('begun')
        throw new Error('broken')
      }`,
      {},
    )
    assert.equal(code, 1)
    assert.match(answer, /begun$/)
    assert.match(log, /Error: broken/)
  })

  test('a body cut short is an error that the application sees', async () => {
    const { answer } = await running(
      `async (environ, startResponse) => {
        for await (const chunk of environ['wsgi.input']) chunk
        return []
      }`,
      { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '10' },
      { body: Buffer.from('abc') },
    )
    assert.match(answer, /^Status: 400 Bad Request\r\n/)
  })

  test('a large answer passes whole through a slow pipe', async () => {
    const child = start(
      `async function* (environ, startResponse) {
        startResponse('200 OK', [['Content-Type', 'text/plain']])
        for (let i = 0; i < 64; i++) yield Buffer.alloc(65_536, 120)
      }`,
      {},
    )
    let read = 0
    child.stdout.on('data', (chunk: Buffer) => {
      read += chunk.length
      child.stdout.pause()
      setImmediate(() => child.stdout.resume())
    })
    const [code] = (await once(child, 'close')) as [number]
    assert.equal(code, 0)
    assert.equal(read, 'Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n'.length + 64 * 65_536)
  })

  test('a web server that goes away is no error', async () => {
    const child = start(
      `async function* (environ, startResponse) {
        startResponse('200 OK', [['Content-Type', 'text/plain']])
        for (;;) { yield Buffer.alloc(65_536); await new Promise((resolve) => setImmediate(resolve)) }
      }`,
      {},
    )
    const log: Buffer[] = []
    child.stderr.on('data', (chunk: Buffer) => log.push(chunk))
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [code] = (await once(child, 'exit')) as [number]
    assert.equal(code, 0)
    assert.equal(Buffer.concat(log).toString(), '')
  })
})
