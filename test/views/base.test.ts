import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import nodePath from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { ImproperlyConfigured } from 'nuages/exceptions'
import { type AnyResponse, type HttpRequest, HttpResponse, JsonResponse, type Middleware } from 'nuages/http'
import { Client, RequestFactory, type TestResponse } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import {
  RedirectView,
  requestContext,
  SimpleTemplateResponse,
  TemplateResponse,
  TemplateResponseView,
  TemplateView,
  View,
} from 'nuages/views'
import { makeSite, RecordList } from '../test-tools/site.ts'

describe('views/base', () => {
  const templates = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'nuages-base-'))
  fs.writeFileSync(nodePath.join(templates, 'about.html'), '{{ name }} {{ extra }} {{ more }} {{ request.path }}')
  fs.writeFileSync(nodePath.join(templates, 'other.html'), 'other')

  afterEach(resetForTests)
  after(() => fs.rmSync(templates, { recursive: true }))

  class Greeting extends View<{ name: string }> {
    word = 'Hello'
    seen = 0

    override get(): HttpResponse {
      this.seen += 1
      return new HttpResponse(`${this.word}, ${this.params.name}: ${this.seen}`)
    }

    override async post(request: HttpRequest, { name }: { name: string }): Promise<HttpResponse> {
      return new HttpResponse(`${(await request.form()).get('word') as string}, ${name}`)
    }
  }

  const urls = urlpatterns(
    path('hello/<name>/', Greeting.asView()),
    path('hi/<name>/', Greeting.asView({ word: 'Hi' })),
    path('read-only/<name>/', Greeting.asView({ httpMethodNames: ['get', 'head', 'options'] })),
  )

  describe('a view as a class', () => {
    test('has a method for each HTTP method, and an object for each request', async () => {
      const client = new Client(await makeSite(urls))
      assert.equal(await (await client.get('/hello/Zoë/')).text(), 'Hello, Zoë: 1')
      assert.equal(await (await client.get('/hello/Zoë/')).text(), 'Hello, Zoë: 1')
      assert.equal(await (await client.post('/hello/Zoë/', { data: { word: 'Bye' } })).text(), 'Bye, Zoë')
      assert.equal(await (await client.get('/hi/Zoë/')).text(), 'Hi, Zoë: 1')
    })

    test('answers HEAD by get', async () => {
      const response = await new Client(await makeSite(urls)).head('/hello/Zoë/')
      assert.equal(response.status, 200)
      assert.equal((await response.bytes()).length, 0)
    })

    test('says what it allows', async () => {
      const log = new RecordList()
      const client = new Client(await makeSite(urls, {}, log))
      const allowed = async (asked: Promise<TestResponse>): Promise<unknown> => {
        const { status, headers } = await asked
        return [status, headers.get('Allow')]
      }
      assert.deepEqual(await allowed(client.options('/hello/x/')), [200, 'GET, POST, HEAD, OPTIONS'])
      assert.deepEqual(await allowed(client.put('/hello/x/')), [405, 'GET, POST, HEAD, OPTIONS'])
      assert.deepEqual(await allowed(client.post('/read-only/x/')), [405, 'GET, HEAD, OPTIONS'])
      assert.deepEqual(await allowed(client.generic('TRACE', '/hello/x/')), [405, 'GET, POST, HEAD, OPTIONS'])
      for (const method of ['CONSTRUCTOR', 'SETUP', 'DISPATCH', '__PROTO__']) {
        assert.deepEqual((await client.generic(method, '/hello/x/')).status, 405)
      }
      assert.equal(log.lines[0], 'warning nuages.request: Method Not Allowed (PUT): /hello/x/')
    })

    test('has its own name, for logs and pages', () => {
      assert.equal(Greeting.asView().name, 'Greeting')
    })

    test('refuses what the class has no property for', () => {
      assert.throws(
        () => Greeting.asView({ wrod: 'x' } as never),
        (error) => {
          assert.ok(error instanceof ImproperlyConfigured)
          return /Greeting\.asView\(\) was given "wrod"/.test(error.message)
        },
      )
      assert.throws(() => Greeting.asView({ get: () => new HttpResponse() } as never), /which is a method of the class/)
      assert.throws(
        () => Greeting.asView({ dispatch: () => new HttpResponse() } as never),
        /which is a method of the class/,
      )
    })

    test('may keep more in setup, and do something around dispatch', async () => {
      class Timed extends View {
        agent = ''

        override setup(request: HttpRequest, params: {}): void {
          super.setup(request, params)
          this.agent = request.headers.get('User-Agent') ?? 'nobody'
        }

        override dispatch(request: HttpRequest, params: {}): ReturnType<View['dispatch']> {
          const response = super.dispatch(request, params) as HttpResponse
          response.headers.set('X-Agent', this.agent)
          return response
        }

        override get(): HttpResponse {
          return new HttpResponse(this.agent)
        }
      }
      const client = new Client(await makeSite(urlpatterns(path('', Timed.asView()))))
      const response = await client.get('/', { headers: { 'User-Agent': 'me' } })
      assert.deepEqual([await response.text(), response.headers.get('X-Agent')], ['me', 'me'])
      assert.equal((await client.put('/')).headers.get('X-Agent'), 'nobody')
    })

    test('says that an overridden setup has forgotten the one of View', async () => {
      class Forgetful extends View {
        override setup(): void {}

        override get(): HttpResponse {
          return new HttpResponse('never')
        }
      }
      const client = new Client(await makeSite(urlpatterns(path('', Forgetful.asView()))))
      await assert.rejects(
        client.get('/'),
        /Forgetful\.setup\(\) has not kept the request: call super\.setup\(request, params\)/,
      )
    })

    test('is typed by its parameters and properties', () => {
      // @ts-expect-error a property that the class lacks
      assert.throws(() => Greeting.asView({ wrod: 'x' }))
      // @ts-expect-error a value of another type
      Greeting.asView({ word: 1 })
      // @ts-expect-error the route gives a number, the view takes a string
      path('<int:name>/', Greeting.asView())
      path('<name>/', Greeting.asView())
    })
  })

  describe('TemplateView', () => {
    const site = async (
      view: ReturnType<typeof TemplateView.asView>,
      middleware: readonly Middleware[] = [],
    ): Promise<Client> =>
      new Client(
        await makeSite(urlpatterns(path('<name>/', view)), {
          middleware,
          templates: { dirs: [templates], contextProcessors: [requestContext] },
        }),
      )

    test('renders a template with the parameters of the route and more', async () => {
      const client = await site(TemplateView.asView({ templateName: 'about.html', extraContext: { extra: 'E' } }))
      const response = await client.get('/N/')
      assert.equal(await response.text(), 'N E  /N/')
      assert.equal(response.headers.get('Content-Type'), 'text/html; charset=utf-8')
      assert.equal((await client.head('/N/')).status, 200)
      assert.equal((await client.post('/N/')).status, 405)
    })

    test('may choose its template, context and type itself', async () => {
      class Chosen extends TemplateView {
        override getTemplateNames(): string[] {
          return ['missing.html', 'about.html']
        }

        override async getContextData(): Promise<Record<string, unknown>> {
          await Promise.resolve()
          return { ...(await super.getContextData()), more: 'M' }
        }
      }
      const response = await (await site(Chosen.asView({ contentType: 'text/plain' }))).get('/N/')
      assert.equal(await response.text(), 'N  M /N/')
      assert.equal(response.headers.get('Content-Type'), 'text/plain')
    })

    test('renders late, so that a layer can change the variables and the template', async () => {
      const seen: unknown[] = []
      const changing: Middleware = (getResponse) =>
        Object.assign((request: HttpRequest) => getResponse(request), {
          processTemplateResponse: (_request: HttpRequest, response: AnyResponse): AnyResponse => {
            const late = response as TemplateResponse
            seen.push(late.templateName, late.contextData['name'], late.isRendered)
            late.contextData['name'] = 'of the layer'
            return late
          },
        })
      const client = await site(TemplateView.asView({ templateName: 'about.html' }), [changing])
      assert.equal(await (await client.get('/N/')).text(), 'of the layer   /N/')
      assert.deepEqual(seen, [['about.html'], 'N', false])
    })

    test('leaves extraContext and the variables of the class as they are, whatever a layer does to those of one answer', async () => {
      const extraContext = { extra: 'E' }
      class Frozen extends TemplateView {
        override async getContextData(): Promise<Readonly<Record<string, unknown>>> {
          return Object.freeze(await super.getContextData())
        }
      }
      const adding: Middleware = (getResponse) =>
        Object.assign((request: HttpRequest) => getResponse(request), {
          processTemplateResponse: (_request: HttpRequest, response: AnyResponse): AnyResponse => {
            ;(response as TemplateResponse).contextData['extra'] = 'changed'
            return response
          },
        })
      const client = await site(Frozen.asView({ templateName: 'about.html', extraContext }), [adding])
      assert.equal(await (await client.get('/N/')).text(), 'N changed  /N/')
      assert.deepEqual(extraContext, { extra: 'E' })
    })

    test('may answer by another class, or by none of templates', async () => {
      class Marked extends TemplateResponse {
        constructor(...args: ConstructorParameters<typeof TemplateResponse>) {
          super(...args)
          this.headers.set('X-Class', 'marked')
        }
      }
      const marked = await site(TemplateView.asView({ templateName: 'about.html', responseClass: Marked }))
      assert.equal((await marked.get('/N/')).headers.get('X-Class'), 'marked')

      class Json extends TemplateView<{ name: string }> {
        override renderToResponse({ name }: Readonly<Record<string, unknown>>): AnyResponse {
          return new JsonResponse({ name })
        }
      }
      assert.deepEqual(await (await site(Json.asView() as never)).get('/N/').then((it) => it.json()), { name: 'N' })
    })

    test('takes more of a response where it renders it itself', async () => {
      class Form extends TemplateResponseView<{ name: string }> {
        override templateName = 'about.html'

        override async post(): Promise<AnyResponse> {
          const context = await this.getContextData({ name: 'given', more: 'M' })
          return this.renderToResponse(context, { status: 422, headers: { 'X-Form': 'bad' } })
        }
      }
      const client = await site(Form.asView({ contentType: 'text/plain' }) as never)
      const response = await client.post('/N/')
      assert.deepEqual(
        [response.status, response.headers.get('X-Form'), response.headers.get('Content-Type'), await response.text()],
        [422, 'bad', 'text/plain', 'given  M /N/'],
      )
      assert.equal((await client.get('/N/')).status, 405)
    })

    test('is not rendered where nobody has done so', () => {
      const view = TemplateView.asView({ templateName: 'about.html' })
      const response = view(new RequestFactory().get('/'), {})
      assert.ok(response instanceof SimpleTemplateResponse)
      assert.equal(response.isRendered, false)
    })

    test('says that it has no template', async () => {
      await assert.rejects((await site(TemplateView.asView())).get('/N/'), /TemplateView has no templateName/)
    })
  })

  describe('RedirectView', () => {
    const location = async (
      init: Partial<Pick<RedirectView, 'url' | 'patternName' | 'permanent' | 'preserveRequest' | 'queryString'>>,
      target: string,
      route: 'a/<path:rest>' | 'a/<int:id>/' | 'a/' = 'a/<path:rest>',
      scriptName = '',
    ): Promise<string> => {
      const view = RedirectView.asView(init)
      const target_ = urlpatterns(path(route, view as never), path('target/<int:id>/', view as never, 'target'))
      const response = await new Client(await makeSite(target_), { scriptName }).get(scriptName + target)
      return `${response.status} ${response.headers.get('Location') ?? ''}`
    }

    test('goes to a URL, for now or for good, method kept or not', async () => {
      assert.equal(await location({ url: '/b/' }, '/a/x'), '302 /b/')
      assert.equal(await location({ url: '/b/', permanent: true }, '/a/x'), '301 /b/')
      assert.equal(await location({ url: '/b/', preserveRequest: true }, '/a/x'), '307 /b/')
      assert.equal(await location({ url: '/b/', permanent: true, preserveRequest: true }, '/a/x'), '308 /b/')
    })

    test('answers every method', async () => {
      const client = new Client(await makeSite(urlpatterns(path('', RedirectView.asView({ url: '/b/' })))))
      for (const method of ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const) {
        assert.equal((await client[method]('/')).headers.get('Location'), '/b/', method)
      }
    })

    test('puts parameters into the URL, encoded, slashes of a path kept', async () => {
      assert.equal(await location({ url: '/b/{rest}' }, '/a/x/y'), '302 /b/x/y')
      assert.equal(await location({ url: '/b/{rest}' }, '/a/x%3Fy%23z%25'), '302 /b/x%3Fy%23z%25')
      assert.equal(await location({ url: '/b/?q={rest}' }, '/a/x%26y=z'), '302 /b/?q=x%26y%3Dz')
      assert.equal(await location({ url: '/b/{id}/' }, '/a/7/', 'a/<int:id>/'), '302 /b/7/')
      assert.equal(await location({ url: 'https://new.example.com/{rest}' }, '/a/x'), '302 https://new.example.com/x')
    })

    for (const [url, target] of [
      ['/{rest}', '/a//evil.com'],
      ['{rest}', '/a///evil.com'],
      ['/{rest}', '/a/%5Cevil.com'],
      ['{rest}', '/a/https://evil.com'],
      ['{rest}', '/a/javascript:alert(1)'],
    ] as const) {
      test(`never sends anybody off the site: ${url} for ${target}`, async () => {
        const found = await location({ url }, target)
        const { host, protocol } = new URL(found.slice(4), 'http://testserver/a/')
        assert.deepEqual([found.slice(0, 3), host, protocol], ['302', 'testserver', 'http:'])
      })
    }

    test('says which parameter the route lacks', async () => {
      await assert.rejects(location({ url: '/b/{slug}/' }, '/a/x'), /RedirectView.*\{slug\}/)
      await assert.rejects(location({ url: '/b/{constructor}/' }, '/a/x'), /\{constructor\}/)
    })

    test('goes to a route by name, below the mount', async () => {
      assert.equal(await location({ patternName: 'target' }, '/a/7/', 'a/<int:id>/'), '302 /target/7/')
      assert.equal(await location({ patternName: 'target' }, '/a/7/', 'a/<int:id>/', '/shop'), '302 /shop/target/7/')
    })

    test('carries the query along where told, before a fragment', async () => {
      const queryString = true
      assert.equal(await location({ url: '/b/' }, '/a/x?x=1'), '302 /b/')
      assert.equal(await location({ url: '/b/', queryString }, '/a/x?x=1&y=%20'), '302 /b/?x=1&y=%20')
      assert.equal(await location({ url: '/b/?z=0', queryString }, '/a/x?x=1'), '302 /b/?z=0&x=1')
      assert.equal(await location({ url: '/b/#part', queryString }, '/a/x?x=1'), '302 /b/?x=1#part')
      assert.equal(await location({ url: '/b/', queryString }, '/a/x'), '302 /b/')
    })

    test('without a target is a 410, and logged', async () => {
      assert.equal(await location({}, '/a/x'), '410 ')
    })
  })

  test('a class can be called without a site', async () => {
    const view = Greeting.asView({ word: 'Hey' })
    const response = await view(new RequestFactory().get('/'), { name: 'you' })
    assert.equal((response as HttpResponse).text, 'Hey, you: 1')
  })
})
