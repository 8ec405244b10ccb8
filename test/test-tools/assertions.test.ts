/** The assertions about answers, JSON, URLs and errors. */
import assert, { AssertionError } from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { Http404 } from 'nuages/exceptions'
import { type HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse } from 'nuages/http'
import { renderToString } from 'nuages/template'
import {
  assertContains,
  assertJSONEqual,
  assertJSONNotEqual,
  assertNotContains,
  assertRaisesMessage,
  assertRedirects,
  assertTemplateNotUsed,
  assertTemplateUsed,
  assertURLEqual,
  captureTemplates,
  Client,
} from 'nuages/test'
import { path as route, urlpatterns } from 'nuages/urls'
import { render, TemplateResponse } from 'nuages/views'
import { makeSite } from './site.ts'

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-assertions-'))
const templates = {
  'page.html': '<h1>{{ title }}</h1>',
  'parent.html': '{% block words %}{% endblock %}{% include "word.html" %}',
  'child.html':
    '{% extends "parent.html" %}{% block words %}{% for n in [1, 2] %}{% include "word.html" %}{% endfor %}{% endblock %}',
  'word.html': '{{ title }}',
}
for (const [name, text] of Object.entries(templates)) fs.writeFileSync(path.join(dir, name), text)

const urls = urlpatterns(
  route('page/', (request: HttpRequest) => render(request, 'page.html', { title: 'Grüße' }), 'page'),
  route('child/', (request: HttpRequest) => render(request, 'child.html', { title: 'x' })),
  route('late/', (request: HttpRequest) => new TemplateResponse(request, 'child.html', { title: 'x' })),
  route('old/', () => new HttpResponseRedirect('/page/?b=2&a=1')),
  route('far/', () => new HttpResponseRedirect('https://example.com/x/')),
  route('lost/', () => new HttpResponseRedirect('/nowhere/')),
  route('again/', () => new HttpResponseRedirect('../old/', { preserveRequest: true })),
  route('method/', (request: HttpRequest) => new HttpResponse(request.method)),
  route('json/', () => new JsonResponse({ a: [1] })),
)

async function makeClient(): Promise<Client> {
  return new Client(await makeSite(urls, { templates: { dirs: [dir] } }))
}

function failsWith(message: RegExp | string) {
  return (error: unknown): true => {
    assert.ok(error instanceof AssertionError)
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    assert.match(String(error.stack), /\n {4}at .*assertions\.test\.ts/)
    return true
  }
}

describe('assertions about answers', () => {
  after(() => {
    resetForTests()
    fs.rmSync(dir, { recursive: true })
  })

  test('assertContains looks for text, often enough, in an answer of the right status', async () => {
    const client = await makeClient()
    const page = await client.get('/page/')
    assertContains(page, 'Grüße')
    assertContains(page, '<h1 >Gr&uuml;&szlig;e</h1>', { html: true, count: 1 })
    assertContains(await client.get('/nowhere/'), 'There is no such page', { status: 404 })
    assertNotContains(page, 'Absent')
    assertNotContains(page, '<h2>Grüße</h2>', { html: true })
    assert.throws(() => assertContains(page, 'Absent'), failsWith('"Absent" is not in the answer:\n<h1>Grüße</h1>'))
    assert.throws(
      () => assertContains(page, 'h1', { count: 1 }),
      failsWith(/^"h1" is in the answer 2 times, not once:/),
    )
    assert.throws(() => assertContains(page, 'G', { status: 404 }), failsWith(/^The answer was 200, not 404:/))
    assert.throws(
      () => assertNotContains(page, 'Gr', { message: 'greeting' }),
      failsWith('greeting: "Gr" is in the answer once, and should not be:\n<h1>Grüße</h1>'),
    )
    assert.throws(() => assertContains(page, ''), TypeError)
  })

  test('assertRedirects judges the redirect and where it leads', async () => {
    const client = await makeClient()
    const old = await client.get('/old/')
    await assertRedirects(old, '/page/?a=1&b=2')
    await assertRedirects(old, 'http://testserver/page/?b=2&a=1', { fetch: false })
    await assertRedirects(await client.get('/old/', { follow: true }), '/page/?a=1&b=2')
    await assertRedirects(await client.get('/again/', { follow: true }), '/page/?a=1&b=2', { status: 307 })
    await assertRedirects(await client.get('/far/'), 'https://example.com/x/')
    await assertRedirects(await client.get('/lost/'), '/nowhere/', { targetStatus: 404 })
    await assert.rejects(assertRedirects(old, '/other/'), failsWith(/^The redirect leads elsewhere\./))
    await assert.rejects(
      assertRedirects(await client.get('/page/'), '/page/'),
      failsWith('The answer was 200, not a redirect with 302.'),
    )
    await assert.rejects(
      assertRedirects(await client.get('/lost/'), '/nowhere/', { message: 'after the form' }),
      failsWith('after the form: What the redirect leads to, http://testserver/nowhere/, answered 404, not 200.'),
    )
  })

  test('assertTemplateUsed knows what rendered for which answer', async () => {
    const client = await makeClient()
    const [page, other] = await Promise.all([client.get('/page/'), client.get('/method/')])
    assertTemplateUsed(page, 'page.html', { count: 1 })
    assertTemplateNotUsed(other, 'page.html')
    assert.throws(
      () => assertTemplateUsed(other, 'page.html'),
      failsWith('The template page.html did not render. None did.'),
    )
    assert.throws(
      () => assertTemplateUsed(page, 'base.html'),
      failsWith('The template base.html did not render. These did: page.html.'),
    )
    assert.throws(
      () => assertTemplateNotUsed(page, 'page.html'),
      failsWith(/^The template page\.html rendered, and should not/),
    )
  })

  test('an answer has each template once for each time that it rendered, in their order', async () => {
    const client = await makeClient()
    const expected = ['child.html', 'parent.html', 'word.html', 'word.html', 'word.html']
    for (const address of ['/child/', '/late/']) {
      const responses = await Promise.all([client.get(address), client.get('/page/'), client.head(address)])
      assert.deepEqual(
        responses.map(({ templates }) => templates),
        [expected, ['page.html'], expected],
      )
    }
    const response = await client.get('/child/')
    assertTemplateUsed(response, 'word.html', { count: 3 })
    assert.throws(
      () => assertTemplateUsed(response, 'word.html', { count: 1 }),
      failsWith(/^The template word\.html rendered 3 times, not once\. These did: child\.html, parent\.html, word/),
    )
  })

  test('captureTemplates knows what rendered without a client, and around one', async () => {
    const client = await makeClient()
    const rendered = await captureTemplates(async () => {
      renderToString('child.html', { title: 'first' })
      await client.get('/page/')
    })
    assertTemplateUsed(rendered, 'parent.html', { count: 1 })
    assertTemplateUsed(rendered, 'page.html')
    assertTemplateNotUsed(rendered, 'nowhere.html')
    assert.equal(rendered.context?.['title'], 'first')
    assert.deepEqual(await captureTemplates(() => {}), { templates: [], context: undefined })
  })

  test('an answer has its request, match, context, templates, client and content', async () => {
    const client = await makeClient()
    const page = await client.get('/page/')
    assert.equal(page.context?.['title'], 'Grüße')
    assert.deepEqual(page.templates, ['page.html'])
    assert.equal(page.resolverMatch?.viewName, 'page')
    assert.equal(page.request?.path, '/page/')
    assert.equal(page.client, client)
    assert.equal(Buffer.from(page.content).toString(), '<h1>Grüße</h1>')
    const method = await client.trace('/method/')
    assert.equal(await method.text(), 'TRACE')
    assert.equal(method.context, undefined)
    assert.equal((await client.get('/nowhere/')).resolverMatch, undefined)
  })

  test('an application without the framework has no request', async () => {
    const response = await new Client((_environ, startResponse) => {
      startResponse('200 OK', [])
      return [new Uint8Array()]
    }).get('/')
    assert.deepEqual([response.request, response.templates, response.resolverMatch], [undefined, [], undefined])
  })

  test('json() has the type that is expected, and refuses what does not call itself JSON', async () => {
    const client = await makeClient()
    const { a } = await (await client.get('/json/')).json<{ a: number[] }>()
    assert.deepEqual(a, [1])
    await assert.rejects((await client.get('/page/')).json(), {
      message: 'The answer\'s Content-Type is "text/html; charset=utf-8", which is not JSON.',
    })
  })

  test('requests need pass no check of CSRF, unless the client enforces them', async () => {
    const application = await makeSite(
      urlpatterns(
        route('', ({ environ }: HttpRequest) => new HttpResponse(String(environ['nuages.dontEnforceCsrfChecks']))),
      ),
    )
    assert.equal(await (await new Client(application).post('/')).text(), 'true')
    assert.equal(await (await new Client(application, { enforceCsrfChecks: true }).post('/')).text(), 'undefined')
  })
})

describe('assertions about values', () => {
  test('assertJSONEqual compares values', () => {
    assertJSONEqual('{"a": [1, {"b": null}], "c": "ü"}', { c: 'ü', a: [1, { b: null }] })
    assertJSONEqual('{"a":1}', ' { "a" : 1 } ')
    assertJSONEqual('{}', { gone: undefined })
    assertJSONNotEqual('[1]', [2])
    assert.throws(
      () => assertJSONEqual('{"a":1}', { a: 2 }),
      failsWith(/^This is other JSON than was expected\.[\s\S]*\+ {3}a: 1\n- {3}a: 2/),
    )
    assert.throws(() => assertJSONEqual('{', {}), failsWith(/^The given text is no JSON\. .*\n\{$/))
    assert.throws(
      () => assertJSONNotEqual('[1]', [1], 'numbers'),
      failsWith('numbers: This is the same JSON, and should not be: [1]'),
    )
  })

  test('assertURLEqual minds the order of values, and not that of names', () => {
    assertURLEqual('/a/?x=1&x=2&a=3', '/a/?a=3&x=1&x=2')
    assertURLEqual('https://example.com/a?b=%C3%BC#c', 'https://example.com/a?b=ü#c')
    for (const [one, other] of [
      ['/a/?x=1&x=2', '/a/?x=2&x=1'],
      ['/a/', '/a'],
      ['/a/#b', '/a/'],
      ['//a.example/', '//b.example/'],
    ] as const)
      assert.throws(() => assertURLEqual(one, other), failsWith(/^This is another URL than was expected\./))
  })

  test('assertRaisesMessage gives the error', async () => {
    const missing = () => {
      throw new Http404('No article 7.')
    }
    const error = await assertRaisesMessage(Http404, 'article 7', missing)
    assert.equal(error.message, 'No article 7.')
    await assertRaisesMessage(Http404, 'article', async () => missing())
    await assert.rejects(
      assertRaisesMessage(Http404, 'page', missing),
      failsWith('The Http404 says "No article 7.", without "page".'),
    )
    await assert.rejects(
      assertRaisesMessage(Http404, '', () => 1),
      failsWith('Nothing was thrown; a Http404 was expected.'),
    )
    await assert.rejects(assertRaisesMessage(RangeError, '', missing), Http404)
  })
})
