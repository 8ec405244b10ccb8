import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { ImproperlyConfigured } from 'nuages/exceptions'
import { type HttpRequest, HttpResponse, viewMark } from 'nuages/http'
import { csrfMiddleware } from 'nuages/middleware'
import { Client, RequestFactory, type TestResponse } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import {
  cacheControl,
  condition,
  csrfExempt,
  etag,
  lastModified,
  methodDecorator,
  neverCache,
  requireSafe,
  sensitivePostParameters,
  varyOnCookie,
  varyOnHeaders,
  View,
} from 'nuages/views'
import { makeSite } from '../test-tools/site.ts'

describe('views/decorators of caching, conditions and methods', () => {
  afterEach(resetForTests)

  type Article = { id: number }
  let calls = 0
  function article(_request: HttpRequest, { id }: Article): HttpResponse {
    calls++
    return new HttpResponse(`article ${id}`)
  }
  const slow = async (request: HttpRequest, params: Article): Promise<HttpResponse> => article(request, params)

  type ArticleView = (request: HttpRequest, params: Article) => HttpResponse | Promise<HttpResponse>

  describe('what caches are told', () => {
    const factory = new RequestFactory()
    const headersOf = async (view: ArticleView): Promise<Record<string, string>> =>
      Object.fromEntries([...(await view(factory.get('/'), { id: 1 })).headers].slice(1))

    test('varyOnHeaders, varyOnCookie and cacheControl add up', async () => {
      for (const view of [article, slow] as const) {
        const decorated = varyOnCookie(
          varyOnHeaders('Accept', 'X-Tenant')(cacheControl({ public: true, maxAge: 60 })(view as ArticleView)),
        )
        assert.deepEqual(await headersOf(decorated), {
          Vary: 'Accept, X-Tenant, Cookie',
          'Cache-Control': 'public, max-age=60',
        })
      }
    })

    test('neverCache keeps out of all', async () => {
      const headers = await headersOf(neverCache(article))
      assert.equal(headers['Cache-Control'], 'max-age=0, no-cache, no-store, must-revalidate, private')
      assert.ok(headers['Expires'] !== undefined)
    })

    test('a synchronous view stays so, and its types are kept', () => {
      const view = neverCache(cacheControl({ maxAge: 1 })(varyOnCookie(article)))
      const response: HttpResponse = view(factory.get('/'), { id: 1 })
      assert.equal(response.text, 'article 1')
      // @ts-expect-error the view takes a number
      view(factory.get('/'), { id: '1' })
    })
  })

  describe('a condition', () => {
    const changed = new Date('1994-11-06T08:49:37.900Z')
    const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
    const urls = urlpatterns(
      path('etag/<int:id>/', etag((_request, { id }: Article) => `v${id}`)(article)),
      path('slow/<int:id>/', etag(async (_request, { id }: Article) => `"v${id}"`)(slow)),
      path('date/<int:id>/', lastModified(() => changed)(article)),
      path('both/<int:id>/', condition({ etag: () => 'a', lastModified: async () => changed })(slow)),
      path('none/<int:id>/', condition({ etag: () => undefined })(article)),
      path('safe/<int:id>/', requireSafe(etag(() => 'a')(article))),
    )

    async function ask(
      target: string,
      headers: Readonly<Record<string, string>> = {},
      method = 'GET',
    ): Promise<TestResponse> {
      calls = 0
      return new Client(await makeSite(urls)).generic(method, target, { headers })
    }

    test('that is met spares the view; else its answer has the validators', async () => {
      for (const target of ['/etag/7/', '/slow/7/']) {
        const response = await ask(target)
        assert.deepEqual([response.status, response.headers.get('ETag'), calls], [200, '"v7"', 1])
        const again = await ask(target, { 'If-None-Match': '"v7"' })
        assert.deepEqual([again.status, again.headers.get('ETag'), calls], [304, '"v7"', 0])
        assert.equal((await ask(target, { 'If-None-Match': '"v8"' })).status, 200)
      }
      assert.equal((await ask('/date/7/')).headers.get('Last-Modified'), date)
      assert.equal((await ask('/date/7/', { 'If-Modified-Since': date })).status, 304)
      assert.equal((await ask('/both/7/', { 'If-None-Match': '"b"', 'If-Modified-Since': date })).status, 200)
      assert.equal((await ask('/both/7/', { 'If-None-Match': '"a"' })).headers.get('Last-Modified'), date)
      assert.equal((await ask('/none/7/', { 'If-None-Match': '"a"' })).headers.get('ETag'), null)
      assert.equal((await ask('/safe/7/', { 'If-None-Match': '"a"' }, 'HEAD')).status, 304)
    })

    test('of a change that somebody else has overtaken is a 412', async () => {
      const lost = await ask('/etag/7/', { 'If-Match': '"v6"' }, 'PUT')
      assert.deepEqual([lost.status, calls], [412, 0])
      const kept = await ask('/etag/7/', { 'If-Match': '"v7"' }, 'PUT')
      assert.deepEqual([kept.status, calls, kept.headers.get('ETag')], [200, 1, null])
    })

    test('has functions that take what the view takes', () => {
      // @ts-expect-error the view is given an id
      etag((_request, { slug }: { slug: string }) => slug)(article)
    })
  })

  test('sensitivePostParameters marks the request, for reports of errors', () => {
    const marks: unknown[] = []
    const view = (request: HttpRequest): HttpResponse => {
      marks.push(viewMark(request, 'sensitivePostParameters'))
      return new HttpResponse()
    }
    const factory = new RequestFactory()
    for (const decorate of [sensitivePostParameters('pin', 'card'), sensitivePostParameters()]) {
      decorate(view)(factory.post('/'))
    }
    view(factory.post('/'))
    assert.deepEqual(marks, [['pin', 'card'], true, undefined])
  })

  describe('methodDecorator', () => {
    @methodDecorator(csrfExempt, 'dispatch')
    class Webhook extends View<Article> {
      word = 'article'

      @methodDecorator([varyOnHeaders('A'), cacheControl({ maxAge: 5 })])
      override get(): HttpResponse {
        return new HttpResponse(`${this.word} ${this.params.id}`)
      }

      override async post(): Promise<HttpResponse> {
        return new HttpResponse(this.word)
      }
    }

    test('puts decorators around a method, which keeps its object', async () => {
      const urls = urlpatterns(path('<int:id>/', Webhook.asView({ word: 'paper' })))
      const client = new Client(await makeSite(urls, { middleware: [csrfMiddleware] }), { enforceCsrfChecks: true })
      const response = await client.get('/7/')
      assert.equal(await response.text(), 'paper 7')
      assert.deepEqual([response.headers.get('Vary'), response.headers.get('Cache-Control')], ['A', 'max-age=5'])
      assert.equal((await client.post('/7/', { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status, 200)
    })

    test('gives the marks of dispatch to the view, and to no other class', () => {
      assert.equal(viewMark(Webhook.asView(), 'csrfExempt'), true)
      class Other extends View {}
      assert.equal(viewMark(Other.asView(), 'csrfExempt'), undefined)
    })

    test('says which method a class lacks', () => {
      assert.throws(
        () => methodDecorator(neverCache, 'gte')(Webhook),
        (error) => error instanceof ImproperlyConfigured && /"gte", but Webhook has no such method/.test(error.message),
      )
    })
  })
})
