import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { type Running, startNode, temporaryDirectory, writeTree } from './support.ts'

const NUAGES = path.join(packageRoot(), 'framework', 'bin.js')
const HELLO = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n"

/** The site that most tests look at. */
const FILES = {
  'plain.txt': '0123456789',
  'sub/index.html': '<h1>the index</h1>',
  'list/b & <c>.txt': 'b',
  'list/A.txt': 'a',
  'list/100%?#.txt': 'odd',
  'list/caf\u00e9/x.txt': 'x',
  'list/.hidden': 'hidden',
  '.env': 'SECRET=1',
  'cgi-bin/hello.sh': `${HELLO}echo "$PATH_INFO|$PATH_TRANSLATED|$QUERY_STRING"; cat\n`,
  'cgi-bin/go.sh': '#!/bin/sh\nprintf "Location: /plain.txt\\n\\n"\n',
  'cgi-bin/complain.sh': '#!/bin/sh\necho "this is wrong" >&2\nexit 1\n',
  'cgi-bin/wait.sh': `${HELLO}echo $$; exec sleep 1000\n`,
  'htbin/old.sh': `${HELLO}echo old\n`,
}

interface Site {
  readonly root: string
  readonly port: number
  readonly url: string
  readonly server: Running
}

/** Serve a directory with a `nuages cgiserver` of its own until the test ends. */
async function serve(t: TestContext, files: Readonly<Record<string, string>> = FILES): Promise<Site> {
  const root = temporaryDirectory(t)
  writeTree(root, files)
  for (const name of Object.keys(files)) if (name.endsWith('.sh')) fs.chmodSync(path.join(root, name), 0o755)
  const server = startNode(t, [NUAGES, 'cgiserver', root, '0'], { cwd: root })
  const [, url = '', port] = await server.waitFor(/at (http:\/\/127\.0\.0\.1:(\d+)\/)/)
  return { root, port: Number(port), url, server }
}

/** Send a request line as it is, and give all that comes back. */
async function raw(port: number, target: string, method = 'GET'): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (data: string) => {
    answer += data
  })
  await once(socket, 'close')
  return answer
}

describe('cgiserver', { timeout: 120_000 }, () => {
  test('serves files, whole and in part', async (t) => {
    const { url } = await serve(t)
    const response = await fetch(`${url}plain.txt`)
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/)
    assert.equal(await response.text(), '0123456789')
    const part = await fetch(`${url}plain.txt`, { headers: { Range: 'bytes=2-4' } })
    assert.equal(part.status, 206)
    assert.equal(await part.text(), '234')
    assert.equal((await fetch(`${url}plain.txt`, { method: 'POST', body: 'x' })).status, 405)
    assert.equal((await fetch(`${url}nothing`)).status, 404)
    assert.equal((await fetch(`${url}plain.txt/`)).status, 404)
  })

  test('shows an index.html, else a list, and sends on to the slash', async (t) => {
    const { url } = await serve(t)
    assert.equal(await (await fetch(`${url}sub/`)).text(), '<h1>the index</h1>')
    const redirect = await fetch(`${url}sub?q=1`, { redirect: 'manual' })
    assert.equal(redirect.status, 301)
    assert.equal(redirect.headers.get('location'), '/sub/?q=1')
    const list = await (await fetch(`${url}list/`)).text()
    assert.match(list, /<title>Directory listing for \/list\/<\/title>/)
    const links = [...list.matchAll(/href="([^"]*)">([^<]*)</g)].map(([, href, name]) => `${href} ${name}`)
    assert.deepEqual(links, [
      './100%25%3F%23.txt 100%?#.txt',
      './A.txt A.txt',
      './b%20%26%20%3Cc%3E.txt b &amp; &lt;c&gt;.txt',
      './caf%C3%A9/ caf\u00e9/',
    ])
    for (const [, href = ''] of list.matchAll(/href="([^"]*)"/g))
      assert.equal((await fetch(new URL(href, `${url}list/`))).status, 200, href)
  })

  test('shows nothing hidden, nothing outside, and no source of a program', async (t) => {
    const { root, port } = await serve(t)
    const outside = temporaryDirectory(t)
    writeTree(outside, { 'secret.txt': 'SECRET' })
    fs.symlinkSync(path.join(outside, 'secret.txt'), path.join(root, 'link.txt'))
    fs.symlinkSync(outside, path.join(root, 'out'))
    fs.symlinkSync('cgi-bin', path.join(root, 'inside'))
    const targets = [
      '/.env',
      '/%2eenv',
      '/list/.hidden',
      '/link.txt',
      '/out/',
      '/out/secret.txt',
      '/../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/sub/..%2fcgi-bin/hello.sh',
      '//cgi-bin/hello.sh',
      '/./cgi-bin/hello.sh',
      '/list/../cgi-bin/hello.sh',
      '/inside/hello.sh',
      '/sub\\..\\plain.txt',
      '/plain.txt%00',
      '/%ff',
    ]
    for (const target of targets) {
      const answer = await raw(port, target)
      assert.match(answer, /^HTTP\/1\.1 40[034] /, target)
      assert.doesNotMatch(answer, /SECRET|#!|root:/, target)
    }
  })

  test('runs the programs of cgi-bin and htbin', async (t) => {
    const { root, url, port } = await serve(t)
    assert.equal(await (await fetch(`${url}htbin/old.sh`)).text(), 'old\n')
    const response = await fetch(`${url}cgi-bin/hello.sh/a%20b?x=1`, { method: 'POST', body: 'body' })
    assert.equal(await response.text(), `/a b|${root}/a b|x=1\nbody`)
    assert.equal((await fetch(`${url}cgi-bin/nothing`)).status, 404)
    assert.equal((await fetch(`${url}cgi-bin/`)).status, 403)
    assert.equal(await (await fetch(`${url}cgi-bin/go.sh`)).text(), '0123456789', 'a local redirect may lead to a file')
    assert.match(await raw(port, '/cgi-bin/hello.sh', 'HEAD'), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/)
  })

  test('logs each request, and what programs say', async (t) => {
    const { url, server } = await serve(t)
    assert.equal((await fetch(`${url}cgi-bin/complain.sh?a=1`)).status, 502)
    await server.waitFor(/\/cgi-bin\/complain\.sh: this is wrong\n/)
    await server.waitFor(/\/cgi-bin\/complain\.sh: it ended with status 1 before its header block did\n/)
    await server.waitFor(/GET \/cgi-bin\/complain\.sh\?a=1 502/)
  })

  test('stops at SIGTERM, and its programs with it', async (t) => {
    const { url, server } = await serve(t)
    const response = await fetch(`${url}cgi-bin/wait.sh`)
    const { value } = (await response.body?.getReader().read()) ?? {}
    const pid = Number(Buffer.from(value as Uint8Array).toString())
    server.child.kill('SIGTERM')
    assert.deepEqual(await server.exit, { code: 0, signal: null })
    while (fs.existsSync(`/proc/${pid}`) && !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8')))
      await new Promise((resolve) => setTimeout(resolve, 5))
  })

  test('serves a directory without programs', async (t) => {
    const { url } = await serve(t, { 'a.txt': 'a' })
    assert.equal((await fetch(`${url}a.txt`)).status, 200)
    assert.equal((await fetch(`${url}cgi-bin/x`)).status, 404)
  })

  test('says what it cannot do', async (t) => {
    const server = startNode(t, [NUAGES, 'cgiserver', '/nowhere/at/all'], { cwd: temporaryDirectory(t) })
    assert.deepEqual(await server.exit, { code: 2, signal: null })
    assert.match(server.output, /There is no directory \/nowhere\/at\/all to serve\./)
  })
})
