import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import {
  BadRequest,
  Http404,
  MultiPartParserError,
  PermissionDenied,
  RequestDataTooBig,
  SuspiciousOperation,
  UnreadablePostError,
} from 'nuages/exceptions'
import { gotRequestException, type HttpRequest, HttpResponse, type Middleware } from 'nuages/http'
import { Client } from 'nuages/test'
import { path as route, urlpatterns } from 'nuages/urls'
import { makeSite, RecordList } from '../test-tools/site.ts'

describe('handlers/exception', () => {
  const broken = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-exception-'))
  for (const page of ['400', '403', '404', '500']) {
    fs.writeFileSync(path.join(broken, `${page}.html`), '{{ nothing.at.all() }}')
  }

  afterEach(resetForTests)
  after(() => fs.rmSync(broken, { recursive: true }))

  const passOn: Middleware = (getResponse) => (request) => getResponse(request)

  function throwing(error: unknown): () => HttpResponse {
    return () => {
      throw error
    }
  }

  describe('what a view answers itself', () => {
    const table: ReadonlyArray<readonly [status: number, lines: readonly string[]]> = [
      [200, []],
      [302, []],
      [404, ['warning nuages.request: Not Found: /']],
      [429, ['warning nuages.request: Too Many Requests: /']],
      [499, []],
      [503, ['error nuages.request: Service Unavailable: /']],
    ]
    for (const [status, lines] of table) {
      test(`is in the log where it is a refusal: ${status}`, async () => {
        const log = new RecordList()
        const view = () => new HttpResponse('', { status })
        const application = await makeSite(urlpatterns(route('', view)), {}, log)
        await new Client(application).get('/')
        assert.deepEqual(log.lines, lines)
      })
    }
  })

  describe('what a response holds is let go, once, where another takes its place:', () => {
    const table: ReadonlyArray<readonly [name: string, after: () => unknown, status: number]> = [
      ['a layer that throws', throwing(new Error('after')), 500],
      ['a layer that rejects', () => Promise.reject(new Http404('after')), 404],
      ['a layer that answers nothing', () => undefined, 500],
      ['a layer that answers another', () => new HttpResponse('other', { status: 202 }), 202],
      ['a layer that waits, and answers another', async () => new HttpResponse('other', { status: 202 }), 202],
    ]
    for (const [name, after, status] of table) {
      for (const debugPropagateExceptions of [false, true]) {
        test(`${name}${debugPropagateExceptions ? ', though errors go on' : ''}`, async () => {
          const closed: string[] = []
          const view = () => {
            const response = new HttpResponse('page')
            response.addCloser(() => void closed.push('page'))
            return response
          }
          const layer: Middleware = (getResponse) => async (request) => {
            await getResponse(request)
            return (await after()) as HttpResponse
          }
          const settings = { middleware: [passOn, layer, passOn], debugPropagateExceptions }
          const application = await makeSite(urlpatterns(route('', view)), settings)
          const client = new Client(application, { raiseRequestException: false })
          assert.equal((await client.get('/')).status, status)
          assert.deepEqual(closed, ['page'])
        })
      }
    }
  })

  describe('what a view throws', () => {
    const table: ReadonlyArray<readonly [error: Error, status: number, line: RegExp]> = [
      [new Http404('No such cloud.'), 404, /^warning nuages\.request: Not Found: \/$/],
      [new PermissionDenied('Not you.'), 403, /^warning nuages\.request: Forbidden \(Not you\.\): \/$/],
      [new BadRequest('No sense.'), 400, /^warning nuages\.request: Bad Request \(No sense\.\): \/$/],
      [new MultiPartParserError('No form.'), 400, /^warning nuages\.request: Bad Request/],
      [new UnreadablePostError('Cut.'), 400, /^warning nuages\.request: Bad Request/],
      [new SuspiciousOperation('Hm.'), 400, /^error nuages\.security\.SuspiciousOperation: Hm\.$/],
      [new RequestDataTooBig('Fat.'), 400, /^error nuages\.security\.RequestDataTooBig: Fat\.$/],
      [new RangeError('Ours.'), 500, /^error nuages\.request: Internal Server Error: \/$/],
    ]
    for (const debug of [false, true]) {
      for (const [error, status, line] of table) {
        test(`${error.name} becomes ${status}, logged once, ${debug ? 'while debug' : 'without debug'}`, async () => {
          const log = new RecordList()
          const middleware = [passOn, passOn]
          const application = await makeSite(urlpatterns(route('', throwing(error))), { debug, middleware }, log)
          const response = await new Client(application).get('/', { raiseRequestException: false })
          assert.equal(response.status, status)
          assert.match(response.headers.get('Content-Type') ?? '', /^text\/html/)
          assert.equal(log.lines.length, 1)
          assert.match(log.lines[0] as string, line)
          assert.equal(log.records[0]?.extra['status'], status)
          if (!debug) assert.doesNotMatch(await response.text(), /\.ts:\d/)
        })
      }
    }
  })

  describe('an error page that fails itself', () => {
    for (const [error, status, text] of [
      [new Http404('x'), 404, 'Not Found\n'],
      [new PermissionDenied('x'), 403, 'Forbidden\n'],
      [new BadRequest('x'), 400, 'Bad Request\n'],
      [new SuspiciousOperation('x'), 400, 'Bad Request\n'],
      [new Error('x'), 500, 'Internal Server Error\n'],
    ] as const) {
      test(`is replaced by plain words for ${error.name}`, async () => {
        const log = new RecordList()
        const settings = { templates: { dirs: [broken] } }
        const application = await makeSite(urlpatterns(route('', throwing(error))), settings, log)
        const response = await new Client(application).get('/', { raiseRequestException: false })
        assert.deepEqual([response.status, await response.text()], [status, text])
        assert.equal(response.headers.get('Content-Type'), 'text/plain; charset=utf-8')
        assert.equal(log.lines.length, 2)
        assert.equal(log.lines[1], `error nuages.request: The error page for ${status} failed: /`)
      })
    }
  })

  describe('gotRequestException', () => {
    const listen = (receiver: (payload: { request: HttpRequest; error: unknown }) => unknown): Disposable => {
      gotRequestException.connect(receiver)
      return { [Symbol.dispose]: () => void gotRequestException.disconnect(receiver) }
    }

    test('is sent once for an error of ours, and not for an answer such as 404', async () => {
      const errors: unknown[] = []
      using _listening = listen(({ error }) => errors.push(error))
      const urls = urlpatterns(route('', throwing(new RangeError('x'))), route('404/', throwing(new Http404())))
      const client = new Client(await makeSite(urls, { middleware: [passOn, passOn] }), {
        raiseRequestException: false,
      })
      await client.get('/')
      await client.get('/404/')
      assert.deepEqual(errors.map(String), ['RangeError: x'])
    })

    test('with a receiver that fails still ends in one page, and the failure is logged', async () => {
      using _listening = listen(() => {
        throw new TypeError('the receiver broke')
      })
      const log = new RecordList()
      const application = await makeSite(
        urlpatterns(route('', throwing(new RangeError('x')))),
        { middleware: [passOn, passOn] },
        log,
      )
      const response = await new Client(application).get('/', { raiseRequestException: false })
      assert.equal(response.status, 500)
      assert.equal(log.records.filter(({ error }) => /receiver broke/.test(String(error))).length, 1)
      assert.equal(log.records.filter(({ error }) => error instanceof RangeError).length, 1)
    })
  })

  describe('debugPropagateExceptions', () => {
    test('lets an error reach the gateway, and is told of it once', async () => {
      let told = 0
      const receiver = (): void => void (told += 1)
      gotRequestException.connect(receiver)
      try {
        const application = await makeSite(urlpatterns(route('', throwing(new RangeError('x')))), {
          debugPropagateExceptions: true,
          middleware: [passOn, passOn],
        })
        const response = await new Client(application).get('/', { raiseRequestException: false })
        assert.deepEqual([response.status, await response.text()], [500, 'Internal Server Error\n'])
        assert.match(response.errorLog, /RangeError: x/)
        assert.equal(told, 1)
      } finally {
        gotRequestException.disconnect(receiver)
      }
    })

    test('leaves answers such as 404 alone', async () => {
      const application = await makeSite(urlpatterns(), { debugPropagateExceptions: true })
      assert.equal((await new Client(application).get('/')).status, 404)
    })
  })

  describe('a client that has left', () => {
    const leaving = async (view: (request: HttpRequest) => Promise<HttpResponse>): Promise<[string[], number[]]> => {
      const log = new RecordList()
      const statuses: number[] = []
      const watch: Middleware = (getResponse) => async (request) => {
        const response = await getResponse(request)
        statuses.push(response.status)
        return response
      }
      const controller = new AbortController()
      const application = await makeSite(urlpatterns(route('', view)), { middleware: [watch] }, log)
      const asked = new Client(application).get('/', { signal: controller.signal })
      await new Promise(setImmediate)
      controller.abort()
      await assert.rejects(asked)
      return [log.lines, statuses]
    }
    const aborted = (request: HttpRequest): Promise<never> =>
      new Promise((_resolve, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error)),
      )

    test('is answered by 499, and nothing is logged, where the view gives up for that reason', async () => {
      assert.deepEqual(await leaving(aborted), [[], [499]])
    })

    test('is answered by 499 where the body broke off', async () => {
      const view = (request: HttpRequest): Promise<never> =>
        aborted(request).catch(() => {
          throw new UnreadablePostError('broke off')
        })
      assert.deepEqual(await leaving(view), [[], [499]])
    })

    test('hides no error that has another reason', async () => {
      const view = (request: HttpRequest): Promise<never> =>
        aborted(request).catch(() => {
          throw new RangeError('ours')
        })
      const [lines, statuses] = await leaving(view)
      assert.deepEqual(lines, ['error nuages.request: Internal Server Error: /'])
      assert.deepEqual(statuses, [500])
    })
  })
})
