import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { UserSettings } from 'nuages/conf'
import { HttpResponse, HttpResponseNotFound, type Middleware } from 'nuages/http'
import { commonMiddleware } from 'nuages/middleware'
import { Client, type ClientOptions, type TestResponse } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { noAppendSlash, requireGET } from 'nuages/views'
import { makeSite } from '../test-tools/site.ts'

describe('middleware/common', () => {
  afterEach(resetForTests)

  const ok = (): HttpResponse => new HttpResponse('ok')
  const urls = urlpatterns(
    path('', ok),
    path('slash/', ok),
    path('noslash', ok),
    path('both', () => new HttpResponseNotFound('gone')),
    path('both/', ok),
    path('exempt/', requireGET(noAppendSlash(ok))),
    path('größe/', ok),
    path('any/<path:rest>/', ok),
  )
  /** With a route that a path of two slashes can reach. */
  const greedy = urlpatterns(path('<path:rest>/', ok))

  async function ask(
    target: string,
    options: ClientOptions & { method?: string } = {},
    settings: UserSettings = {},
    routes = urls,
  ): Promise<TestResponse> {
    const application = await makeSite(routes, { middleware: [commonMiddleware], ...settings })
    return new Client(application, { raiseRequestException: false }).generic(options.method ?? 'GET', target, options)
  }

  async function location(...given: Parameters<typeof ask>): Promise<string> {
    const response = await ask(...given)
    return response.status === 301 ? (response.headers.get('Location') as string) : `no redirect: ${response.status}`
  }

  describe('appendSlash', () => {
    test('redirects to the URL with a slash where only that exists, with its query', async () => {
      assert.equal(await location('/slash'), '/slash/')
      assert.equal(await location('/slash?a=1&b=%2F?'), '/slash/?a=1&b=%2F?')
      assert.equal(await location('/gr%C3%B6%C3%9Fe'), '/gr%C3%B6%C3%9Fe/')
      assert.equal(await location('/any/a%3Fb%23c%25'), '/any/a%3Fb%23c%25/')
      assert.equal(await location('/shop/slash', { scriptName: '/shop' }), '/shop/slash/')
    })

    test("asks the request's own list of URLs, where it has one", async () => {
      const shop = urlpatterns(path('shop/', ok), path('slash', ok))
      const inShop: Middleware = (getResponse) => (request) => {
        request.urlconf = shop
        return getResponse(request)
      }
      const middleware = [inShop, commonMiddleware]
      assert.equal(await location('/shop', {}, { middleware }), '/shop/')
      assert.equal(await location('/slash', {}, { middleware }), 'no redirect: 200')
      assert.equal(await location('/noslash', {}, { middleware }), 'no redirect: 404')
    })

    test('redirects to nothing that does not exist, and from nothing that does', async () => {
      for (const [target, status] of [
        ['/slash/', 200],
        ['/noslash', 200],
        ['/noslash/', 404],
        ['/nowhere', 404],
        ['/nowhere/', 404],
        ['/both', 404],
      ] as const) {
        assert.equal(await location(target), `no redirect: ${status}`, target)
      }
    })

    test('says how long the redirect is', async () => {
      assert.equal((await ask('/slash')).headers.get('Content-Length'), '0')
    })

    test('spares a view that is marked, though others stand around it', async () => {
      assert.equal(await location('/exempt'), 'no redirect: 404')
    })

    test('can be switched off', async () => {
      assert.equal(await location('/slash', {}, { appendSlash: false }), 'no redirect: 404')
    })

    test('is an error while developing where the data of a form would be lost', async () => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const response = await ask('/slash?a', { method }, { debug: true })
        assert.equal(response.status, 500)
        assert.match(String(response.error), new RegExp(`A ${method} request went to "/slash"`))
        assert.equal((await ask('/slash', { method })).status, 301)
      }
      assert.equal((await ask('/slash', {}, { debug: true })).status, 301)
    })

    for (const [target, expected] of [
      ['//evil.com', '/%2Fevil.com/'],
      ['//evil.com/a?b', '/%2Fevil.com/a/?b'],
      ['///evil.com', '/%2F/evil.com/'],
      ['/\\evil.com', '/%5Cevil.com/'],
      ['/%09/evil.com', '/%09/evil.com/'],
      ['/%0d%0aSet-Cookie:a=b', '/%0D%0ASet-Cookie:a%3Db/'],
      ['/http://evil.com', '/http://evil.com/'],
    ] as const) {
      test(`never sends anybody off the site: ${target}`, async () => {
        const found = await location(target, {}, {}, greedy)
        assert.equal(found, expected)
        assert.equal(new URL(found, 'http://testserver/').host, 'testserver')
      })
    }

    test('leads back to the same view', async () => {
      const application = await makeSite(greedy, { middleware: [commonMiddleware] })
      const response = await new Client(application).get('//evil.com', { follow: true })
      assert.deepEqual([response.status, response.environ.PATH_INFO], [200, '//evil.com/'])
    })
  })

  test('closes the 404 that a redirect takes the place of', async () => {
    let isClosed = false
    const answering: Middleware = () => () => {
      const response = new HttpResponseNotFound('gone')
      response.addCloser(() => void (isClosed = true))
      return response
    }
    assert.equal(await location('/slash', {}, { middleware: [commonMiddleware, answering] }), '/slash/')
    assert.equal(isClosed, true)
  })

  describe('prependWww', () => {
    const settings = { prependWww: true, allowedHosts: ['.example.com'] }

    test('redirects to the www host, with slash and query', async () => {
      const host = 'example.com:8000'
      assert.equal(await location('/slash/?a=1', { host }, settings), 'http://www.example.com:8000/slash/?a=1')
      assert.equal(await location('/slash?a=1', { host }, settings), 'http://www.example.com:8000/slash/?a=1')
      assert.equal(await location('/slash', { host, secure: true }, settings), 'https://www.example.com:8000/slash/')
      assert.equal(await location('//evil.com', { host }, settings), 'http://www.example.com:8000/%2Fevil.com')
      const response = await ask('/slash/', { host }, settings)
      assert.equal(response.headers.get('Content-Length'), '0')
    })

    test('leaves the www host alone in capitals too, and addresses, which have none', async () => {
      const allowedHosts = ['.example.com', '127.0.0.1', '[::1]']
      for (const host of ['WWW.Example.com', '127.0.0.1', '127.0.0.1:8000', '[::1]', '[::1]:8000']) {
        assert.equal(await location('/slash/', { host }, { ...settings, allowedHosts }), 'no redirect: 200', host)
      }
    })

    test('leaves the www host alone, and never redirects to a host that is not allowed', async () => {
      assert.equal(await location('/slash/', { host: 'www.example.com' }, settings), 'no redirect: 200')
      assert.equal(await location('/slash/', { host: 'evil.com' }, settings), 'no redirect: 400')
    })
  })

  describe('hosts and user agents', () => {
    test('a Host that is not allowed is a 400, whatever the view asks for', async () => {
      for (const host of ['evil.com', 'a/b', '', 'testserver:port', '[::1']) {
        for (const debug of [true, false]) {
          const response = await ask('/', { headers: { Host: host } }, { debug, allowedHosts: ['example.com'] })
          assert.equal(response.status, 400)
        }
      }
    })

    test('a disallowed user agent is a 403, each time', async () => {
      const settings = { disallowedUserAgents: [/badbot/gi, /^curl\//] }
      const application = await makeSite(urls, { middleware: [commonMiddleware], ...settings })
      const client = new Client(application)
      for (let i = 0; i < 3; i++) {
        assert.equal((await client.get('/', { headers: { 'User-Agent': 'Mozilla BadBot/1' } })).status, 403)
        assert.equal((await client.get('/', { headers: { 'User-Agent': 'curl/8' } })).status, 403)
        assert.equal((await client.get('/', { headers: { 'User-Agent': 'not curl/8' } })).status, 200)
        assert.equal((await client.get('/')).status, 200)
      }
    })
  })
})
