import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { UserSettings } from 'nuages/conf'
import { HttpResponse } from 'nuages/http'
import { csrfMiddleware } from 'nuages/middleware'
import { Client } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { csrfExempt, requirePOST, View } from 'nuages/views'
import { makeSite, RecordList } from '../test-tools/site.ts'

describe('middleware/csrf', () => {
  afterEach(resetForTests)

  const ok = (): HttpResponse => new HttpResponse('ok')
  class Hook extends View {
    override post(): HttpResponse {
      return new HttpResponse('hook')
    }
  }
  const urls = urlpatterns(
    path('', ok),
    path('exempt/', requirePOST(csrfExempt(ok))),
    path('hook/', csrfExempt(Hook.asView())),
  )

  interface Case {
    readonly what: string
    readonly headers: Readonly<Record<string, string>>
    readonly secure?: boolean
    readonly host?: string
    readonly settings?: UserSettings
    readonly allowed: boolean
  }

  const trusted = (...csrfTrustedOrigins: string[]): UserSettings => ({ csrfTrustedOrigins })
  const forwarded: UserSettings = {
    useXForwardedHost: true,
    secureProxySslHeader: ['X-Forwarded-Proto', 'https'],
    allowedHosts: ['shop.example.com'],
  }

  const cases: readonly Case[] = [
    { what: 'nothing, as a script sends', headers: {}, allowed: true },
    // Sec-Fetch-Site
    { what: 'its own page, by Sec-Fetch-Site', headers: { 'Sec-Fetch-Site': 'same-origin' }, allowed: true },
    { what: 'the address bar', headers: { 'Sec-Fetch-Site': 'none' }, allowed: true },
    { what: 'another subdomain, by Sec-Fetch-Site', headers: { 'Sec-Fetch-Site': 'same-site' }, allowed: false },
    { what: 'another site, by Sec-Fetch-Site', headers: { 'Sec-Fetch-Site': 'cross-site' }, allowed: false },
    { what: 'an unknown Sec-Fetch-Site', headers: { 'Sec-Fetch-Site': 'same-planet' }, allowed: false },
    {
      what: 'its own page that hides its origin',
      headers: { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' },
      allowed: true,
    },
    {
      what: 'another subdomain that is trusted',
      headers: { 'Sec-Fetch-Site': 'same-site', Origin: 'https://shop.example.com' },
      settings: trusted('https://shop.example.com'),
      allowed: true,
    },
    {
      what: 'another site that is not trusted, with both headers',
      headers: { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.com' },
      settings: trusted('https://shop.example.com'),
      allowed: false,
    },
    // Origin
    { what: 'its own origin', headers: { Origin: 'http://testserver' }, allowed: true },
    { what: 'its own origin in capitals', headers: { Origin: 'HTTP://TestServer' }, allowed: true },
    { what: 'its own origin by HTTPS', headers: { Origin: 'https://testserver' }, secure: true, allowed: true },
    { what: 'a null origin', headers: { Origin: 'null' }, allowed: false },
    { what: 'an empty origin', headers: { Origin: '' }, allowed: false },
    { what: 'an origin that is no URL', headers: { Origin: 'testserver' }, allowed: false },
    { what: 'another origin', headers: { Origin: 'http://evil.com' }, allowed: false },
    { what: 'an origin that begins alike', headers: { Origin: 'http://testserver.evil.com' }, allowed: false },
    { what: 'an origin that ends alike', headers: { Origin: 'http://eviltestserver' }, allowed: false },
    { what: 'its host by another scheme', headers: { Origin: 'https://testserver' }, allowed: false },
    { what: 'its host by plain HTTP', headers: { Origin: 'http://testserver' }, secure: true, allowed: false },
    { what: 'its host at another port', headers: { Origin: 'http://testserver:8080' }, allowed: false },
    { what: 'several origins', headers: { Origin: 'http://testserver http://evil.com' }, allowed: false },
    // Ports
    {
      what: 'a Host with the usual port',
      headers: { Host: 'testserver:80', Origin: 'http://testserver' },
      allowed: true,
    },
    { what: 'an origin with the usual port', headers: { Origin: 'http://testserver:80' }, allowed: true },
    {
      what: 'the usual port of HTTPS',
      headers: { Host: 'testserver:443', Origin: 'https://testserver' },
      secure: true,
      allowed: true,
    },
    { what: 'the port of the other scheme', headers: { Origin: 'http://testserver:443' }, allowed: false },
    {
      what: 'its own unusual port',
      headers: { Host: 'testserver:8000', Origin: 'http://testserver:8000' },
      allowed: true,
    },
    {
      what: 'a Host with a port, an origin without',
      headers: { Host: 'testserver:8000', Origin: 'http://testserver' },
      allowed: false,
    },
    // Trusted origins
    {
      what: 'a trusted origin at its port',
      headers: { Origin: 'https://shop.example.com:8443' },
      settings: trusted('https://shop.example.com:8443'),
      allowed: true,
    },
    {
      what: 'a trusted origin at another port',
      headers: { Origin: 'https://shop.example.com:9443' },
      settings: trusted('https://shop.example.com:8443'),
      allowed: false,
    },
    {
      what: 'a trusted origin that is written with its usual port',
      headers: { Origin: 'https://shop.example.com' },
      settings: trusted('https://Shop.example.com:443'),
      allowed: true,
    },
    {
      what: 'a trusted origin by another scheme',
      headers: { Origin: 'http://shop.example.com' },
      settings: trusted('https://shop.example.com'),
      allowed: false,
    },
    {
      what: 'a trusted wildcard',
      headers: { Origin: 'https://a.b.example.com' },
      settings: trusted('https://*.example.com'),
      allowed: true,
    },
    {
      what: 'a trusted wildcard with a port',
      headers: { Origin: 'https://a.example.com:8443' },
      settings: trusted('https://*.example.com:8443'),
      allowed: true,
    },
    {
      what: 'a trusted wildcard without that port',
      headers: { Origin: 'https://a.example.com' },
      settings: trusted('https://*.example.com:8443'),
      allowed: false,
    },
    {
      what: 'a name that only ends like a trusted wildcard',
      headers: { Origin: 'https://evilexample.com' },
      settings: trusted('https://*.example.com'),
      allowed: false,
    },
    {
      what: 'a bare wildcard, which trusts nobody',
      headers: { Origin: 'https://evil.com' },
      settings: trusted('https://*'),
      allowed: false,
    },
    {
      what: 'two stars, which trust nobody',
      headers: { Origin: 'https://evil.com' },
      settings: trusted('https://**'),
      allowed: false,
    },
    // Referer
    { what: 'its own referer by HTTPS', headers: { Referer: 'https://testserver/a?b' }, secure: true, allowed: true },
    {
      what: 'its own referer with the usual port',
      headers: { Referer: 'https://testserver:443/' },
      secure: true,
      allowed: true,
    },
    {
      what: 'a foreign referer by HTTPS',
      headers: { Referer: 'https://evil.com/https://testserver/' },
      secure: true,
      allowed: false,
    },
    { what: 'a plain referer by HTTPS', headers: { Referer: 'http://testserver/' }, secure: true, allowed: false },
    { what: 'a referer that is no URL', headers: { Referer: 'about:blank' }, secure: true, allowed: false },
    { what: 'an empty referer', headers: { Referer: '' }, secure: true, allowed: false },
    {
      what: 'a referer with a user',
      headers: { Referer: 'https://testserver@evil.com/' },
      secure: true,
      allowed: false,
    },
    {
      what: 'a trusted referer',
      headers: { Referer: 'https://a.example.com/x' },
      secure: true,
      settings: trusted('https://*.example.com'),
      allowed: true,
    },
    {
      what: 'an own origin with a foreign referer',
      headers: { Origin: 'https://testserver', Referer: 'https://evil.com/' },
      secure: true,
      allowed: true,
    },
    { what: 'a referer by plain HTTP, which proves nothing', headers: { Referer: 'http://evil.com/' }, allowed: true },
    // Proxies
    {
      what: 'the forwarded host that the settings believe',
      headers: {
        Origin: 'https://shop.example.com',
        'X-Forwarded-Host': 'shop.example.com',
        'X-Forwarded-Proto': 'https',
      },
      settings: forwarded,
      allowed: true,
    },
    {
      what: 'the inner host behind a proxy',
      headers: { Origin: 'http://testserver', 'X-Forwarded-Host': 'shop.example.com', 'X-Forwarded-Proto': 'https' },
      settings: forwarded,
      allowed: false,
    },
    {
      what: 'a forwarded host that the settings do not believe',
      headers: { Origin: 'http://evil.com', 'X-Forwarded-Host': 'evil.com' },
      allowed: false,
    },
  ]

  describe('an unsafe request', () => {
    for (const { what, headers, secure, settings = {}, allowed } of cases) {
      test(`from ${what} is ${allowed ? 'let in' : 'refused'}${secure === true ? ' (HTTPS)' : ''}`, async () => {
        const application = await makeSite(urls, { middleware: [csrfMiddleware], ...settings })
        const response = await new Client(application, { enforceCsrfChecks: true }).post('/', { headers, secure })
        assert.equal(response.status, allowed ? 200 : 403)
      })
    }

    test('is one with any method but GET, HEAD, OPTIONS and TRACE', async () => {
      const application = await makeSite(urls, { middleware: [csrfMiddleware] })
      const client = new Client(application, { enforceCsrfChecks: true, headers: { Origin: 'https://evil.com' } })
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE', 'get', 'Post']) {
        assert.equal((await client.generic(method, '/')).status, 403, method)
      }
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE']) {
        assert.equal((await client.generic(method, '/')).status, 200, method)
      }
    })

    test('to a view that is exempt is let in, though others stand around it', async () => {
      const application = await makeSite(urls, { middleware: [csrfMiddleware] })
      const client = new Client(application, { enforceCsrfChecks: true, headers: { Origin: 'https://evil.com' } })
      assert.equal((await client.post('/exempt/')).status, 200)
      assert.equal(await (await client.post('/hook/')).text(), 'hook')
    })

    test('with a Host that is not allowed is a 400', async () => {
      const application = await makeSite(urls, { middleware: [csrfMiddleware] })
      const headers = { Host: 'evil.com', Origin: 'http://evil.com' }
      assert.equal((await new Client(application, { enforceCsrfChecks: true }).post('/', { headers })).status, 400)
    })

    test('that is refused is logged, without line breaks of the client', async () => {
      const log = new RecordList()
      const application = await makeSite(urls, { middleware: [csrfMiddleware] }, log)
      await new Client(application, { enforceCsrfChecks: true }).post('/', { headers: { Origin: 'https://evil.com' } })
      assert.match(
        log.lines[0] as string,
        /^warning nuages\.security\.csrf: Forbidden \(its origin "https:\/\/evil\.com"/,
      )
    })
  })
})
