import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import nodePath from 'node:path'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { AnyResponse, HttpRequest, Middleware } from 'nuages/http'
import { HttpResponse } from 'nuages/http'
import { Client, RequestFactory } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { ContentNotRenderedError, SimpleTemplateResponse, TemplateResponse } from 'nuages/views'
import { makeSite } from '../test-tools/site.ts'

describe('views/template-response', () => {
  const templates = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'nuages-template-response-'))
  fs.writeFileSync(nodePath.join(templates, 'page.html'), '{{ word }} {{ site }}')
  fs.writeFileSync(nodePath.join(templates, 'broken.html'), '{{ fail() }}')
  const site = (): Record<string, unknown> => ({ site: 'Clouds' })
  const options = { templates: { dirs: [templates], contextProcessors: [site] } }
  const request = new RequestFactory().get('/')

  function textOf(response: AnyResponse | Promise<AnyResponse>): string {
    assert.ok(response instanceof HttpResponse)
    return response.text
  }

  beforeEach(async () => {
    await makeSite(urlpatterns(), options)
  })
  afterEach(resetForTests)
  after(() => fs.rmSync(templates, { recursive: true }))

  describe('a response that renders late', () => {
    test('has no content before', () => {
      const response = new SimpleTemplateResponse('page.html', { word: 'a' })
      assert.equal(response.isRendered, false)
      const early: Array<() => unknown> = [
        () => response.content,
        () => response.text,
        () => [...response],
        () => response.serialize(),
        () => response.write('x'),
      ]
      for (const ask of early) assert.throws(ask, ContentNotRenderedError)
    })

    test('renders once, with what it has by then', () => {
      const response = new SimpleTemplateResponse('missing.html', { word: 'a' }, { status: 201 })
      response.templateName = ['missing.html', 'page.html']
      response.contextData['word'] = '<b>'
      assert.equal(response.renderedContent, '&lt;b&gt; ')
      assert.equal(response.isRendered, false)
      assert.equal(response.render(), response)
      assert.equal(response.text, '&lt;b&gt; ')
      response.contextData = { word: 'c' }
      assert.equal(textOf(response.render()), '&lt;b&gt; ')
      assert.equal(response.status, 201)
    })

    test('is rendered with a content of its own', () => {
      const response = new SimpleTemplateResponse('page.html')
      response.content = 'mine'
      assert.equal(response.isRendered, true)
      assert.equal(textOf(response.render()), 'mine')
    })

    test('gets the context of the processors, which the view overrides', () => {
      const response = new TemplateResponse(request, 'page.html', { word: 'a' })
      assert.deepEqual(response.contextData, { word: 'a' })
      assert.equal(textOf(response.render()), 'a Clouds')
      assert.equal(textOf(new TemplateResponse(request, 'page.html', { site: 'Sky' }).render()), ' Sky')
    })

    test('tells who waits for it, in their order, one of whom may replace it', () => {
      const response = new SimpleTemplateResponse('page.html', { word: 'a' })
      const told: string[] = []
      response.addPostRenderCallback((each) => void told.push(`one ${textOf(each)}`))
      response.addPostRenderCallback(() => new HttpResponse('other'))
      response.addPostRenderCallback((each) => void told.push(`three ${textOf(each)}`))
      assert.equal(textOf(response.render()), 'other')
      assert.deepEqual(told, ['one a ', 'three other'])
      response.addPostRenderCallback(() => void told.push('late'))
      assert.equal(told.at(-1), 'late')
      assert.equal(response.render(), response)
    })
  })

  describe('through the layers', () => {
    const view = (asked: HttpRequest) => new TemplateResponse(asked, 'page.html', { word: 'view' })

    test('is rendered, and the client sees its context', async () => {
      const client = new Client(await makeSite(urlpatterns(path('', view)), options))
      const response = await client.get('/')
      assert.equal(await response.text(), 'view Clouds')
      assert.equal(response.context?.['word'], 'view')
      assert.deepEqual(response.templates, ['page.html'])
    })

    const layer =
      (change: (response: TemplateResponse) => AnyResponse | Promise<AnyResponse>): Middleware =>
      (getResponse) =>
        Object.assign((asked: HttpRequest) => getResponse(asked), {
          processTemplateResponse: (_asked: HttpRequest, response: AnyResponse) => change(response as TemplateResponse),
        })

    test('is changed by the hooks of middleware, innermost first', async () => {
      const add = (word: string) =>
        layer((response) => {
          response.contextData['word'] = `${String(response.contextData['word'])} ${word}`
          return response
        })
      const middleware = [add('outer'), add('inner')]
      const client = new Client(await makeSite(urlpatterns(path('', view)), { ...options, middleware }))
      assert.equal(await (await client.get('/')).text(), 'view inner outer Clouds')
    })

    test('may be replaced by somebody who needs time', async () => {
      const response = new SimpleTemplateResponse('page.html', { word: 'a' })
      response.addPostRenderCallback(async (each) => new HttpResponse(`${textOf(each)}, one`))
      response.addPostRenderCallback((each) => new HttpResponse(`${textOf(each)}, two`))
      assert.equal(textOf(await response.render()), 'a , one, two')
    })

    test('is not asked of the hooks once it is rendered', async () => {
      const middleware = [layer(() => assert.fail('asked'))]
      const rendered = (asked: HttpRequest) => view(asked).render()
      const client = new Client(await makeSite(urlpatterns(path('', rendered)), { ...options, middleware }))
      assert.equal(await (await client.get('/')).text(), 'view Clouds')
    })

    test('whose template fails is asked of the exception hooks, and never for ever', async () => {
      const broken = (asked: HttpRequest) =>
        new TemplateResponse(asked, 'broken.html', {
          fail: () => {
            throw new Error('an error that this test makes')
          },
        })
      let asked = 0
      const caught: Middleware = (getResponse) =>
        Object.assign((each: HttpRequest) => getResponse(each), {
          processException: (each: HttpRequest) => (asked++, broken(each)),
        })
      const application = await makeSite(urlpatterns(path('', broken)), { ...options, middleware: [caught] })
      const response = await new Client(application).get('/', { raiseRequestException: false })
      assert.equal(response.status, 500)
      assert.equal(asked, 1)
    })
  })
})
