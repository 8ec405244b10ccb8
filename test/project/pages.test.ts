/** The bundled project's pages: through the test client, as a CGI program, and by FastCGI. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync, symlinkSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { type Application } from 'nuages/gateway'
import { getWSGIApplication } from 'nuages/handlers'
import { Client } from 'nuages/test'
import { packageRoot } from 'nuages/utils'
import settings from '../../project/settings.ts'
import { answerOf, head, record } from '../management/fastcgi.ts'
import { cleanEnvironment, startNode, temporaryDirectory } from '../management/support.ts'

const project = path.join(packageRoot(), 'project')

describe('the bundled project', () => {
  let application: Application
  before(async () => {
    application = await getWSGIApplication({ ...settings, logging: { '': { level: 'off' } } })
  })
  after(resetForTests)

  async function page(target: string): Promise<string> {
    const response = await new Client(application).get(target)
    assert.equal(response.status, 200, target)
    return response.text()
  }

  test('shows the road of its own request, with its timings', async () => {
    const response = await new Client(application).get('/')
    const text = await response.text()
    for (const stage of ['Gateway: the test client', 'Environ', 'Middleware', 'URLs', 'View and template'])
      assert.match(text, new RegExp(`<h2>${stage}</h2>`))
    assert.match(text, /Middleware and URLs<\/span>[^\n]*\d+\.\d\d ms/)
    assert.match(response.headers.get('server-timing') ?? '', /^middleware;dur=\d+\.\d+, view;dur=\d+\.\d+$/)
    assert.match(text, /<a href="\/" aria-current=page>Road<\/a>/)
  })

  test('runs no script or style but those of its own files', async () => {
    const response = await new Client(application).get('/')
    assert.match(response.headers.get('Content-Security-Policy') ?? '', /^default-src 'self';/)
    assert.doesNotMatch(await response.text(), / style=|<style|<script(?! src)| on\w+=/)
  })

  test('names files that are there', async () => {
    const text = await page('/')
    const files = [...text.matchAll(/<code>([\w/.-]+\/[\w.-]*)<\/code>/g)].map(([, file = '']) => file)
    assert.ok(files.length >= 5)
    for (const file of files)
      accessSync(path.join(packageRoot(), file.startsWith('project/') ? file : `framework/${file}`), constants.R_OK)
  })

  test('links to nothing that is missing', async () => {
    const seen = new Set<string>(['/'])
    for (const target of seen) {
      if (target.startsWith('/static/')) continue
      const response = await new Client(application).get(target)
      assert.equal(response.status, 200, target)
      if (!target.startsWith('/cgi-bin/'))
        assert.equal((await new Client(application).head(target)).status, 200, target)
      if (!(response.headers.get('content-type') ?? '').startsWith('text/html') || target.startsWith('/cgi-bin/'))
        continue
      for (const [, link = ''] of (await response.text()).matchAll(/(?:href|src|action)="([^"#]+)"/g))
        if (link.startsWith('/')) seen.add(link.replaceAll('&amp;', '&'))
    }
    assert.ok(seen.has('/cgi-bin/hello.sh') && seen.has('/download/') && seen.size > 10)
  })

  test('shows the Environ without its secrets', async () => {
    const response = await new Client(application).get('/environ/?q=<b>', {
      headers: { Cookie: 'session=secret-1', Authorization: 'Basic secret-2', 'X-Note': 'ü <i>' },
    })
    const text = await response.text()
    assert.match(text, /HTTP_COOKIE<\/code><\/th><td><code>••••••/)
    assert.doesNotMatch(text, /secret-[12]|<b>|<i>/)
    assert.match(text, /wsgi\.version/)
  })

  test('tells what a form has brought, and keeps nothing', async () => {
    const client = new Client(application)
    const small = new File(['hello'], 'grüße.txt', { type: 'text/plain' })
    const large = new File([Buffer.alloc(3_000_000, 'x')], 'large.bin')
    const response = await client.post('/form/', { data: { name: 'Zoë <b>', file: small, other: large } })
    const text = await response.text()
    assert.equal(response.status, 200)
    assert.match(text, /<dt>name<\/dt><dd>Zoë &lt;b&gt;<\/dd>/)
    assert.match(text, /<h3>grüße\.txt<\/h3>[^]*<dd>5 bytes<\/dd>[^]*<dd>memory<\/dd>/)
    assert.match(text, /<h3>large\.bin<\/h3>[^]*<dd>3000000 bytes<\/dd>[^]*<dd>disk<\/dd>/)
    assert.ok(text.includes(createHash('sha256').update('hello').digest('hex')))
  })

  test('refuses a form from another site', async () => {
    const response = await new Client(application, { enforceCsrfChecks: true }).post('/form/', {
      data: { name: 'x' },
      headers: { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    })
    assert.equal(response.status, 403)
  })

  test('counts visits in a cookie, until it is told to start again', async () => {
    const client = new Client(application)
    await client.get('/visits/')
    assert.match(await (await client.get('/visits/')).text(), /seen this page 2 times/)
    const again = await client.post('/visits/', { follow: true })
    assert.match(await again.text(), /seen this page 1 time\./)
    assert.equal(again.redirectChain[0]?.status, 302)
  })

  test('streams, sends a file in ranges, and mounts applications', async () => {
    assert.match(await page('/stream/'), /^1 × 1 = 1\n[^]*100 × 100 = 10000\n$/)
    const part = await new Client(application).get('/download/', { headers: { Range: 'bytes=0-9' } })
    assert.equal(part.status, 206)
    assert.equal(await part.text(), readFileSync(path.join(project, 'road/static/road/style.css'), 'utf8').slice(0, 10))
    assert.match(
      await page('/bare/anything?a=1'),
      /SCRIPT_NAME {5}\/bare\nPATH_INFO {7}\/anything\nQUERY_STRING {4}a=1/,
    )
    assert.match(await page('/cgi-bin/hello.sh/more'), /You asked for \/cgi-bin\/hello\.sh\/more by GET\./)
  })

  test('has a page for a name that means harm, and one for what is not there', async () => {
    assert.match(await page('/hello/%3Cscript%3E/'), /<h1>Hello, &lt;script&gt;<\/h1>/)
    assert.equal((await new Client(application).get('/nowhere/')).status, 404)
    assert.equal((await new Client(application).delete('/form/')).status, 405)
  })
})

describe('the bundled project’s gateways', { timeout: 60_000 }, () => {
  test('cgi.ts answers one request as a program, wherever it is started and linked', (t) => {
    const { status, stdout, stderr } = spawnSync(linkTo(temporaryDirectory(t), 'cgi.ts'), {
      cwd: '/',
      encoding: 'utf8',
      env: cleanEnvironment({
        GATEWAY_INTERFACE: 'CGI/1.1',
        HTTP_HOST: 'localhost',
        PATH_INFO: '/',
        QUERY_STRING: '',
        REMOTE_ADDR: '127.0.0.1',
        REQUEST_METHOD: 'GET',
        SCRIPT_NAME: '/road.cgi',
        SERVER_NAME: 'localhost',
        SERVER_PORT: '80',
        SERVER_PROTOCOL: 'HTTP/1.1',
        SERVER_SOFTWARE: 'test',
      }),
      input: '',
      timeout: 30_000,
    })
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, /^Status: 200 OK\r?\n/)
    assert.match(stdout, /Gateway: CGI/)
    assert.match(stdout, /<li aria-current=true>CGI<\/li>/)
    assert.match(stdout, /href="\/road\.cgi\/static\/road\/style\.css"/)
  })

  test('fcgi.ts serves FastCGI', async (t) => {
    const socket = path.join(temporaryDirectory(t), 'fcgi.sock')
    const running = startNode(t, [path.join(project, 'fcgi.ts'), '--socket', socket], { cwd: '/' })
    await running.waitFor(/Serving FastCGI on unix:/)
    const connection = net.connect(socket)
    connection.write(Buffer.concat([head({ PATH_INFO: '/', SCRIPT_NAME: '/road', HTTP_HOST: 'localhost' }), record(5)]))
    const answer = await answerOf(connection)
    assert.match(answer, /^Status: 200 OK\r\n/)
    assert.match(answer, /Gateway: FastCGI/)
    assert.match(answer, /href="\/road\/environ\/"/)
  })
})

/** A link to one of the project's programs, as a cgi-bin directory would have. */
function linkTo(directory: string, program: string): string {
  const link = path.join(directory, 'road.cgi')
  symlinkSync(path.join(project, program), link)
  return link
}
