import assert from 'node:assert/strict'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { type UserSettings } from 'nuages/conf'
import { serveStaticfiles } from 'nuages/contrib/staticfiles'
import { createServer } from 'nuages/gateway'
import { getWSGIApplication } from 'nuages/handlers'
import { HttpResponse } from 'nuages/http'
import { path as route, urlpatterns } from 'nuages/urls'
import { temporaryDirectory, writeTree } from '../../management/support.ts'
import { makeProject } from './support.ts'

const FILES = {
  'static/site.css': 'body {}',
  'static/.hidden': 'hidden',
  'static/ü &.txt': 'umlaut',
  'vendor/lib.js': 'library',
  'polls/static/site.css': 'never seen',
  'polls/static/polls/style.css': 'polls',
}

const urls = urlpatterns(route('page/', () => new HttpResponse('a page'), 'page'))

/** A server for the project, and what it answers to a path as it is written. */
async function serve(t: TestContext, change: (at: (name: string) => string) => UserSettings = () => ({})) {
  const project = makeProject(t, FILES, (at) => ({
    allowedHosts: ['127.0.0.1'],
    rootUrlconf: async () => ({ urls }),
    logging: { '': { level: 'off' } },
    ...change(at),
  }))
  const server = createServer(serveStaticfiles(await getWSGIApplication(project.settings), project.settings))
  const address = await server.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => server.close({ timeout: 0 }))
  const port = address.kind === 'tcp' ? address.port : 0
  const ask = (target: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number | undefined; body: string; headers: http.IncomingHttpHeaders }>((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port, path: target, method, headers, agent: false })
      request.on('error', reject)
      request.on('response', (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (body += chunk))
        response.on('end', () => resolve({ status: response.statusCode, body, headers: response.headers }))
      })
      request.end()
    })
  return { ...project, ask }
}

describe('static files while developing', { timeout: 60_000 }, () => {
  test('come from the first place that has them, and pages from the application', async (t) => {
    const { ask } = await serve(t)
    const style = await ask('/static/site.css')
    assert.deepEqual([style.status, style.body], [200, 'body {}'])
    assert.match(style.headers['content-type'] ?? '', /^text\/css/)
    assert.equal(style.headers['cache-control'], 'no-cache')
    assert.equal((await ask('/static/lib/lib.js')).body, 'library')
    assert.equal((await ask('/static/polls/style.css')).body, 'polls')
    assert.equal((await ask('/static/%C3%BC%20%26.txt?v=1')).body, 'umlaut')
    assert.equal((await ask('/page/')).body, 'a page')
    assert.equal((await ask('/static')).status, 404)
  })

  test('are not sent again to whoever has them, and are sent in ranges', async (t) => {
    const { ask } = await serve(t)
    const { headers } = await ask('/static/site.css')
    const again = await ask('/static/site.css', { 'If-None-Match': headers.etag ?? '' })
    assert.deepEqual([again.status, again.body], [304, ''])
    const since = await ask('/static/site.css', { 'If-Modified-Since': headers['last-modified'] ?? '' })
    assert.equal(since.status, 304)
    const part = await ask('/static/site.css', { Range: 'bytes=0-3' })
    assert.deepEqual([part.status, part.body, part.headers['content-range']], [206, 'body', 'bytes 0-3/7'])
    const head = await ask('/static/site.css', {}, 'HEAD')
    assert.deepEqual([head.status, head.headers['content-length'], head.body], [200, '7', ''])
    assert.equal((await ask('/static/site.css', {}, 'POST')).status, 405)
  })

  test('are nothing hidden, nothing outside, no directory', async (t) => {
    const outside = temporaryDirectory(t)
    writeTree(outside, { secret: 'secret' })
    const { ask, at } = await serve(t)
    fs.symlinkSync(path.join(outside, 'secret'), at('static/out'))
    for (const name of [
      '',
      'lib',
      'lib/',
      'polls',
      '.hidden',
      'out',
      'missing',
      '../project.txt',
      '%2e%2e/project.txt',
      '..%2fproject.txt',
      'lib/../../project.txt',
      '/etc/passwd',
      '..%5cproject.txt',
      'site.css/',
    ])
      assert.equal((await ask(`/static/${name}`)).status, 404, name)
    for (const name of ['site.css%00', '%FF']) assert.equal((await ask(`/static/${name}`)).status, 400, name)
  })

  test('live where staticUrl says, and below a mount', async (t) => {
    const { ask } = await serve(t, () => ({ staticUrl: '/assets/v1/' }))
    assert.equal((await ask('/assets/v1/site.css')).status, 200)
    assert.equal((await ask('/static/site.css')).status, 404)
    const mounted = await serve(t, () => ({ forceScriptName: '/app' }))
    assert.equal((await mounted.ask('/app/static/site.css')).status, 200)
    const elsewhere = await serve(t, () => ({ staticUrl: 'https://cdn.example.com/' }))
    assert.equal((await elsewhere.ask('/static/site.css')).status, 404)
  })
})
