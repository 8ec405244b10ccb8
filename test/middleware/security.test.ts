import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { UserSettings } from 'nuages/conf'
import { HttpResponse } from 'nuages/http'
import { securityMiddleware } from 'nuages/middleware'
import { Client, type ClientOptions, type TestResponse } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { makeSite } from '../test-tools/site.ts'

describe('middleware/security', () => {
  afterEach(resetForTests)

  const own = {
    'Strict-Transport-Security': 'max-age=1',
    'X-Content-Type-Options': 'own',
    'Referrer-Policy': 'origin',
    'Cross-Origin-Opener-Policy': 'unsafe-none',
  }
  const urls = urlpatterns(
    path('', () => new HttpResponse('ok')),
    path('own/', () => new HttpResponse('own', { headers: own })),
    path('slow/', async () => new HttpResponse('slow')),
  )

  async function get(settings: UserSettings, target = '/', options: ClientOptions = {}): Promise<TestResponse> {
    const application = await makeSite(urls, { middleware: [securityMiddleware], ...settings })
    return new Client(application).get(target, options)
  }

  describe('the headers', () => {
    test('are set on every answer, the missing page too', async () => {
      for (const target of ['/', '/slow/', '/nowhere/']) {
        const { headers } = await get({}, target)
        assert.equal(headers.get('X-Content-Type-Options'), 'nosniff')
        assert.equal(headers.get('Referrer-Policy'), 'same-origin')
        assert.equal(headers.get('Cross-Origin-Opener-Policy'), 'same-origin')
        assert.equal(headers.get('Strict-Transport-Security'), null)
      }
    })

    test('that a view has set stay', async () => {
      const { headers } = await get({ secureHstsSeconds: 60 }, '/own/', { secure: true })
      for (const [name, value] of Object.entries(own)) assert.equal(headers.get(name), value)
    })

    test('can be switched off', async () => {
      const { headers } = await get({
        secureContentTypeNosniff: false,
        secureReferrerPolicy: null,
        secureCrossOriginOpenerPolicy: null,
      })
      for (const name of Object.keys(own)) assert.equal(headers.get(name), null)
    })

    for (const policy of ['no-referrer, strict-origin', ['no-referrer', ' strict-origin ']] as const) {
      test(`name several referrer policies, given as ${Array.isArray(policy) ? 'a list' : 'a string'}`, async () => {
        const { headers } = await get({ secureReferrerPolicy: policy })
        assert.equal(headers.get('Referrer-Policy'), 'no-referrer,strict-origin')
      })
    }
  })

  describe('Strict-Transport-Security', () => {
    const header = async (settings: UserSettings, secure = true): Promise<string | null> =>
      (await get({ secureHstsSeconds: 3600, ...settings }, '/', { secure })).headers.get('Strict-Transport-Security')

    test('is sent by HTTPS only', async () => {
      assert.equal(await header({}), 'max-age=3600')
      assert.equal(await header({}, false), null)
    })

    test('says what the settings say', async () => {
      assert.equal(await header({ secureHstsIncludeSubdomains: true }), 'max-age=3600; includeSubDomains')
      assert.equal(await header({ secureHstsPreload: true }), 'max-age=3600; preload')
      assert.equal(
        await header({ secureHstsIncludeSubdomains: true, secureHstsPreload: true }),
        'max-age=3600; includeSubDomains; preload',
      )
      assert.equal(await header({ secureHstsSeconds: 0 }), null)
    })

    test('counts the proxy whose header the setting names', async () => {
      const options = { headers: { 'X-Forwarded-Proto': 'https' } }
      const proxy = { secureHstsSeconds: 60, secureProxySslHeader: ['X-Forwarded-Proto', 'https'] as const }
      assert.equal((await get(proxy, '/', options)).headers.get('Strict-Transport-Security'), 'max-age=60')
      const unnamed = await get({ secureHstsSeconds: 60 }, '/', options)
      assert.equal(unnamed.headers.get('Strict-Transport-Security'), null)
    })
  })

  describe('secureSslRedirect', () => {
    const location = async (
      settings: UserSettings,
      target: string,
      options: ClientOptions = {},
    ): Promise<string | null> => {
      const response = await get({ secureSslRedirect: true, ...settings }, target, options)
      return response.status === 301 ? response.headers.get('Location') : `no redirect: ${response.status}`
    }

    test('sends a browser to the same URL by HTTPS', async () => {
      assert.equal(await location({}, '/a b/ü?q=1&x=%20'), 'https://testserver/a%20b/%C3%BC?q=1&x=%20')
      assert.equal(await location({}, '/', { secure: true }), 'no redirect: 200')
    })

    test('answers with the other headers too', async () => {
      const { headers } = await get({ secureSslRedirect: true })
      assert.equal(headers.get('X-Content-Type-Options'), 'nosniff')
      assert.equal(headers.get('Referrer-Policy'), 'same-origin')
    })

    test('may send it to another host', async () => {
      assert.equal(await location({ secureSslHost: 'secure.example.com' }, '/a/'), 'https://secure.example.com/a/')
    })

    test('carries the prefix of a mount', async () => {
      assert.equal(await location({}, '/shop/a/', { scriptName: '/shop' }), 'https://testserver/shop/a/')
    })

    test('leaves exempt paths alone, each time', async () => {
      const settings = { secureRedirectExempt: [/^health\//g, /^\.well-known\//] }
      const application = await makeSite(urls, {
        middleware: [securityMiddleware],
        secureSslRedirect: true,
        ...settings,
      })
      const client = new Client(application)
      for (let i = 0; i < 3; i++) {
        assert.equal((await client.get('/health/')).status, 404)
        assert.equal((await client.get('/.well-known/x')).status, 404)
        assert.equal((await client.get('/a/health/')).status, 301)
      }
    })

    test('never sends anybody off the site', async () => {
      assert.equal(await location({}, '//evil.com/a'), 'https://testserver/%2Fevil.com/a')
      const response = await get({ secureSslRedirect: true }, '/', { headers: { Host: 'evil.com' } })
      assert.equal(response.status, 400)
    })
  })
})
