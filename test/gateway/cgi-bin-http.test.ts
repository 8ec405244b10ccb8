import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { type CgiBinOptions, cgiBin, createServer } from 'nuages/gateway'
import { programs, until } from './ask.ts'

const HEAD = "printf 'Content-Type: text/plain\\n\\n'\n"

/** Serve programs over real HTTP until the test ends; gives the port. */
async function serve(t: TestContext, directory: string, options: CgiBinOptions = {}): Promise<number> {
  const server = createServer(cgiBin(directory, options), { errors: { write: () => {} } })
  const address = await server.listen({ port: 0 })
  t.after(() => server.close({ timeout: 0 }))
  return address.kind === 'tcp' ? address.port : assert.fail('not listening on TCP')
}

/** Send raw bytes, and give all that comes back until the server closes. */
async function raw(port: number, text: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(text, 'latin1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (data: string) => {
    answer += data
  })
  await once(socket, 'close')
  return answer
}

describe('programs over real HTTP', () => {
  test('get what the request says, decoded once', async (t) => {
    const port = await serve(t, programs(t, { see: `${HEAD}echo "$PATH_INFO|$QUERY_STRING|$SERVER_PROTOCOL|$*"` }))
    const answer = await raw(port, 'GET /see/a%253Fb%3Fc?one+two%20three HTTP/1.0\r\nHost: x\r\n\r\n')
    assert.match(answer, /^HTTP\/1\.\d 200 OK\r\n/)
    assert.match(answer, /\/a%3Fb\?c\|one\+two%20three\|HTTP\/1\.0\|one two three\n$/)
  })

  test('get all headers but credentials and Proxy; cookies are joined as cookies', async (t) => {
    const port = await serve(t, programs(t, { see: `${HEAD}cat /proc/$$/environ | tr '\\0' '\\n'` }))
    const lines = ['Cookie: a=1', 'Cookie: b=2', 'X-A: 1', 'X-A: 2', 'Proxy: http://evil/', 'Authorization: Basic eDp5']
    const answer = await raw(port, `GET /see HTTP/1.0\r\nHost: x\r\n${lines.join('\r\n')}\r\n\r\n`)
    assert.match(answer, /^HTTP_COOKIE=a=1; b=2$/m)
    assert.match(answer, /^HTTP_X_A=1, 2$/m)
    assert.doesNotMatch(answer, /evil|eDp5|REMOTE_USER|CONTENT_TYPE|CONTENT_LENGTH/)
  })

  test('a way up out of the root is a 404, and the connection lives on', async (t) => {
    const port = await serve(t, programs(t, { see: `${HEAD}echo here` }))
    const up = 'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n'
    const answer = await raw(port, `${up}GET /see HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 404 Not Found\r\n/)
    assert.match(answer, /HTTP\/1\.1 200 OK\r\n[^]*here\n/)
  })

  test('a chunked body reaches the program whole, with its length', async (t) => {
    const port = await serve(t, programs(t, { cat: `${HEAD}printf '%s ' "$CONTENT_LENGTH"; exec cat` }))
    async function* body() {
      yield Buffer.from('one ')
      yield Buffer.from('two')
    }
    const response = await fetch(`http://127.0.0.1:${port}/cat`, { method: 'POST', body: body(), duplex: 'half' })
    assert.equal(await response.text(), '7 one two')
  })

  test('an upload of 20 MB comes back whole', async (t) => {
    const port = await serve(t, programs(t, { cat: `${HEAD}exec cat` }))
    const body = Buffer.alloc(20_000_000, 'abcdefg')
    const response = await fetch(`http://127.0.0.1:${port}/cat`, { method: 'POST', body })
    assert.ok(body.equals(Buffer.from(await response.arrayBuffer())))
  })

  test('a redirect is a redirect, and a HEAD has no body', async (t) => {
    const port = await serve(
      t,
      programs(t, { go: 'printf "Location: https://example.com/\\n\\n"', see: `${HEAD}echo x` }),
    )
    const response = await fetch(`http://127.0.0.1:${port}/go`, { redirect: 'manual' })
    assert.equal(response.status, 302)
    assert.equal(response.headers.get('location'), 'https://example.com/')
    assert.match(await raw(port, 'HEAD /see HTTP/1.0\r\n\r\n'), /^HTTP\/1\.\d 200 OK\r\n[^]*\r\n\r\n$/)
  })

  test('a client that goes takes its program with it', async (t) => {
    const root = programs(t)
    const port = await serve(t, programs(t, { wait: `${HEAD}echo $$ >${root}/pid; echo ready; exec sleep 1000` }))
    const client = new AbortController()
    const response = await fetch(`http://127.0.0.1:${port}/wait`, { signal: client.signal })
    const pid = Number(readFileSync(path.join(root, 'pid'), 'utf8'))
    assert.equal(response.status, 200)
    client.abort()
    await until(() => spawnSync('kill', ['-0', String(pid)]).status !== 0)
  })

  test('a program that breaks off leaves an answer that shows it', async (t) => {
    const port = await serve(t, programs(t, { half: `${HEAD}echo half; kill -SEGV $$` }))
    const response = await fetch(`http://127.0.0.1:${port}/half`)
    await assert.rejects(response.text())
  })
})

const execute = promisify(execFile)
const hasGit = spawnSync('git', ['http-backend'], { encoding: 'latin1' }).stdout?.includes('Status:')

describe("git's own CGI program", {
  skip: hasGit || process.env['CI'] ? false : 'git http-backend is not installed',
}, () => {
  test('lets a repository be pushed, in chunks, and cloned', async (t) => {
    const root = programs(t, { 'bin/git': '#!/bin/sh\nexec git http-backend' })
    const git = (...args: string[]) =>
      execute('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'http.postBuffer=65536', ...args], {
        env: { PATH: process.env['PATH'], HOME: root, GIT_TERMINAL_PROMPT: '0' },
      })
    const work = path.join(root, 'work')
    mkdirSync(work)
    await git('init', '--bare', path.join(root, 'site.git'))
    await git('-C', path.join(root, 'site.git'), 'config', 'http.receivepack', 'true')
    await git('init', work)
    writeFileSync(path.join(work, 'noise'), Buffer.from(Array.from({ length: 300_000 }, (_v, i) => (i * i * 31) % 251)))
    writeFileSync(path.join(work, 'random'), crypto.getRandomValues(new Uint8Array(60_000)))
    writeFileSync(path.join(work, 'more'), crypto.getRandomValues(new Uint8Array(60_000)))
    await git('-C', work, 'add', '.')
    await git('-C', work, 'commit', '-m', 'first')
    const env = { GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', HOME: root }
    const url = `http://127.0.0.1:${await serve(t, path.join(root, 'bin'), { env })}/git/site.git`
    await git('-C', work, 'push', url, 'HEAD:refs/heads/main')
    await git('clone', '--branch', 'main', url, path.join(root, 'copy'))
    assert.ok(readFileSync(path.join(root, 'copy', 'random')).equals(readFileSync(path.join(work, 'random'))))
  })
})
