import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests, setup } from 'nuages'
import { runChecks } from 'nuages/checks'
import { defineSettings, type UserSettings } from 'nuages/conf'
import { BadRequest, Http404, PermissionDenied, SuspiciousOperation } from 'nuages/exceptions'
import { getWSGIApplication } from 'nuages/handlers'
import { HttpResponse, type HttpRequest } from 'nuages/http'
import { Client } from 'nuages/test'
import { type ErrorHandlers, path, urlpatterns } from 'nuages/urls'
import { SimpleTemplateResponse, View } from 'nuages/views'
import { RecordList } from '../test-tools/site.ts'

describe('handlers/error-handlers', () => {
  afterEach(resetForTests)

  const ERRORS: Readonly<Record<string, unknown>> = {
    sense: new BadRequest('no sense'),
    attack: new SuspiciousOperation('attack'),
    denied: new PermissionDenied('denied'),
    missing: new Http404('missing'),
    ours: new Error('ours'),
  }

  async function ask(name: string, handlers: ErrorHandlers, given: UserSettings = {}) {
    const urls = urlpatterns(
      path('<name>/', (_request, params) => {
        throw ERRORS[params.name]
      }),
    )
    const settings = defineSettings({
      allowedHosts: ['testserver'],
      rootUrlconf: () => Promise.resolve({ urls, ...handlers }),
      logging: { '': { handlers: [new RecordList()] } },
      ...given,
    })
    const application = await getWSGIApplication(settings)
    const response = await new Client(application).get(`/${name}/`, { raiseRequestException: false })
    return { status: response.status, text: await response.text() }
  }

  const own = (status: number) => (request: HttpRequest, error: unknown) =>
    new HttpResponse(`${request.path} ${(error as Error).message}`, { status })
  const all: ErrorHandlers = { handler400: own(400), handler403: own(403), handler404: own(404), handler500: own(500) }

  for (const [name, status] of [
    ['sense', 400],
    ['attack', 400],
    ['denied', 403],
    ['missing', 404],
    ['ours', 500],
  ] as const) {
    test(`the project's own page stands for ${status} (${name})`, async () => {
      assert.deepEqual(await ask(name, all), { status, text: `/${name}/ ${(ERRORS[name] as Error).message}` })
    })
  }

  test('a handler whose answer fails when it is rendered gives way to the page of the framework', async () => {
    const handler404 = (): HttpResponse => {
      const response = new SimpleTemplateResponse('404.html', { requestPath: '/' }, { status: 404 })
      response.addPostRenderCallback(async () => Promise.reject(new RangeError('late')))
      return response
    }
    const { status, text } = await ask('missing', { ...all, handler404 })
    assert.equal(status, 404)
    assert.match(text, /<!doctype html>/i)
  })

  test('only that of 403 is used while debug is on', async () => {
    assert.match((await ask('denied', all, { debug: true })).text, /^\/denied\/ denied$/)
    for (const name of ['missing', 'ours', 'sense']) {
      assert.match((await ask(name, all, { debug: true })).text, /<html/)
      resetForTests()
    }
  })

  test('may be asynchronous, and render late', async () => {
    const late = await ask('missing', {
      handler404: async () => {
        await Promise.resolve()
        return new SimpleTemplateResponse('500.html', {}, { status: 404 })
      },
    })
    assert.equal(late.status, 404)
    assert.match(late.text, /<html/)
  })

  const failing: Array<[what: string, handler: () => never]> = [
    [
      'throws',
      () => {
        throw new Error('a handler that fails')
      },
    ],
    ['rejects', (() => Promise.reject(new Error('a handler that fails'))) as never],
    ['gives nothing', (() => undefined) as never],
    ['gives nothing later', (() => Promise.resolve()) as never],
    ['has a template that is not there', (() => new SimpleTemplateResponse('missing.html')) as never],
  ]
  for (const [what, handler] of failing) {
    test(`one that ${what} is replaced by the page of the framework`, async () => {
      for (const [name, status] of [
        ['missing', 404],
        ['ours', 500],
      ] as const) {
        const answer = await ask(name, { handler404: handler, handler500: handler })
        assert.equal(answer.status, status)
        assert.match(answer.text, /<html/)
        resetForTests()
      }
    })
  }

  test('is refused at once where it is a class', async () => {
    class NotFound extends View {
      override get(): HttpResponse {
        return new HttpResponse('', { status: 404 })
      }
    }
    const rootUrlconf = async () => ({ urls: urlpatterns(), handler404: NotFound as never })
    await assert.rejects(setup(defineSettings({ rootUrlconf })), {
      name: 'ImproperlyConfigured',
      message: 'handler404 was given the class NotFound: write NotFound.asView().',
    })
  })

  test('is checked at the start', async () => {
    const wrong = {
      handler404: 'views.missing',
      handler500: (_request: HttpRequest, _error: unknown, _more: unknown) => new HttpResponse(),
      handler400: () => new HttpResponse(),
    } as unknown as ErrorHandlers
    await setup(defineSettings({ rootUrlconf: () => Promise.resolve({ urls: urlpatterns(), ...wrong }) }))
    const found = (await runChecks({ tags: ['urls'] })).map(({ id, message }) => `${id} ${message}`)
    assert.deepEqual(found, [
      'urls.E007 The custom handler404 is no function.',
      'urls.E007 The custom handler500 takes 3 arguments.',
    ])
  })
})
