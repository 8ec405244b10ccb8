import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { type HttpRequest, HttpResponse, HttpResponseNotAllowed, viewMark } from 'nuages/http'
import { Client, RequestFactory } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import {
  csrfExempt,
  noAppendSlash,
  requireGET,
  requireHttpMethods,
  requirePOST,
  requireSafe,
  xFrameOptionsDeny,
  xFrameOptionsExempt,
  xFrameOptionsSameOrigin,
} from 'nuages/views'
import { makeSite, RecordList } from '../test-tools/site.ts'

describe('views/decorators', () => {
  afterEach(resetForTests)

  function article(_request: HttpRequest, { id }: { id: number }): HttpResponse {
    return new HttpResponse(`article ${id}`)
  }

  const factory = new RequestFactory()

  describe('requireHttpMethods', () => {
    test('lets some methods in and answers others by 405, logged', async () => {
      const log = new RecordList()
      const view = requireHttpMethods('GET', 'post')(article)
      const client = new Client(await makeSite(urlpatterns(path('<int:id>/', view)), {}, log))
      assert.equal(await (await client.get('/7/')).text(), 'article 7')
      assert.equal(await (await client.post('/7/')).text(), 'article 7')
      for (const method of ['HEAD', 'PUT', 'OPTIONS', 'get']) {
        const response = await client.generic(method, '/7/')
        assert.deepEqual([response.status, response.headers.get('Allow')], [405, 'GET, POST'], method)
      }
      assert.equal(log.lines[0], 'warning nuages.request: Method Not Allowed (HEAD): /7/')
    })

    test('has its usual forms', async () => {
      await makeSite()
      const allowed = (view: (request: HttpRequest) => HttpResponse): string =>
        ['get', 'head', 'post', 'put']
          .filter((method) => view(factory.generic(method.toUpperCase(), '/')).status === 200)
          .join()
      const ok = (_request: HttpRequest): HttpResponse => new HttpResponse()
      assert.equal(allowed(requireGET(ok)), 'get')
      assert.equal(allowed(requirePOST(ok)), 'post')
      assert.equal(allowed(requireSafe(ok)), 'get,head')
    })

    test('keeps the types of its view, and whether it is synchronous', async () => {
      await makeSite()
      const view = requireGET(article)
      const answer: HttpResponse | HttpResponseNotAllowed = view(factory.get('/'), { id: 7 })
      assert.equal(answer.text, 'article 7')
      // @ts-expect-error the view takes a number
      view(factory.get('/'), { id: '7' })
      // @ts-expect-error the route gives a string
      path('<id>/', view)
      const slow = requireGET(async (request: HttpRequest) => new HttpResponse(request.method))
      const promise = slow(factory.get('/'))
      assert.ok(promise instanceof Promise)
      assert.equal((await promise).text, 'GET')
      assert.ok(slow(factory.post('/')) instanceof HttpResponseNotAllowed)
    })
  })

  describe('a decorator', () => {
    const decorators = {
      requireGET,
      csrfExempt,
      noAppendSlash,
      xFrameOptionsExempt,
      xFrameOptionsDeny,
      xFrameOptionsSameOrigin,
    } as const

    for (const [name, decorate] of Object.entries(decorators) as Array<[string, typeof csrfExempt]>) {
      test(`keeps the name and the marks of its view, and leaves it as it is: ${name}`, () => {
        const marked = csrfExempt(xFrameOptionsExempt(noAppendSlash(article)))
        const decorated = decorate(marked)
        assert.equal(decorated.name, 'article')
        for (const mark of ['csrfExempt', 'xFrameOptionsExempt', 'noAppendSlash']) {
          assert.equal(viewMark(decorated, mark), true)
        }
        const plain = (_request: HttpRequest): HttpResponse => new HttpResponse()
        decorate(plain)
        for (const mark of ['csrfExempt', 'xFrameOptionsExempt', 'noAppendSlash']) {
          assert.equal(viewMark(plain, mark), undefined)
        }
      })
    }

    test('for headers waits for an asynchronous view, and lets its errors pass', async () => {
      const deny = xFrameOptionsDeny(async (_request: HttpRequest): Promise<HttpResponse> => new HttpResponse())
      assert.equal((await deny(factory.get('/'))).headers.get('X-Frame-Options'), 'DENY')
      const fails = xFrameOptionsDeny(async (_request: HttpRequest): Promise<HttpResponse> => {
        throw new RangeError('x')
      })
      await assert.rejects(fails(factory.get('/')), RangeError)
    })
  })
})
