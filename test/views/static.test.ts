import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import nodePath from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { Client, type ClientOptions, type TestResponse } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { serve } from 'nuages/views'
import { makeSite } from '../test-tools/site.ts'

describe('views/static', () => {
  const base = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'nuages-static-'))
  const root = nodePath.join(base, 'root')
  for (const directory of ['sub', '.git', 'sub/.hidden']) {
    fs.mkdirSync(nodePath.join(root, directory), { recursive: true })
  }
  for (const [name, content] of [
    ['a.css', 'body {}'],
    ['sub/größe x.txt', 'groß'],
    ['sub/empty', ''],
    ['.env', 'SECRET'],
    ['.git/config', 'SECRET'],
    ['sub/.hidden/a', 'SECRET'],
    ['..odd', 'SECRET'],
    ['../outside.txt', 'SECRET'],
    ['../root-sibling', 'SECRET'],
  ] as const) {
    fs.writeFileSync(nodePath.join(root, name), content)
  }
  fs.symlinkSync('../outside.txt', nodePath.join(root, 'out'))
  fs.symlinkSync('..', nodePath.join(root, 'up'))
  fs.symlinkSync('.env', nodePath.join(root, 'env'))
  fs.symlinkSync('a.css', nodePath.join(root, 'same.css'))
  fs.symlinkSync('nowhere', nodePath.join(root, 'broken'))
  fs.symlinkSync('circle', nodePath.join(root, 'circle'))
  fs.symlinkSync(root, nodePath.join(base, 'link-to-root'))

  afterEach(resetForTests)
  after(() => fs.rmSync(base, { recursive: true }))

  async function ask(
    target: string,
    options: ClientOptions & { method?: string } = {},
    from = root,
  ): Promise<TestResponse> {
    const application = await makeSite(urlpatterns(path('media/<path:path>', serve(from))))
    return new Client(application).generic(options.method ?? 'GET', target, options)
  }

  describe('serve', () => {
    test('sends a file with its type, size and age', async () => {
      const response = await ask('/media/a.css')
      assert.deepEqual([response.status, await response.text()], [200, 'body {}'])
      assert.equal(response.headers.get('Content-Type'), 'text/css; charset=utf-8')
      assert.equal(response.headers.get('Content-Length'), '7')
      assert.match(response.headers.get('ETag') ?? '', /^"/)
      assert.match(response.headers.get('Last-Modified') ?? '', /GMT$/)
      assert.equal(await (await ask('/media/sub/gr%C3%B6%C3%9Fe%20x.txt')).text(), 'groß')
      const empty = await ask('/media/sub/empty')
      assert.deepEqual([empty.status, empty.headers.get('Content-Length')], [200, '0'])
    })

    test('follows links inside its root, and a root that is a link', async () => {
      assert.equal(await (await ask('/media/same.css')).text(), 'body {}')
      assert.equal(await (await ask('/media/a.css', {}, nodePath.join(base, 'link-to-root'))).text(), 'body {}')
    })

    for (const name of [
      'nowhere',
      'sub',
      'sub/',
      'a.css/',
      'a.css/x',
      '../outside.txt',
      '..%2Foutside.txt',
      '%2e%2e/outside.txt',
      '..%5Coutside.txt',
      'sub/../../outside.txt',
      'sub/../a.css',
      './a.css',
      '/etc/passwd',
      '%2Fetc/passwd',
      'sub//empty',
      '.env',
      '.git/config',
      'sub/.hidden/a',
      '..odd',
      'out',
      'up/outside.txt',
      'up/root-sibling',
      'env',
      'broken',
      'circle',
      'a'.repeat(300),
      `${'sub/../'.repeat(1000)}a.css`,
    ]) {
      test(`finds nothing at ${name.slice(0, 40)}`, async () => {
        const response = await ask(`/media/${name}`)
        assert.equal(response.status, 404)
        assert.doesNotMatch(await response.text(), /SECRET/)
      })
    }

    test('is a 400 for a NUL', async () => {
      assert.equal((await ask('/media/a.css%00.png')).status, 400)
    })

    test('sends the head alone for HEAD, and refuses other methods', async () => {
      const head = await ask('/media/a.css', { method: 'HEAD' })
      assert.deepEqual([head.status, (await head.bytes()).length, head.headers.get('Content-Length')], [200, 0, '7'])
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const response = await ask('/media/a.css', { method })
        assert.deepEqual([response.status, response.headers.get('Allow')], [405, 'GET, HEAD'])
      }
    })

    test('sends a range', async () => {
      const response = await ask('/media/a.css', { headers: { Range: 'bytes=1-3' } })
      assert.deepEqual([response.status, await response.text()], [206, 'ody'])
      assert.equal(response.headers.get('Content-Range'), 'bytes 1-3/7')
      assert.equal((await ask('/media/a.css', { headers: { Range: 'bytes=99-' } })).status, 416)
    })

    test('sends nothing to a client that has the file already', async () => {
      const { headers } = await ask('/media/a.css')
      const etag = headers.get('ETag') as string
      const modified = headers.get('Last-Modified') as string
      const cases: ReadonlyArray<readonly [headers: Record<string, string>, status: number]> = [
        [{ 'If-None-Match': etag }, 304],
        [{ 'If-None-Match': `"x", W/${etag}` }, 304],
        [{ 'If-None-Match': '*' }, 304],
        [{ 'If-None-Match': '"other"' }, 200],
        [{ 'If-Modified-Since': modified }, 304],
        [{ 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 200],
        [{ 'If-Modified-Since': 'yesterday' }, 200],
        [{ 'If-None-Match': '"other"', 'If-Modified-Since': modified }, 200],
        [{ 'If-None-Match': etag, 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 304],
        [{ 'If-None-Match': etag, Range: 'bytes=0-0' }, 304],
        [{ 'If-None-Match': etag, Range: 'bytes=99-' }, 304],
        [{ 'If-Modified-Since': modified, Range: 'bytes=99-' }, 304],
        [{ 'If-None-Match': '"other"', Range: 'bytes=99-' }, 416],
        [{ 'If-Match': '"other"', Range: 'bytes=99-' }, 412],
        [{ 'If-Match': etag, Range: 'bytes=99-' }, 416],
      ]
      for (const [given, status] of cases) {
        const response = await ask('/media/a.css', { headers: given })
        assert.equal(response.status, status, JSON.stringify(given))
        if (status !== 304) continue
        assert.equal(response.headers.get('ETag'), etag)
        assert.equal(response.headers.get('Content-Type'), null)
        assert.equal((await response.bytes()).length, 0)
      }
    })
  })
})
