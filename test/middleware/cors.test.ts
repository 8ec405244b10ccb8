import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { UserSettings } from 'nuages/conf'
import { ImproperlyConfigured } from 'nuages/exceptions'
import { HttpResponse } from 'nuages/http'
import { commonMiddleware, corsMiddleware } from 'nuages/middleware'
import { Client, type TestResponse } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { makeSite } from '../test-tools/site.ts'

describe('middleware/cors', () => {
  afterEach(resetForTests)

  const shop = 'https://shop.example.com'
  let calls = 0
  const urls = urlpatterns(
    path('api/', async () => {
      calls++
      return new HttpResponse('ok', { headers: { Vary: 'Cookie' } })
    }),
    path('page/', () => new HttpResponse('ok')),
  )

  async function ask(
    settings: UserSettings,
    { origin, method = 'GET', target = '/api/', headers = {} }: Ask = {},
  ): Promise<TestResponse> {
    const application = await makeSite(urls, { middleware: [corsMiddleware, commonMiddleware], ...settings })
    const all = { ...headers, ...(origin === undefined ? {} : { Origin: origin }) }
    return new Client(application).generic(method, target, { headers: all })
  }

  interface Ask {
    readonly origin?: string
    readonly method?: string
    readonly target?: string
    readonly headers?: Readonly<Record<string, string>>
  }

  const allowed = (response: TestResponse): string | null => response.headers.get('Access-Control-Allow-Origin')

  describe('an origin', () => {
    test('that is listed may read, and no other; caches are told', async () => {
      const settings = { corsAllowedOrigins: [shop], corsExposeHeaders: ['X-Total'] }
      const response = await ask(settings, { origin: shop })
      assert.equal(allowed(response), shop)
      assert.equal(response.headers.get('Vary'), 'Cookie, Origin')
      assert.equal(response.headers.get('Access-Control-Expose-Headers'), 'X-Total')
      assert.equal(response.headers.get('Access-Control-Allow-Credentials'), null)
      for (const origin of [
        `${shop}.evil.com`,
        'http://shop.example.com',
        'https://evil.com',
        'null',
        '',
        `${shop}:8443`,
      ]) {
        const refused = await ask(settings, { origin })
        assert.deepEqual([allowed(refused), refused.headers.get('Vary'), refused.status], [null, 'Cookie, Origin', 200])
        assert.equal(refused.headers.get('Access-Control-Expose-Headers'), null)
      }
      assert.equal((await ask(settings)).headers.get('Vary'), 'Cookie, Origin')
    })

    test('may match an expression, which must be whole, and stays the same at each call', async () => {
      const settings = { corsAllowedOriginRegexes: [/https:\/\/\w+\.example\.com/g, /^https:\/\/a|b$/] }
      for (let i = 0; i < 3; i++) assert.equal(allowed(await ask(settings, { origin: shop })), shop)
      for (const origin of [
        `${shop}.evil.com`,
        `https://evil.com/${shop}`,
        'https://a.evil',
        `https://${'a'.repeat(400)}.example.com`,
      ]) {
        assert.equal(allowed(await ask(settings, { origin })), null, origin)
      }
    })

    test('may be any, without credentials', async () => {
      const response = await ask({ corsAllowAllOrigins: true }, { origin: 'https://any.example' })
      assert.deepEqual([allowed(response), response.headers.get('Vary')], ['*', 'Cookie'])
      await assert.rejects(
        ask({ corsAllowAllOrigins: true, corsAllowCredentials: true }),
        (error) => error instanceof ImproperlyConfigured && /any site could then act/.test(error.message),
      )
    })

    test('may send credentials where told', async () => {
      const response = await ask({ corsAllowedOrigins: [shop], corsAllowCredentials: true }, { origin: shop })
      assert.equal(response.headers.get('Access-Control-Allow-Credentials'), 'true')
      assert.equal(allowed(response), shop)
    })

    test('counts for some paths where told', async () => {
      const settings = { corsAllowedOrigins: [shop], corsUrlsRegex: /^\/api\//g }
      for (let i = 0; i < 3; i++) assert.equal(allowed(await ask(settings, { origin: shop })), shop)
      const page = await ask(settings, { origin: shop, target: '/page/' })
      assert.deepEqual([allowed(page), page.headers.get('Vary')], [null, null])
    })

    test('may read a redirect to the URL with its slash', async () => {
      const response = await ask({ corsAllowedOrigins: [shop] }, { origin: shop, target: '/api' })
      assert.deepEqual([response.status, allowed(response)], [301, shop])
    })
  })

  describe('a preflight', () => {
    const headers = { 'Access-Control-Request-Method': 'DELETE', 'Access-Control-Request-Private-Network': 'true' }

    test('is answered without the view', async () => {
      calls = 0
      const response = await ask({ corsAllowedOrigins: [shop] }, { origin: shop, method: 'OPTIONS', headers })
      assert.deepEqual(
        [
          response.status,
          Object.fromEntries([...response.headers].filter(([name]) => name !== 'content-length')),
          calls,
        ],
        [
          204,
          {
            'access-control-allow-headers': 'accept, authorization, content-type, user-agent, x-requested-with',
            'access-control-allow-methods': 'DELETE, GET, OPTIONS, PATCH, POST, PUT',
            'access-control-allow-origin': shop,
            'access-control-max-age': '86400',
            vary: 'Origin',
          },
          0,
        ],
      )
    })

    test('of another origin gets nothing, and a plain OPTIONS goes to the view', async () => {
      const refused = await ask(
        { corsAllowedOrigins: [shop] },
        { origin: 'https://evil.com', method: 'OPTIONS', headers },
      )
      assert.deepEqual(
        [refused.status, allowed(refused), refused.headers.get('Access-Control-Allow-Methods')],
        [204, null, null],
      )
      const plain = await ask({ corsAllowedOrigins: [shop] }, { origin: shop, method: 'OPTIONS' })
      assert.deepEqual([plain.status, allowed(plain)], [200, shop])
    })

    test('has what the settings say', async () => {
      const settings = {
        corsAllowAllOrigins: true,
        corsAllowMethods: ['GET'],
        corsAllowHeaders: [],
        corsPreflightMaxAge: 0,
      }
      const response = await ask(settings, { origin: shop, method: 'OPTIONS', headers })
      assert.equal(response.headers.get('Access-Control-Allow-Methods'), 'GET')
      assert.equal(response.headers.get('Access-Control-Allow-Headers'), null)
      assert.equal(response.headers.get('Access-Control-Max-Age'), null)
    })
  })

  test('names that are none are refused at the start', async () => {
    for (const setting of ['corsAllowMethods', 'corsAllowHeaders', 'corsExposeHeaders']) {
      await assert.rejects(ask({ [setting]: ['a b'] }), new RegExp(`${setting} has "a b"`))
    }
  })
})
