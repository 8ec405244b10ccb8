import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import nodePath from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { UserSettings } from 'nuages/conf'
import { ImproperlyConfigured } from 'nuages/exceptions'
import { CSP, CspHeader, cspHash, type CspPolicy, HttpResponse, StreamingHttpResponse } from 'nuages/http'
import { contentSecurityPolicyMiddleware } from 'nuages/middleware'
import { Client } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { cspContext, cspOverride, cspReport, cspReportOnlyOverride, etag, neverCache, render } from 'nuages/views'
import { makeSite, RecordList } from '../test-tools/site.ts'

describe('middleware/csp', () => {
  const templates = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'nuages-csp-'))
  fs.writeFileSync(nodePath.join(templates, 'nonce.html'), '<script nonce="{{ cspNonce }}"></script>{{ cspNonce }}')
  fs.writeFileSync(nodePath.join(templates, 'plain.html'), '{% if cspNonce %}has one{% endif %}')

  afterEach(resetForTests)
  after(() => fs.rmSync(templates, { recursive: true }))

  const POLICY = 'content-security-policy'
  const REPORT_ONLY = 'content-security-policy-report-only'
  const ok = (): HttpResponse => new HttpResponse('ok')
  const other = { 'default-src': 'https://other.example' } as const
  const urls = urlpatterns(
    path('', ok),
    path('slow/', async () => ok()),
    path('nonce/', (request) => render(request, 'nonce.html')),
    path('plain/', (request) => render(request, 'plain.html')),
    path('stream/', (request) => {
      async function* page(): AsyncGenerator<string> {
        yield '<!doctype html>'
        await Promise.resolve()
        yield `<script nonce="${String(request.cspNonce)}"></script>`
      }
      return new StreamingHttpResponse(page())
    }),
    path('stream-text/', () => new StreamingHttpResponse(['text'], { contentType: 'text/plain' })),
    path('own/', () => new HttpResponse('', { headers: { [POLICY]: 'sandbox' } })),
    path('tagged/', etag(() => '1')(ok)),
    path('override/', neverCache(cspOverride(other)(ok))),
    path('none/', cspReportOnlyOverride({})(cspOverride({})(ok))),
    path('report-only/', cspReportOnlyOverride(other)(ok)),
    path('csp-report/', cspReport),
  )

  async function site(settings: UserSettings, log = new RecordList()): Promise<Client> {
    const application = await makeSite(
      urls,
      {
        middleware: [contentSecurityPolicyMiddleware],
        templates: { dirs: [templates], contextProcessors: [cspContext] },
        ...settings,
      },
      log,
    )
    return new Client(application)
  }

  const nonced = { 'default-src': [CSP.SELF], 'script-src': [CSP.SELF, CSP.NONCE], 'style-src': [CSP.NONCE] } as const

  describe('the headers', () => {
    test('are what the settings say, on every answer', async () => {
      const client = await site({ secureCsp: { 'default-src': [CSP.SELF] }, secureCspReportOnly: other })
      for (const target of ['/', '/slow/', '/nowhere/']) {
        const { headers } = await client.get(target)
        assert.equal(headers.get(POLICY), "default-src 'self'")
        assert.equal(headers.get(REPORT_ONLY), 'default-src https://other.example')
      }
    })

    test('have the nonce of a page that is still to be written, and none of other streams', async () => {
      const client = await site({ secureCsp: nonced })
      const response = await client.get('/stream/')
      const nonce = /nonce="([^"]{22,})"/.exec(await response.text())?.[1] ?? 'none'
      assert.ok(response.headers.get(POLICY)?.includes(`'nonce-${nonce}'`), response.headers.get(POLICY) ?? '')
      assert.doesNotMatch((await client.get('/stream-text/')).headers.get(POLICY) ?? '', /nonce/)
    })

    test('are missing without a policy, and where the view has set its own', async () => {
      assert.equal((await (await site({})).get('/')).headers.get(POLICY), null)
      assert.equal((await (await site({ secureCsp: other })).get('/own/')).headers.get(POLICY), 'sandbox')
    })

    test('are those of a decorated view, under other decorators too; an empty policy sends none', async () => {
      const client = await site({ secureCsp: { 'default-src': [CSP.SELF] }, secureCspReportOnly: { sandbox: true } })
      const headersOf = async (target: string): Promise<unknown> => {
        const { headers } = await client.get(target)
        return [headers.get(POLICY), headers.get(REPORT_ONLY)]
      }
      assert.deepEqual(await headersOf('/override/'), ['default-src https://other.example', 'sandbox'])
      assert.deepEqual(await headersOf('/report-only/'), ["default-src 'self'", 'default-src https://other.example'])
      assert.deepEqual(await headersOf('/none/'), [null, null])
    })
  })

  describe('the nonce', () => {
    test('is the same throughout one answer, and another in the next', async () => {
      const client = await site({ secureCsp: nonced })
      const seen = new Set<string>()
      for (let i = 0; i < 3; i++) {
        const response = await client.get('/nonce/')
        const nonce = /'nonce-([^']+)'/.exec(response.headers.get(POLICY) ?? '')?.[1] ?? 'none'
        assert.ok(nonce.length >= 22, nonce)
        const html = await response.text()
        assert.equal(html, `<script nonce="${nonce}"></script>${nonce}`)
        assert.equal(
          response.headers.get(POLICY),
          `default-src 'self'; script-src 'self' 'nonce-${nonce}'; style-src 'nonce-${nonce}'`,
        )
        seen.add(nonce)
      }
      assert.equal(seen.size, 3)
    })

    test('is in no header of a page that did not write it; what waits for nonces alone allows nothing', async () => {
      const response = await (await site({ secureCsp: nonced })).get('/plain/')
      assert.equal(await response.text(), 'has one')
      assert.equal(response.headers.get(POLICY), "default-src 'self'; script-src 'self'; style-src 'none'")
    })

    test('stays that of the page which the client has, after a 304', async () => {
      const headers = { 'If-None-Match': '"1"' }
      for (const [policy, expected] of [
        [nonced, null],
        [{ 'default-src': [CSP.SELF] }, "default-src 'self'"],
      ] as const) {
        const response = await (await site({ secureCsp: policy })).get('/tagged/', { headers })
        assert.deepEqual([response.status, response.headers.get(POLICY)], [304, expected])
      }
    })

    test('is nothing without the middleware', async () => {
      const response = await (await site({ middleware: [] })).get('/nonce/')
      assert.equal(await response.text(), '<script nonce=""></script>')
    })
  })

  describe('a policy', () => {
    const text = (policy: CspPolicy): string => new CspHeader(policy, 'It').value(undefined)

    test('is written in its order', () => {
      assert.equal(
        text({ 'upgrade-insecure-requests': true, 'img-src': "'self' data:", 'font-src': null, 'media-src': false }),
        "upgrade-insecure-requests; img-src 'self' data:",
      )
      assert.equal(text({ 'script-src': [] }), '')
      assert.equal(
        text({ 'script-src': cspHash('alert(1)') }),
        "script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
      )
    })

    test('is refused at the start where it is none', async () => {
      for (const [policy, complaint] of [
        [{ 'scirpt-src': "'self'" }, /Did you mean "script-src"/],
        [{ nothing: "'self'" }, /There are: base-uri/],
        [{ constructor: "'self'" }, /has a directive "constructor"/],
        [{ 'script-src': ["'self'; sandbox"] }, /one word/],
        [{ 'script-src': ['a,b'] }, /one word/],
        [{ 'script-src': ["'self'\nx"] }, /one word/],
        [{ 'script-src': ['ü'] }, /one word/],
        [{ 'script-src': [1] }, /a value of type number/],
      ] as const) {
        const refused = (error: unknown): boolean =>
          error instanceof ImproperlyConfigured && complaint.test(error.message)
        await assert.rejects(site({ secureCsp: policy as never }), refused)
        assert.throws(() => cspOverride(policy as never), refused)
        resetForTests()
      }
    })

    test('is typed by its directives', () => {
      const policy: CspPolicy = { 'script-src': [CSP.SELF] }
      // @ts-expect-error there is no such directive
      const wrong: CspPolicy = { 'scirpt-src': [CSP.SELF] }
      assert.notDeepEqual(policy, wrong)
    })
  })

  describe('reports', () => {
    const old = {
      'csp-report': {
        'document-uri': 'https://site.example/page',
        'violated-directive': 'script-src-elem',
        'blocked-uri': 'https://evil.example/\n\x1b[31m',
        'line-number': 7,
        'source-file': 'https://site.example/a.js',
      },
    }
    const send = (client: Client, json: unknown, contentType: string, headers = {}): ReturnType<Client['post']> =>
      client.post('/csp-report/', { data: JSON.stringify(json), contentType, headers })

    test('of both kinds are logged, a line each, without control characters', async () => {
      const log = new RecordList()
      const client = await site({}, log)
      assert.equal((await send(client, old, 'application/csp-report')).status, 204)
      const body = {
        effectiveDirective: 'img-src',
        blockedURL: 'data',
        documentURL: 'https://x/',
        disposition: 'report',
      }
      const both = [{ type: 'csp-violation', body }, { type: 'deprecation', body: {} }, null, 7]
      assert.equal((await send(client, both, 'application/reports+json')).status, 204)
      assert.deepEqual(log.lines, [
        'warning nuages.security.csp: script-src-elem blocks https://evil.example/\\n\\x1b[31m on https://site.example/page (https://site.example/a.js:7)',
        'warning nuages.security.csp: img-src would block data on https://x/',
      ])
      assert.equal(log.records[0]?.extra['lineNumber'], 7)
    })

    test('are bounded, and what is none is a 400', async () => {
      const log = new RecordList()
      const client = await site({}, log)
      const huge = { 'csp-report': { 'blocked-uri': 'x'.repeat(70_000) } }
      assert.equal((await send(client, huge, 'application/csp-report')).status, 400)
      assert.equal((await send(client, old, 'text/plain')).status, 400)
      const broken = await client.post('/csp-report/', { data: '{', contentType: 'application/csp-report' })
      assert.equal(broken.status, 400)
      assert.equal((await client.get('/csp-report/')).status, 405)
      for (const nothing of [null, 1, 'x', [], {}, { 'csp-report': null }, { __proto__: { 'csp-report': {} } }]) {
        assert.equal((await send(client, nothing, 'application/csp-report')).status, 204)
      }
      assert.equal(log.lines.filter((line) => line.includes('security.csp')).length, 0)
    })

    test('beyond a hundred in a minute are taken, and not logged', async () => {
      const log = new RecordList()
      const client = await site({}, log)
      const many = Array.from({ length: 30 }, () => ({ type: 'csp-violation', body: {} }))
      for (let i = 0; i < 15; i++) assert.equal((await send(client, many, 'application/reports+json')).status, 204)
      const logged = log.lines.filter((line) => line.includes('something')).length
      // Two minutes may have had their part in it, and earlier tests too.
      assert.ok(logged >= 90 && logged <= 200, String(logged))
    })
  })
})
