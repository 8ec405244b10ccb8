import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import nodePath from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { DisallowedRedirect } from 'nuages/exceptions'
import { HttpResponse, type HttpRequest } from 'nuages/http'
import { RequestFactory } from 'nuages/test'
import { NoReverseMatch, path, reverseLazy, urlpatterns } from 'nuages/urls'
import { debugContext, redirect, render, requestContext, resolveUrl, staticContext } from 'nuages/views'
import { makeSite } from '../test-tools/site.ts'

describe('views/shortcuts', () => {
  const templates = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'nuages-shortcuts-'))
  fs.writeFileSync(nodePath.join(templates, 'page.html'), '{{ word }} {{ site }} {{ request.path }}')

  afterEach(resetForTests)
  after(() => fs.rmSync(templates, { recursive: true }))

  const ok = (): HttpResponse => new HttpResponse()
  const urls = urlpatterns(
    path('', ok, 'home'),
    path('articles/<int:year>/', (_request, _params: { year: number }) => ok(), 'article'),
  )
  const factory = new RequestFactory()

  describe('render', () => {
    test('gives a template as a response, with the context of the processors, which the view overrides', async () => {
      const site = (): Record<string, unknown> => ({ site: 'Clouds', word: 'processor' })
      await makeSite(urls, { templates: { dirs: [templates], contextProcessors: [site, requestContext] } })
      const response = render(factory.get('/a/'), ['missing.html', 'page.html'], { word: '<b>' })
      assert.equal(response.text, '&lt;b&gt; Clouds /a/')
      assert.deepEqual([response.status, response.contentType], [200, 'text/html; charset=utf-8'])
      const other = render(factory.get('/'), 'page.html', {}, { status: 201, contentType: 'text/plain' })
      assert.deepEqual([other.status, other.contentType, other.text], [201, 'text/plain', 'processor Clouds /'])
    })
  })

  describe('redirect', () => {
    test('goes to what knows its own URL', async () => {
      const lazy = reverseLazy('article' as never, { year: 2026 } as never)
      await makeSite(urls)
      assert.equal(redirect(lazy).url, '/articles/2026/')
      assert.equal(redirect({ getAbsoluteUrl: () => '/own/' }, { permanent: true }).status, 301)
      assert.equal(resolveUrl({ getAbsoluteUrl: () => 'own' }), 'own')
      assert.throws(() => redirect({ getAbsoluteUrl: () => 'javascript:x' }), DisallowedRedirect)
    })

    test('goes to a route, a path or a URL', async () => {
      await makeSite(urls)
      const article = redirect('article', { params: { year: 2026 }, query: { page: 2 }, fragment: 'end' })
      assert.deepEqual([article.status, article.url], [302, '/articles/2026/?page=2#end'])
      assert.equal(redirect('home').url, '/')
      assert.equal(redirect('/somewhere/?a=ü').url, '/somewhere/?a=%C3%BC')
      assert.equal(redirect('https://example.com/').url, 'https://example.com/')
      assert.equal(redirect('../up/').url, '../up/')
      assert.equal(redirect('./').url, './')
      assert.equal(redirect('page.html').url, 'page.html')
    })

    test('may be for good, and have the method kept', async () => {
      await makeSite(urls)
      assert.equal(redirect('/', { permanent: true }).status, 301)
      assert.equal(redirect('/', { preserveRequest: true }).status, 307)
      assert.equal(redirect('/', { permanent: true, preserveRequest: true }).status, 308)
    })

    test('says that a name is none, and what cannot be meant', async () => {
      await makeSite(urls)
      assert.throws(
        () => redirect('artcle'),
        (error) => {
          assert.ok(error instanceof NoReverseMatch)
          return /Did you mean "article"/.test(error.message)
        },
      )
      assert.throws(() => redirect('article', { params: { year: 'x' } }), NoReverseMatch)
      assert.throws(() => redirect('/path/', { params: { year: 1 } }), NoReverseMatch)
      assert.throws(() => redirect('/path/', { query: { a: 1 } }), /query.*"\/path\/"/)
      assert.throws(() => redirect('javascript:alert(1)//.'), DisallowedRedirect)
      assert.throws(() => redirect('/a\r\nSet-Cookie: a=b'), DisallowedRedirect)
    })

    test('to an address takes no longer where there are many routes', async () => {
      const names = Array.from({ length: 2000 }, (_value, index) => `section-${index}/page:detail`)
      await makeSite(urlpatterns(...names.map((name, index) => path(`${index}/`, ok, name))))
      const start = performance.now()
      for (let i = 0; i < 200; i++) redirect('/elsewhere/page/detail/')
      assert.ok(performance.now() - start < 500)
      assert.equal(redirect('section-7/page:detail').url, '/7/')
    })

    test('is resolved alone by resolveUrl', async () => {
      await makeSite(urls)
      assert.equal(resolveUrl('article', { params: { year: 1999 } }), '/articles/1999/')
      assert.equal(resolveUrl('/x'), '/x')
    })
  })

  describe('context processors', () => {
    const from = (address: string | undefined): HttpRequest => factory.get('/', { environ: { REMOTE_ADDR: address } })

    test('tell debug for requests from this machine only', async () => {
      await makeSite(urls, { debug: true })
      for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', undefined]) {
        assert.deepEqual(debugContext(from(address)), { debug: true }, address)
      }
      for (const address of ['10.0.0.1', '1127.0.0.1', '::11', '2001:db8::1']) {
        assert.deepEqual(debugContext(from(address)), { debug: false }, address)
      }
      await makeSite(urls, { debug: false })
      assert.deepEqual(debugContext(from('127.0.0.1')), { debug: false })
    })

    test('tell the request and the setting of static files', async () => {
      await makeSite(urls, { staticUrl: 'assets/' })
      const request = factory.get('/')
      assert.equal(requestContext(request)['request'], request)
      assert.deepEqual(staticContext(request), { staticUrl: 'assets/' })
    })
  })
})
