import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import nodePath from 'node:path'
import { afterEach, describe, test } from 'node:test'
import zlib from 'node:zlib'
import { resetForTests } from 'nuages'
import { type AnyResponse, HttpResponse, type HttpRequest, type Middleware, viewMark } from 'nuages/http'
import { conditionalPage, csrfProtect, decoratorFromMiddleware, gzipPage } from 'nuages/middleware'
import { MemoryLoader } from 'nuages/template'
import { Client } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { csrfExempt, TemplateResponse } from 'nuages/views'
import { makeSite } from '../test-tools/site.ts'

describe('middleware/decorators', () => {
  afterEach(resetForTests)

  function article(_request: HttpRequest, { id }: { id: number }): HttpResponse {
    if (id === 0) throw new RangeError('There is no article 0.')
    return new HttpResponse(`article ${id} `.repeat(100))
  }
  const slow = async (request: HttpRequest, params: { id: number }): Promise<HttpResponse> => article(request, params)

  test('gzipPage and conditionalPage work on one view, and together', async () => {
    const urls = urlpatterns(
      path('zip/<int:id>/', gzipPage(article)),
      path('both/<int:id>/', gzipPage(conditionalPage(slow))),
    )
    const client = new Client(await makeSite(urls))
    const headers = { 'Accept-Encoding': 'gzip' }
    assert.equal((await client.get('/zip/7/', { headers })).headers.get('Content-Encoding'), 'gzip')
    assert.equal((await client.get('/zip/7/')).headers.get('Content-Encoding'), null)
    const first = await client.get('/both/7/', { headers })
    assert.equal(first.headers.get('Content-Encoding'), 'gzip')
    const again = { ...headers, 'If-None-Match': first.headers.get('ETag') ?? '' }
    assert.equal((await client.get('/both/7/', { headers: again })).status, 304)
  })

  test('csrfProtect refuses what another site sends, without the middleware', async () => {
    const urls = urlpatterns(
      path('safe/<int:id>/', csrfProtect(article)),
      path('exempt/<int:id>/', csrfProtect(csrfExempt(slow))),
    )
    const client = new Client(await makeSite(urls), { enforceCsrfChecks: true })
    const headers = { 'Sec-Fetch-Site': 'cross-site' }
    assert.equal((await client.post('/safe/1/', { headers })).status, 403)
    assert.equal((await client.get('/safe/1/', { headers })).status, 200)
    assert.equal((await client.post('/safe/1/', { headers: { 'Sec-Fetch-Site': 'same-origin' } })).status, 200)
    assert.equal((await client.post('/exempt/1/', { headers })).status, 200)
  })

  test('give the middleware a response that renders late when it is rendered, in their order', async () => {
    const templates = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'nuages-decorators-'))
    try {
      fs.writeFileSync(nodePath.join(templates, 'page.html'), '{{ word }} {{ added }} '.repeat(3000))
      const order: string[] = []
      const noting = decoratorFromMiddleware((getResponse) =>
        Object.assign(
          async (request: HttpRequest) => {
            order.push('before')
            const response = await getResponse(request)
            order.push(response.streaming ? 'a stream' : `after ${response.text.slice(0, 10)}`)
            return response
          },
          {
            processTemplateResponse(_request: HttpRequest, response: AnyResponse) {
              order.push('template')
              return response
            },
          },
        ),
      )
      const adding: Middleware = (getResponse) =>
        Object.assign((request: HttpRequest) => getResponse(request), {
          processTemplateResponse(_request: HttpRequest, response: AnyResponse) {
            if (response instanceof TemplateResponse) response.contextData['added'] = 'later'
            return response
          },
        })
      const view = (request: HttpRequest): HttpResponse => new TemplateResponse(request, 'page.html', { word: 'page' })
      const urls = urlpatterns(
        path('', gzipPage(conditionalPage(noting(view)))),
        path('slow/', gzipPage(conditionalPage(noting(async (request: HttpRequest) => view(request))))),
      )
      const settings = { middleware: [adding], templates: { dirs: [templates] } }
      const client = new Client(await makeSite(urls, settings))
      for (const target of ['/', '/slow/']) {
        order.length = 0
        const first = await client.get(target, { headers: { 'Accept-Encoding': 'gzip' } })
        const text = zlib.gunzipSync(await first.bytes()).toString()
        assert.ok(text.startsWith('page later page later'), text.slice(0, 40))
        assert.deepEqual(order, ['before', 'template', 'after page later'])
        const etag = first.headers.get('ETag') ?? ''
        assert.equal((await client.get(target, { headers: { 'If-None-Match': etag } })).status, 304)
      }
    } finally {
      fs.rmSync(templates, { recursive: true })
    }
  })

  test('go on with the error where a response that renders late fails', async () => {
    const order: string[] = []
    const layer = (
      name: string,
      answer?: (error: unknown) => HttpResponse,
      hook?: (error: unknown) => HttpResponse | undefined,
    ) =>
      decoratorFromMiddleware((getResponse) =>
        Object.assign(
          async (request: HttpRequest) => {
            try {
              const response = await getResponse(request)
              order.push(`${name} gets ${response.status}`)
              return response
            } catch (error) {
              order.push(`${name} meets ${(error as Error).name}`)
              if (answer === undefined) throw error
              return answer(error)
            }
          },
          hook === undefined ? {} : { processException: (_request: HttpRequest, error: unknown) => hook(error) },
        ),
      )
    const fails = (request: HttpRequest): HttpResponse => new TemplateResponse(request, 'page.html', {})
    const page = (text: string) => (): HttpResponse => new HttpResponse(text, { status: 503 })
    const rescued: Middleware = (getResponse) =>
      Object.assign((request: HttpRequest) => getResponse(request), {
        processException: (_request: HttpRequest, error: unknown) =>
          new HttpResponse(`rescued from ${(error as Error).name}`, { status: 500 }),
      })
    const urls = urlpatterns(
      path('plain/', layer('outer')(layer('inner')(fails))),
      path('caught/', layer('outer')(layer('inner', page('caught'))(fails))),
      path('hook/', layer('outer')(layer('inner', undefined, page('hook'))(fails))),
      path(
        'quiet/',
        layer(
          'outer',
          page('outer'),
        )(layer('inner', undefined, () => undefined)(async (request: HttpRequest) => fails(request))),
      ),
    )
    const templates = { loaders: [new MemoryLoader({ 'page.html': '{{ nothing() }}' })] }
    const client = new Client(await makeSite(urls, { middleware: [rescued], templates }))
    for (const [target, text, ...wanted] of [
      [
        '/plain/',
        'rescued from TemplateRenderError',
        'inner meets TemplateRenderError',
        'outer meets TemplateRenderError',
      ],
      ['/caught/', 'caught', 'inner meets TemplateRenderError', 'outer gets 503'],
      ['/hook/', 'hook', 'inner gets 503', 'outer gets 503'],
      ['/quiet/', 'outer', 'inner meets TemplateRenderError', 'outer meets TemplateRenderError'],
    ] as const) {
      order.length = 0
      assert.equal(await (await client.get(target)).text(), text)
      assert.deepEqual(order, wanted)
    }
  })

  describe('decoratorFromMiddleware', () => {
    const made: string[] = []
    const rescuing: Middleware = (getResponse) => {
      made.push('made')
      return Object.assign((request: HttpRequest) => getResponse(request), {
        processView(request: HttpRequest, _view: object, { id }: Readonly<Record<string, unknown>>) {
          return !request.query.has('early') ? undefined : new HttpResponse(`early ${String(id)}`)
        },
        processException(_request: HttpRequest, error: unknown) {
          return error instanceof RangeError ? new HttpResponse(error.message, { status: 422 }) : undefined
        },
      })
    }
    const rescued = decoratorFromMiddleware(rescuing)

    test('makes the layer once, asks its hooks, and keeps synchronous what is', async () => {
      const urls = urlpatterns(path('<int:id>/', rescued(article)), path('slow/<int:id>/', rescued(slow)))
      const client = new Client(await makeSite(urls))
      for (const prefix of ['/', '/slow/']) {
        made.length = 0
        assert.match(await (await client.get(`${prefix}7/`)).text(), /^article 7 /)
        assert.equal((await client.get(`${prefix}0/`)).status, 422)
        assert.equal(await (await client.get(`${prefix}7/?early=1`)).text(), 'early 7')
        assert.deepEqual(made, ['made'])
      }
    })

    test('lets through what its hook has no answer for', async () => {
      const failing = rescued((_request: HttpRequest): HttpResponse => {
        throw new TypeError('a bug')
      })
      await assert.rejects(new Client(await makeSite(urlpatterns(path('', failing)))).get('/'), /a bug/)
    })

    test('keeps the types, the name and the marks of its view', () => {
      const view = rescued(csrfExempt(article))
      assert.deepEqual([view.name, viewMark(view, 'csrfExempt')], ['article', true])
      // @ts-expect-error the route gives a string
      path('<id>/', view)
      path('<int:id>/', view)
    })
  })
})
