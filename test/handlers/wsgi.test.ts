import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { type Application, createServer } from 'nuages/gateway'
import {
  gotRequestException,
  type HttpRequest,
  HttpResponse,
  HttpResponseNotModified,
  JsonResponse,
  type Middleware,
  requestFinished,
  requestStarted,
  StreamingHttpResponse,
  UploadedFile,
} from 'nuages/http'
import { commonMiddleware } from 'nuages/middleware'
import type { Signal } from 'nuages/signals'
import { assertLogs, Client, createEnviron } from 'nuages/test'
import { getScriptPrefix, path as route, reverseUntyped, urlpatterns } from 'nuages/urls'
import { redirect, render } from 'nuages/views'
import { connected as withFastCGI, END, request, STDOUT, variables } from '../gateway/fastcgi-client.ts'
import { makeSite, RecordList } from '../test-tools/site.ts'

describe('handlers/wsgi', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-wsgi-'))
  fs.writeFileSync(path.join(directory, 'links.html'), "{{ url('page') }} {{ static('a b.css') }}")

  const connected: Array<() => void> = []
  afterEach(() => {
    for (const disconnect of connected.splice(0)) disconnect()
    resetForTests()
  })
  after(() => fs.rmSync(directory, { recursive: true }))

  function connect<T>(signal: Signal<T>, receiver: (payload: T) => unknown): void {
    signal.connect(receiver)
    connected.push(() => signal.disconnect(receiver))
  }

  describe('the length of an answer', () => {
    const urls = urlpatterns(
      route('', () => new HttpResponse('page')),
      route('own/', () => new HttpResponse('page', { headers: { 'content-length': '4' } })),
      route('empty/', () => new HttpResponse()),
      route('unchanged/', () => new HttpResponseNotModified()),
      route('none/', () => new HttpResponse('', { status: 204 })),
      route('stream/', () => new StreamingHttpResponse(['a', 'b'])),
    )

    for (const [method, target, expected] of [
      ['GET', '/', '4'],
      ['HEAD', '/', '4'],
      ['GET', '/own/', '4'],
      ['GET', '/empty/', '0'],
      ['HEAD', '/empty/', null],
      ['GET', '/unchanged/', null],
      ['GET', '/none/', null],
      ['GET', '/stream/', null],
    ] as const) {
      test(`${method} ${target}: ${expected}`, async () => {
        const response = await new Client(await makeSite(urls)).generic(method, target)
        assert.equal(response.headers.get('Content-Length'), expected)
      })
    }

    test('is that of the content as the outermost layer leaves it', async () => {
      const longer: Middleware = (getResponse) => async (request) => {
        const response = await getResponse(request)
        if (!response.streaming) response.write(' and more')
        return response
      }
      const client = new Client(await makeSite(urls, { middleware: [longer, commonMiddleware] }))
      const response = await client.get('/')
      assert.deepEqual([await response.text(), response.headers.get('Content-Length')], ['page and more', '13'])
    })

    test('lets a whole answer leave in one record of FastCGI, with its end, and not in chunks of HTTP', async () => {
      const application = await makeSite(urls)
      for (const [target, text] of [
        ['/', 'page'],
        ['/empty/', ''],
      ] as const) {
        await withFastCGI(application, async (client) => {
          client.send(request(variables({ PATH_INFO: target, REQUEST_URI: target })))
          const [whole, end, over] = [await client.next(), await client.next(), await client.next()]
          assert.ok(whole?.content.toString().endsWith(`\r\n\r\n${text}`))
          assert.deepEqual([whole?.type, end?.type, end?.content.length, over?.type], [STDOUT, STDOUT, 0, END])
        })
      }
      const server = createServer(application)
      const { port } = (await server.listen({ port: 0 })) as { port: number }
      try {
        const response = await fetch(`http://localhost:${port}/`)
        assert.equal(response.headers.get('Transfer-Encoding'), null)
        assert.equal(await response.text(), 'page')
      } finally {
        await server.close({ timeout: 0 })
      }
    })
  })

  describe('the signals of a request', () => {
    /** Notes each signal, and each byte that a gateway takes. */
    const listen = (): string[] => {
      const notes: string[] = []
      connect(requestStarted, () => notes.push('started'))
      connect(gotRequestException, () => notes.push('exception'))
      connect(requestFinished, () => notes.push('finished'))
      return notes
    }
    const noting = (application: Application, notes: string[]): Application => {
      return async (environ, startResponse) => {
        const body = (await application(environ, startResponse)) as AsyncIterable<Uint8Array> | Iterable<Uint8Array>
        return (async function* () {
          for await (const chunk of body) {
            notes.push(`sent ${Buffer.from(chunk).toString()}`)
            yield chunk
          }
        })()
      }
    }
    const urls = urlpatterns(
      route('', () => new HttpResponse('page')),
      route('empty/', () => new HttpResponse()),
      route('stream/', () => new StreamingHttpResponse(['a', 'b'])),
      route('throws/', () => {
        throw new RangeError('x')
      }),
      route('cut/', () => new StreamingHttpResponse(cut())),
    )

    test('are answered all the same where a receiver of the last one fails, which is logged', async () => {
      const failure = new RangeError('the receiver broke')
      connect(requestFinished, () => {
        throw failure
      })
      const application = await makeSite(urls)
      const { records } = await assertLogs('nuages.dispatch', async () => {
        assert.equal(await (await new Client(application).get('/')).text(), 'page')
        await new Promise(setImmediate)
      })
      assert.deepEqual(
        records.map(({ error }) => error),
        [failure],
      )
    })

    for (const [target, expected] of [
      ['/', ['started', 'sent page', 'finished']],
      ['/empty/', ['started', 'finished']],
      ['/stream/', ['started', 'sent a', 'sent b', 'finished']],
      ['/cut/', ['started', 'sent a', 'exception', 'finished']],
    ] as const) {
      test(`are sent once each, the last after the last byte of ${target}`, async () => {
        const notes = listen()
        const application = noting(await makeSite(urls), notes)
        await new Client(application, { raiseRequestException: false }).get(target)
        await new Promise(setImmediate)
        assert.deepEqual(notes, expected)
      })
    }

    test('are sent once each for an error and for a 404', async () => {
      const notes = listen()
      const client = new Client(await makeSite(urls), { raiseRequestException: false })
      await client.get('/throws/')
      await client.get('/nowhere/')
      assert.deepEqual(notes, ['started', 'exception', 'finished', 'started', 'finished'])
    })

    test('are sent for a HEAD', async () => {
      const notes = listen()
      const client = new Client(await makeSite(urls))
      await client.head('/')
      await client.head('/stream/')
      assert.deepEqual(notes, ['started', 'finished', 'started', 'finished'])
    })

    test('of the start with a receiver that fails become a 500, and the end is told all the same', async () => {
      const notes: string[] = []
      const log = new RecordList()
      connect(requestStarted, () => {
        throw new RangeError('the receiver broke')
      })
      connect(requestFinished, () => notes.push('finished'))
      const response = await new Client(await makeSite(urls, {}, log)).get('/', { raiseRequestException: false })
      assert.equal(response.status, 500)
      assert.match(response.headers.get('Content-Type') ?? '', /html/)
      assert.deepEqual(log.lines, ['error nuages.request: Internal Server Error: /'])
      assert.deepEqual(notes, ['finished'])
    })

    test('of the end with a receiver that fails is logged, and the answer whole', async () => {
      const log = new RecordList()
      connect(requestFinished, async () => {
        await Promise.resolve()
        throw new RangeError('the receiver broke')
      })
      const response = await new Client(await makeSite(urls, {}, log)).get('/')
      await new Promise(setImmediate)
      assert.equal(await response.text(), 'page')
      assert.equal(log.records.length, 1)
    })

    test('tell the end where the head is refused by the gateway', async () => {
      const notes = listen()
      const bad = (): HttpResponse => new HttpResponse('x', { headers: { 'Content-Length': 'many' } })
      const client = new Client(await makeSite(urlpatterns(route('', bad))), { raiseRequestException: false })
      assert.equal((await client.get('/')).status, 500)
      assert.deepEqual(notes, ['started', 'finished'])
    })

    test('tell the end where errors go through to the gateway', async () => {
      const notes = listen()
      const application = await makeSite(urls, { debugPropagateExceptions: true })
      await assert.rejects(new Client(application).get('/throws/'))
      assert.deepEqual(notes, ['started', 'exception', 'finished'])
    })
  })

  async function* cut(): AsyncGenerator<string> {
    yield 'a'
    throw new Error('cut')
  }

  describe('temporary files of an upload', () => {
    const uploads = fs.mkdtempSync(path.join(directory, 'uploads-'))
    const settings = { fileUploadMaxMemorySize: 10, fileUploadTempDir: uploads }
    const data = (): FormData => {
      const form = new FormData()
      form.append('file', new File(['x'.repeat(1000)], 'big.txt'))
      return form
    }
    const pathOf = async (request: HttpRequest): Promise<string> => {
      const file = (await request.form()).get('file')
      assert.ok(file instanceof UploadedFile)
      assert.equal(fs.existsSync(file.path as string), true)
      return file.path as string
    }

    test('are removed at the end of the answer', async () => {
      const view = async (request: HttpRequest): Promise<HttpResponse> => new HttpResponse(await pathOf(request))
      const client = new Client(await makeSite(urlpatterns(route('', view)), settings))
      const response = await client.post('/', { data: data() })
      await removed(uploads)
      assert.equal(fs.existsSync(await response.text()), false)
    })

    for (const [what, view] of [
      [
        'the view throws',
        async (request: HttpRequest) => {
          await pathOf(request)
          throw new RangeError('x')
        },
      ],
      [
        'the form is read while the answer streams',
        (request: HttpRequest) =>
          new StreamingHttpResponse(
            (async function* () {
              yield await pathOf(request)
            })(),
          ),
      ],
      [
        'the head of the answer is refused',
        async (request: HttpRequest) => {
          await pathOf(request)
          return new HttpResponse('x', { headers: { 'Content-Length': 'many' } })
        },
      ],
    ] as const) {
      test(`are removed when ${what}`, async () => {
        const client = new Client(await makeSite(urlpatterns(route('', view)), settings), {
          raiseRequestException: false,
        })
        await client.post('/', { data: data() })
        await removed(uploads)
      })
    }

    test('are removed when the client leaves', async () => {
      const controller = new AbortController()
      const view = (request: HttpRequest): StreamingHttpResponse =>
        new StreamingHttpResponse(
          (async function* () {
            yield await pathOf(request)
            controller.abort()
            yield 'more'
          })(),
        )
      const client = new Client(await makeSite(urlpatterns(route('', view)), settings))
      await assert.rejects(client.post('/', { data: data(), signal: controller.signal }))
      await removed(uploads)
    })
  })

  /** Waits for a directory to be empty; the test's own limit is the bound. */
  async function removed(uploads: string): Promise<void> {
    while (fs.readdirSync(uploads).length > 0) await new Promise(setImmediate)
  }

  describe('a site under a mount', () => {
    const templates = { dirs: [directory] }
    const settings = { templates, staticUrl: 'static/' }
    let release = (): void => {}
    let gate = Promise.resolve()
    const links = (): object => ({ prefix: getScriptPrefix(), page: reverseUntyped('page') })
    const urls = urlpatterns(
      route('page/', (request) => render(request, 'links.html'), 'page'),
      route('links/', () => new JsonResponse(links())),
      route('go/', () => redirect('page'), 'go'),
      route('full/', (request) => new HttpResponse(`${request.path} ${request.buildAbsoluteUri()}`)),
      route('slow/', async () => {
        await gate
        return new JsonResponse(links())
      }),
      route(
        'stream/',
        () =>
          new StreamingHttpResponse(
            (async function* () {
              await gate
              yield reverseUntyped('page')
            })(),
          ),
      ),
    )

    test('has its prefix in every link', async () => {
      const client = new Client(await makeSite(urls, settings), { scriptName: '/shop' })
      assert.deepEqual(await (await client.get('/shop/links/')).json(), { prefix: '/shop/', page: '/shop/page/' })
      assert.equal(await (await client.get('/shop/page/')).text(), '/shop/page/ /shop/static/a%20b.css')
      assert.equal((await client.get('/shop/go/')).headers.get('Location'), '/shop/page/')
      assert.equal(await (await client.get('/shop/full/')).text(), '/shop/full/ http://testserver/shop/full/')
      assert.deepEqual((await client.get('/shop/go/', { follow: true })).redirectChain, [
        { url: 'http://testserver/shop/page/', status: 302 },
      ])
    })

    test('has none at the root', async () => {
      const client = new Client(await makeSite(urls, settings))
      assert.deepEqual(await (await client.get('/links/')).json(), { prefix: '/', page: '/page/' })
      assert.equal(await (await client.get('/page/')).text(), '/page/ /static/a%20b.css')
    })

    test('encodes a prefix that is not plain ASCII', async () => {
      const client = new Client(await makeSite(urls, settings), { scriptName: '/größe x' })
      assert.equal(
        await (await client.get('/größe x/page/')).text(),
        '/gr%C3%B6%C3%9Fe%20x/page/ /gr%C3%B6%C3%9Fe%20x/static/a%20b.css',
      )
      assert.equal((await client.get('/größe x/go/')).headers.get('Location'), '/gr%C3%B6%C3%9Fe%20x/page/')
    })

    test('keeps the mounts of requests apart that run at the same time, while they stream too', async () => {
      gate = new Promise((resolve) => (release = resolve))
      const application = await makeSite(urls, settings)
      const mounts = ['', '/a', '/b', '/a/b', '']
      const clients = mounts.map((scriptName) => new Client(application, { scriptName }))
      const slow = clients.map((client, i) => client.get(`${mounts[i]}/slow/`))
      const streams = clients.map((client, i) => client.get(`${mounts[i]}/stream/`))
      await new Promise(setImmediate)
      release()
      const prefixes = (await Promise.all((await Promise.all(slow)).map((response) => response.json()))) as Array<{
        prefix: string
      }>
      assert.deepEqual(
        prefixes.map(({ prefix }) => prefix),
        ['/', '/a/', '/b/', '/a/b/', '/'],
      )
      assert.deepEqual(
        await Promise.all((await Promise.all(streams)).map((response) => response.text())),
        mounts.map((mount) => `${mount}/page/`),
      )
    })

    test('takes the prefix of forceScriptName, whatever the gateway says', async () => {
      const application = await makeSite(urls, { ...settings, forceScriptName: '/forced/' })
      for (const scriptName of ['', '/other']) {
        const client = new Client(application, { scriptName })
        assert.equal(await (await client.get(`${scriptName}/page/`)).text(), '/forced/page/ /forced/static/a%20b.css')
        assert.equal(
          await (await client.get(`${scriptName}/full/`)).text(),
          '/forced/full/ http://testserver/forced/full/',
        )
      }
      const atRoot = await makeSite(urls, { ...settings, forceScriptName: '' })
      const client = new Client(atRoot, { scriptName: '/other' })
      assert.equal(await (await client.get('/other/page/')).text(), '/page/ /static/a%20b.css')
    })

    test('leaves an absolute staticUrl alone', async () => {
      for (const [staticUrl, expected] of [
        ['/assets/', '/assets/a%20b.css'],
        ['https://cdn.example.com/', 'https://cdn.example.com/a%20b.css'],
      ] as const) {
        const client = new Client(await makeSite(urls, { ...settings, staticUrl }), { scriptName: '/shop' })
        assert.equal(await (await client.get('/shop/page/')).text(), `/shop/page/ ${expected}`)
      }
    })
  })

  describe('a request that makes no sense', () => {
    test('is a 400: a NUL, broken UTF-8 in the path', async () => {
      const client = new Client(await makeSite(urlpatterns(route('<path:rest>', () => new HttpResponse('x')))))
      for (const target of ['/a%00b', '/a%FFb', '/%C3']) assert.equal((await client.get(target)).status, 400)
    })

    test('with an empty path is for the root', async () => {
      const application = await makeSite(urlpatterns(route('', (request) => new HttpResponse(request.path))))
      const client = new Client(application)
      assert.equal(await (await client.get('/', { environ: { PATH_INFO: '' } })).text(), '/')
      assert.equal(await (await client.get('/shop', { scriptName: '/shop' })).text(), '/shop/')
    })

    test('with a Host that is not allowed is a 400, wherever the Host is asked for', async () => {
      const asks = (request: HttpRequest): HttpResponse => new HttpResponse(request.buildAbsoluteUri())
      for (const debug of [true, false]) {
        const application = await makeSite(urlpatterns(route('', asks)), { debug, allowedHosts: ['example.com'] })
        for (const host of ['evil.com', 'example.com@evil.com', 'example.com/..', '[::1', 'a b', '', 'example.com:x']) {
          const response = await new Client(application).get('/', { headers: { Host: host } })
          assert.equal(response.status, 400, host)
        }
      }
    })
  })

  test('an application can be called by hand', async () => {
    const application = await makeSite(urlpatterns(route('', () => new HttpResponse('by hand'))))
    const body = application(createEnviron('/'), (status) => assert.equal(status, '200 OK')) as HttpResponse
    assert.equal(Buffer.concat([...body]).toString(), 'by hand')
  })
})
