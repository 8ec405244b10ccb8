import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { ImproperlyConfigured, MiddlewareNotUsed } from 'nuages/exceptions'
import type { Application, ResponseBody } from 'nuages/gateway'
import {
  type AnyResponse,
  type GetResponse,
  type HttpRequest,
  HttpResponse,
  type Middleware,
  type MiddlewareHooks,
} from 'nuages/http'
import { commonMiddleware, csrfMiddleware, securityMiddleware, xFrameOptionsMiddleware } from 'nuages/middleware'
import { Client, createEnviron } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { makeSite, RecordList } from '../test-tools/site.ts'

describe('handlers/base', () => {
  afterEach(resetForTests)

  /** A layer that writes down what passes it. */
  function layer(name: string, notes: string[], hooks: MiddlewareHooks = {}): Middleware {
    return (getResponse) =>
      Object.assign(async (request: HttpRequest) => {
        notes.push(`${name} in`)
        const response = await getResponse(request)
        notes.push(`${name} out ${response.status}`)
        return response
      }, hooks)
  }

  /** As `layer`, with hooks that only write down that they were asked. */
  function hookedLayer(name: string, notes: string[]): Middleware {
    return layer(name, notes, {
      processView: () => void notes.push(`${name} view`),
      processException: () => void notes.push(`${name} exception`),
      processTemplateResponse: (_request, response) => {
        notes.push(`${name} template`)
        return response
      },
    })
  }

  /** A response that is rendered late. */
  class LateResponse extends HttpResponse {
    render(): AnyResponse {
      this.content = 'rendered'
      return this
    }
  }

  const ok = (): HttpResponse => new HttpResponse('ok')
  const fails = (): HttpResponse => {
    throw new RangeError('out of clouds')
  }

  /** What an application gives, and whether it had to be waited for. */
  function call(
    application: Application,
    target = '/',
  ): { status: string; body: ResponseBody | Promise<ResponseBody> } {
    let status = ''
    const body = application(createEnviron(target, { host: 'localhost' }), (line) => {
      status = line
    })
    return { status, body }
  }

  describe('the onion', () => {
    test('lets a request in from the outermost layer and the response out the other way', async () => {
      const notes: string[] = []
      const view = (): HttpResponse => {
        notes.push('the view')
        return ok()
      }
      const middleware = [hookedLayer('a', notes), hookedLayer('b', notes)]
      await new Client(await makeSite(urlpatterns(path('', view)), { middleware })).get('/')
      assert.deepEqual(notes, ['a in', 'b in', 'a view', 'b view', 'the view', 'b out 200', 'a out 200'])
    })

    test('is folded once, not for each request', async () => {
      let folded = 0
      const once: Middleware = (getResponse) => {
        folded += 1
        return getResponse
      }
      const client = new Client(await makeSite(urlpatterns(path('', ok)), { middleware: [once] }))
      await client.get('/')
      await client.get('/')
      assert.equal(folded, 1)
    })

    test('leaves out a layer that has nothing to do', async () => {
      const notes: string[] = []
      const unused: Middleware = () => {
        throw new MiddlewareNotUsed()
      }
      const middleware = [layer('a', notes), unused, layer('b', notes)]
      await new Client(await makeSite(urlpatterns(path('', ok)), { middleware })).get('/')
      assert.deepEqual(notes, ['a in', 'b in', 'b out 200', 'a out 200'])
    })

    test('does not come to be with a factory that gives nothing or throws', async () => {
      const nothing = (() => undefined) as unknown as Middleware
      await assert.rejects(makeSite(urlpatterns(), { middleware: [nothing] }), (error) => {
        assert.ok(error instanceof ImproperlyConfigured)
        return /"nothing" gave nothing/.test(error.message)
      })
      const broken: Middleware = () => {
        throw new RangeError('broken factory')
      }
      await assert.rejects(makeSite(urlpatterns(), { middleware: [broken] }), /broken factory/)
    })

    test('shows each layer responses and never errors', async () => {
      const notes: string[] = []
      const middle: Middleware = (getResponse) => async (request) => {
        await getResponse(request)
        throw new RangeError('on the way out')
      }
      const middleware = [layer('outer', notes), middle, layer('inner', notes)]
      const client = new Client(await makeSite(urlpatterns(path('', fails)), { middleware }), {
        raiseRequestException: false,
      })
      assert.equal((await client.get('/')).status, 500)
      assert.deepEqual(notes, ['outer in', 'inner in', 'inner out 500', 'outer out 500'])
      notes.length = 0
      assert.equal((await client.get('/nowhere/')).status, 500)
      assert.deepEqual(notes, ['outer in', 'inner in', 'inner out 404', 'outer out 500'])
    })

    test('may be left early by a layer that answers itself', async () => {
      const notes: string[] = []
      const closed: Middleware = () => () => new HttpResponse('closed', { status: 503 })
      const middleware = [layer('a', notes), closed, layer('b', notes)]
      const response = await new Client(await makeSite(urlpatterns(path('', fails)), { middleware })).get('/')
      assert.equal(response.status, 503)
      assert.deepEqual(notes, ['a in', 'a out 503'])
    })

    for (const kind of ['synchronous', 'asynchronous']) {
      test(`says which ${kind} layer has returned no response`, async () => {
        const forgets = (next: GetResponse): ((request: HttpRequest) => unknown) =>
          kind === 'synchronous' ? (request) => void next(request) : async (request) => void (await next(request))
        const named: Middleware = Object.defineProperty(((next) => forgets(next)) as Middleware, 'name', {
          value: 'forgets',
        })
        const client = new Client(
          await makeSite(urlpatterns(path('', ok)), { middleware: [xFrameOptionsMiddleware, named] }),
        )
        await assert.rejects(client.get('/'), /middleware "forgets" returned nothing: is a return missing\?/)
        const response = await client.get('/', { raiseRequestException: false })
        assert.deepEqual([response.status, response.headers.get('X-Frame-Options')], [500, 'DENY'])
      })
    }
  })

  describe('a synchronous view', () => {
    test('is answered synchronously through the default layers', async () => {
      const middleware = [securityMiddleware, commonMiddleware, csrfMiddleware, xFrameOptionsMiddleware]
      const application = await makeSite(urlpatterns(path('', ok)), { middleware, allowedHosts: ['localhost'] })
      const { status, body } = call(application)
      assert.ok(!(body instanceof Promise))
      assert.equal(status, '200 OK')
      const missing = call(application, '/nowhere/')
      assert.ok(!(missing.body instanceof Promise))
      assert.equal(missing.status, '404 Not Found')
    })

    test('is answered synchronously under a mount and after a synchronous processView', async () => {
      const hooked: Middleware = (getResponse) =>
        Object.assign((r: HttpRequest) => getResponse(r), { processView() {} })
      const application = await makeSite(urlpatterns(path('', ok)), { middleware: [hooked], forceScriptName: '/shop' })
      assert.ok(!(call(application).body instanceof Promise))
    })

    test('that becomes asynchronous is waited for', async () => {
      const application = await makeSite(urlpatterns(path('', async () => ok())))
      const { body } = call(application)
      assert.ok(body instanceof Promise)
      assert.equal(Buffer.concat([...((await body) as HttpResponse)]).toString(), 'ok')
    })
  })

  describe('processView', () => {
    test('is asked outermost first, and its answer keeps the view and the hooks further in from being called', async () => {
      const notes: string[] = []
      const answers = layer('b', notes, { processView: () => new HttpResponse('early') })
      const middleware = [hookedLayer('a', notes), answers, hookedLayer('c', notes)]
      const response = await new Client(await makeSite(urlpatterns(path('', fails)), { middleware })).get('/')
      assert.equal(await response.text(), 'early')
      assert.deepEqual(notes, ['a in', 'b in', 'c in', 'a view', 'c out 200', 'b out 200', 'a out 200'])
    })

    test('may be asynchronous, and gets the view and its parameters', async () => {
      const seen: unknown[] = []
      const view = (_request: HttpRequest, { id }: { id: number }): HttpResponse => new HttpResponse(String(id))
      const notes: string[] = []
      const waits = layer('a', notes, {
        async processView(request, given, params) {
          await Promise.resolve()
          seen.push(given === view, params, request.resolverMatch?.route)
        },
      })
      const middleware = [waits, hookedLayer('b', notes)]
      const client = new Client(await makeSite(urlpatterns(path('<int:id>/', view)), { middleware }))
      assert.equal(await (await client.get('/7/')).text(), '7')
      assert.deepEqual(seen, [true, { id: 7 }, '<int:id>/'])
      assert.deepEqual(notes, ['a in', 'b in', 'b view', 'b out 200', 'a out 200'])
    })

    test('with an answer that is none, or is rendered late, is treated as a view', async () => {
      const notes: string[] = []
      const wrong = layer('wrong', notes, { processView: () => 'text' as never })
      const client = new Client(await makeSite(urlpatterns(path('', ok)), { middleware: [wrong] }))
      await assert.rejects(client.get('/'), /processView.* returned a string, which is no HttpResponse/)
      const late = layer('late', notes, { processView: () => new LateResponse() })
      const other = new Client(
        await makeSite(urlpatterns(path('', ok)), { middleware: [hookedLayer('a', notes), late] }),
      )
      notes.length = 0
      assert.equal(await (await other.get('/')).text(), 'rendered')
      assert.ok(notes.includes('a template'))
    })
  })

  describe('processException', () => {
    test('is asked innermost first, until one has an answer', async () => {
      const notes: string[] = []
      const caught = layer('b', notes, {
        processException: (_request, error) => new HttpResponse(String(error), { status: 418 }),
      })
      const middleware = [hookedLayer('a', notes), caught, hookedLayer('c', notes)]
      for (const view of [fails, async () => fails()]) {
        notes.length = 0
        const response = await new Client(await makeSite(urlpatterns(path('', view)), { middleware })).get('/')
        assert.deepEqual([response.status, await response.text()], [418, 'RangeError: out of clouds'])
        assert.deepEqual(
          notes.filter((note) => note.endsWith('exception')),
          ['c exception'],
        )
      }
    })

    test('without an answer lets the error go on', async () => {
      const notes: string[] = []
      const client = new Client(
        await makeSite(urlpatterns(path('', fails)), {
          middleware: [hookedLayer('a', notes), hookedLayer('b', notes)],
        }),
      )
      await assert.rejects(client.get('/'), RangeError)
      assert.deepEqual(
        notes.filter((note) => note.endsWith('exception')),
        ['b exception', 'a exception'],
      )
    })

    test('is asked about what a late rendering throws, too', async () => {
      class Broken extends HttpResponse {
        render(): AnyResponse {
          throw new RangeError('no ink')
        }
      }
      const notes: string[] = []
      const caught = layer('a', notes, { processException: (_request, error) => new HttpResponse(String(error)) })
      const client = new Client(await makeSite(urlpatterns(path('', () => new Broken())), { middleware: [caught] }))
      assert.equal(await (await client.get('/')).text(), 'RangeError: no ink')
    })

    test('that throws itself becomes a 500 of its own', async () => {
      const notes: string[] = []
      const worse = layer('a', notes, {
        processException: () => {
          throw new TypeError('worse')
        },
      })
      const client = new Client(await makeSite(urlpatterns(path('', fails)), { middleware: [worse] }))
      await assert.rejects(client.get('/'), /worse/)
    })
  })

  describe('processTemplateResponse', () => {
    test('is asked innermost first about a response that is rendered late, and may change it', async () => {
      const notes: string[] = []
      const changes = layer('c', notes, {
        async processTemplateResponse(_request, response) {
          await Promise.resolve()
          response.headers.set('X-Changed', 'yes')
          notes.push('c template')
          return response
        },
      })
      const middleware = [hookedLayer('a', notes), hookedLayer('b', notes), changes]
      const client = new Client(await makeSite(urlpatterns(path('', () => new LateResponse())), { middleware }))
      const response = await client.get('/')
      assert.equal(await response.text(), 'rendered')
      assert.equal(response.headers.get('X-Changed'), 'yes')
      assert.deepEqual(
        notes.filter((note) => note.endsWith('template')),
        ['c template', 'b template', 'a template'],
      )
    })

    test('that forgets to return the response is named', async () => {
      const forgets = layer('a', [], { processTemplateResponse: (() => {}) as never })
      const client = new Client(
        await makeSite(urlpatterns(path('', () => new LateResponse())), {
          middleware: [hookedLayer('b', []), forgets],
        }),
      )
      await assert.rejects(client.get('/'), /processTemplateResponse.* returned nothing/)
    })
  })

  describe('a view', () => {
    const wrong: ReadonlyArray<readonly [what: string, view: () => unknown, message: RegExp]> = [
      [
        'nothing',
        () => undefined,
        /The view \(without a name\) of the route "" returned nothing: is a return missing\?/,
      ],
      ['a promise of nothing', async () => undefined, /returned nothing/],
      ['null', () => null, /returned null, which is no HttpResponse/],
      ['a string', () => 'hello', /returned a string, which/],
      ['a promise of an object', async () => ({ status: 200 }), /returned an object, which/],
      ['a platform Response', () => new Response('x'), /returned a Response, which/],
    ]
    for (const [what, view, message] of wrong) {
      test(`that returns ${what} is a 500 that says so`, async () => {
        const log = new RecordList()
        const client = new Client(await makeSite(urlpatterns(path('', view as never)), {}, log))
        await assert.rejects(client.get('/'), message)
        const response = await client.get('/', { raiseRequestException: false })
        assert.equal(response.status, 500)
        assert.equal(log.lines.filter((line) => line.startsWith('error')).length, 2)
      })
    }

    const thrown: ReadonlyArray<readonly [what: string, value: unknown]> = [
      ['an error', new Error('broken')],
      ['a string', 'a string'],
      ['undefined', undefined],
      ['null', null],
      ['a symbol', Symbol('odd')],
      ['an object without a prototype', Object.create(null)],
      ['a frozen error', Object.freeze(new Error('cold'))],
    ]
    for (const debug of [false, true]) {
      for (const [what, value] of thrown) {
        test(`that throws ${what} is one logged 500 ${debug ? 'while debug' : 'without a trace'}`, async () => {
          for (const view of [
            () => {
              throw value
            },
            async () => {
              throw value
            },
          ]) {
            const log = new RecordList()
            const application = await makeSite(urlpatterns(path('', view)), { debug }, log)
            const response = await new Client(application).get('/', { raiseRequestException: false })
            assert.equal(response.status, 500)
            assert.deepEqual(log.lines, ['error nuages.request: Internal Server Error: /'])
            assert.notEqual(log.records[0]?.error, undefined)
            if (!debug) assert.doesNotMatch(await response.text(), /broken|a string|odd|cold|\.ts/)
          }
        })
      }
    }
  })
})
