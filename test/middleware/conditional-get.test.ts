import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import {
  type AnyResponse,
  FileResponse,
  type HttpRequest,
  HttpResponse,
  type ResponseInit,
  StreamingHttpResponse,
} from 'nuages/http'
import { conditionalGetMiddleware } from 'nuages/middleware'
import { Client, type TestResponse } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { makeSite } from '../test-tools/site.ts'

describe('middleware/conditional-get', () => {
  afterEach(resetForTests)

  async function ask(
    view: (request: HttpRequest) => AnyResponse | Promise<AnyResponse>,
    headers: Readonly<Record<string, string>> = {},
    method = 'GET',
  ): Promise<TestResponse> {
    const application = await makeSite(urlpatterns(path('', view)), { middleware: [conditionalGetMiddleware] })
    return new Client(application).generic(method, '/', { headers })
  }

  const page =
    (init: ResponseInit = {}) =>
    (): HttpResponse =>
      new HttpResponse('a page', init)

  test('a page gets an ETag of its content, and is a 304 for who has it', async () => {
    const first = await ask(page())
    const etag = first.headers.get('ETag') ?? ''
    assert.match(etag, /^"[0-9a-f]{32,}"$/)
    const second = await ask(async () => page()(), { 'If-None-Match': `"other", ${etag}` })
    assert.deepEqual([second.status, second.headers.get('ETag'), await second.text()], [304, etag, ''])
    assert.equal((await ask(page(), { 'If-None-Match': '"other"' })).status, 200)
    assert.equal((await ask(() => new HttpResponse('another'), { 'If-None-Match': etag })).status, 200)
  })

  test('what the view says itself counts', async () => {
    const dated = page({ headers: { ETag: '"mine"', 'Last-Modified': 'Sun, 06 Nov 1994 08:49:37 GMT' } })
    assert.equal((await ask(dated)).headers.get('ETag'), '"mine"')
    assert.equal((await ask(dated, { 'If-None-Match': 'W/"mine"' })).status, 304)
    assert.equal((await ask(dated, { 'If-Modified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT' })).status, 304)
    assert.equal((await ask(dated, { 'If-Modified-Since': 'Sun, 06 Nov 1994 08:49:36 GMT' })).status, 200)
    assert.equal((await ask(dated, { 'If-Modified-Since': 'yesterday' })).status, 200)
  })

  test('what is not to be stored, streams, is empty or answers another method has no ETag made', async () => {
    const none = async (view: () => AnyResponse, method = 'GET'): Promise<void> =>
      assert.equal((await ask(view, { 'If-None-Match': '*' }, method)).headers.get('ETag'), null)
    await none(page({ headers: { 'Cache-Control': 'private, no-store' } }))
    await none(() => new StreamingHttpResponse(['a']))
    await none(() => new HttpResponse(''))
    await none(page(), 'POST')
    await none(page(), 'HEAD')
  })

  test('conditions come before the range that a client asks for', async () => {
    const view = (request: HttpRequest): FileResponse =>
      new FileResponse(Buffer.from('a page'), { request, headers: { ETag: '"mine"' } })
    const statusOf = async (range: string, tag: string): Promise<number> =>
      (await ask(view, { Range: range, 'If-None-Match': tag })).status
    assert.deepEqual(
      [
        await statusOf('bytes=1-2', '"mine"'),
        await statusOf('bytes=99-', '"mine"'),
        await statusOf('bytes=99-', '"other"'),
      ],
      [304, 304, 416],
    )
  })

  test('an answer that is no success stays what it is', async () => {
    for (const status of [301, 404, 500]) {
      assert.equal((await ask(page({ status }), { 'If-None-Match': '*' })).status, status)
    }
  })
})
