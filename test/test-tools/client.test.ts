import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { Application } from 'nuages/gateway'
import { validator } from 'nuages/gateway'
import {
  type HttpRequest,
  HttpResponse,
  HttpResponseRedirect,
  JsonResponse,
  StreamingHttpResponse,
  UploadedFile,
} from 'nuages/http'
import { assertRedirects, Client, RedirectCycleError } from 'nuages/test'
import { include, path, urlpatterns } from 'nuages/urls'
import { makeSite, RecordList } from './site.ts'

describe('test-tools/client', () => {
  afterEach(resetForTests)

  /** Says what it got, as JSON. */
  async function echo(request: HttpRequest): Promise<JsonResponse> {
    const form = await request.form()
    const fields: Array<[string, string]> = []
    for (const [name, value] of form) {
      if (value instanceof UploadedFile) fields.push([name, `${value.name} (${value.type}): ${await value.text()}`])
      else fields.push([name, value as string])
    }
    return new JsonResponse({
      method: request.method,
      uri: request.buildAbsoluteUri(),
      query: [...request.query],
      type: request.contentType,
      length: request.environ.CONTENT_LENGTH,
      cookies: [...request.cookies],
      agent: request.headers.get('User-Agent'),
      fields,
    })
  }

  async function rawBody(request: HttpRequest): Promise<JsonResponse> {
    return new JsonResponse({ type: request.headers.get('Content-Type'), text: await request.text() })
  }

  const urls = urlpatterns(path('echo/', echo), path('raw/', rawBody), path('größe/', echo))

  describe('a client', () => {
    test('asks with any method, and reads the answer as often as it likes', async () => {
      const client = new Client(await makeSite(urls))
      const response = await client.get('/echo/?a=1&a=2')
      assert.equal(response.status, 200)
      assert.equal(response.reason, 'OK')
      assert.equal(response.ok, true)
      assert.equal(response.headers.get('content-type'), 'application/json')
      const answer = (await response.json()) as { method: string; uri: string; query: string[][] }
      assert.equal(answer.method, 'GET')
      assert.equal(answer.uri, 'http://testserver/echo/?a=1&a=2')
      assert.deepEqual(answer.query, [
        ['a', '1'],
        ['a', '2'],
      ])
      assert.deepEqual(JSON.parse(await response.text()), await response.json())
      assert.equal(new TextDecoder().decode(await response.bytes()), await response.text())
      for (const method of ['post', 'put', 'patch', 'delete', 'options'] as const) {
        const { method: seen } = (await (await client[method]('/echo/')).json()) as { method: string }
        assert.equal(seen, method.toUpperCase())
      }
      const purge = (await (await client.generic('PURGE', '/echo/')).json()) as { method: string }
      assert.equal(purge.method, 'PURGE')
    })

    test('gets a head without a body', async () => {
      const response = await new Client(await makeSite(urls)).head('/echo/')
      assert.equal(response.status, 200)
      assert.equal((await response.bytes()).length, 0)
    })

    test('sends a form as an object, urlencoded', async () => {
      const client = new Client(await makeSite(urls))
      const response = await client.post('/echo/', {
        data: { name: 'Zoë & co', n: 3, yes: true, tag: ['a', 'b'], no: undefined },
      })
      const answer = (await response.json()) as { type: string; fields: string[][] }
      assert.equal(answer.type, 'application/x-www-form-urlencoded')
      assert.deepEqual(answer.fields, [
        ['name', 'Zoë & co'],
        ['n', '3'],
        ['yes', 'true'],
        ['tag', 'a'],
        ['tag', 'b'],
      ])
    })

    test('sends a form with a file as multipart, names with quotes and line breaks too', async () => {
      const client = new Client(await makeSite(urls))
      const file = new File(['sky\r\nblue'], 'wölk"chen.txt', { type: 'text/plain' })
      const response = await client.post('/echo/', { data: { 'a"b\nc': 'x\ny', photo: [file, new Blob(['raw'])] } })
      const answer = (await response.json()) as { type: string; fields: string[][] }
      assert.equal(answer.type, 'multipart/form-data')
      assert.deepEqual(answer.fields, [
        ['a"b\r\nc', 'x\r\ny'],
        ['photo', 'wölk"chen.txt (text/plain): sky\r\nblue'],
        ['photo', 'blob (application/octet-stream): raw'],
      ])
    })

    test('sends FormData and URLSearchParams as they are, and an object as multipart when told', async () => {
      const client = new Client(await makeSite(urls))
      const form = new FormData()
      form.append('a', 'ä')
      const asForm = (await (await client.post('/echo/', { data: form })).json()) as {
        type: string
        fields: string[][]
      }
      assert.deepEqual([asForm.type, asForm.fields], ['multipart/form-data', [['a', 'ä']]])
      const params = (await (await client.put('/echo/', { data: new URLSearchParams('a=%2B&b=') })).json()) as {
        fields: string[][]
      }
      assert.deepEqual(params.fields, [
        ['a', '+'],
        ['b', ''],
      ])
      const told = await client.post('/echo/', { data: { a: 1 }, contentType: 'multipart/form-data; boundary=xyz' })
      const toldAnswer = (await told.json()) as { type: string; fields: string[][] }
      assert.deepEqual([toldAnswer.type, toldAnswer.fields], ['multipart/form-data', [['a', '1']]])
    })

    test('sends JSON, strings and bytes, with their types or a given one', async () => {
      const client = new Client(await makeSite(urls))
      const sent = async (options: Parameters<Client['post']>[1]): Promise<unknown> =>
        (await client.post('/raw/', options)).json()
      assert.deepEqual(await sent({ json: { a: [1, null] } }), { type: 'application/json', text: '{"a":[1,null]}' })
      assert.deepEqual(await sent({ json: 1, contentType: 'application/ld+json' }), {
        type: 'application/ld+json',
        text: '1',
      })
      assert.deepEqual(await sent({ data: 'ö' }), { type: 'text/plain; charset=utf-8', text: 'ö' })
      assert.deepEqual(await sent({ data: Buffer.from('b') }), { type: 'application/octet-stream', text: 'b' })
      assert.deepEqual(await sent({ data: '<a/>', contentType: 'text/xml' }), { type: 'text/xml', text: '<a/>' })
      assert.deepEqual(await sent({}), { text: '' })
    })

    test('sends blobs and streams, and takes a type from the headers too', async () => {
      const client = new Client(await makeSite(urls))
      const blob = await client.post('/raw/', { data: new Blob(['b'], { type: 'image/svg+xml' }) })
      assert.deepEqual(await blob.json(), { type: 'image/svg+xml', text: 'b' })
      const streamed = await client.post('/raw/', { data: Readable.from(['ö', Buffer.from('x')]) })
      assert.deepEqual(await streamed.json(), { type: 'application/octet-stream', text: 'öx' })
      assert.equal(streamed.environ.CONTENT_LENGTH, undefined)
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const typed = await client.post('/echo/', { data: 'a=1', headers })
      assert.deepEqual((await typed.json<{ fields: string[][] }>()).fields, [['a', '1']])
      const patch = await client.patch('/raw/', {
        json: [],
        headers: { 'Content-Type': 'application/json-patch+json' },
      })
      assert.deepEqual(await patch.json(), { type: 'application/json-patch+json', text: '[]' })
    })

    test('says what cannot be sent', async () => {
      const client = new Client(await makeSite(urls))
      await assert.rejects(client.post('/raw/', { data: [1] as never }), /and no list/)
      await assert.rejects(client.post('/raw/', { data: { a: Buffer.from('x') as never } }), /new File\(\[bytes\]/)
      await assert.rejects(client.get('/raw/', { query: { a: null as never } }), /"a" of the query is null/)
      await assert.rejects(client.post('/raw/', { data: { a: null as never } }), /"a" is null/)
      await assert.rejects(client.post('/raw/', { data: { a: 1 }, contentType: 'application/json' }), /Give `json`/)
      await assert.rejects(client.post('/raw/', { data: 'a', json: 1 }), /not both/)
      await assert.rejects(client.get('raw/'), /must begin with a slash/)
      await assert.rejects(client.get('/100%/'), /%25/)
      await assert.rejects(client.get('/raw/', { headers: { 'X-A': 'a\r\nb' } }), /line break/)
    })

    test('encodes a path and a query that are not ASCII', async () => {
      const client = new Client(await makeSite(urls))
      const one = (await (await client.get('/größe/', { query: { q: 'ä b', n: [1, 2] } })).json()) as { uri: string }
      assert.equal(one.uri, 'http://testserver/gr%C3%B6%C3%9Fe/?q=%C3%A4+b&n=1&n=2')
      const other = (await (await client.get('/gr%C3%B6%C3%9Fe/?a=1#part', { query: 'b=2' })).json()) as { uri: string }
      assert.equal(other.uri, 'http://testserver/gr%C3%B6%C3%9Fe/?a=1&b=2')
    })

    test('asks by HTTPS, under another host, and with headers of its own or for all requests', async () => {
      const application = await makeSite(urls, { allowedHosts: ['shop.example.com'] })
      const client = new Client(application, {
        host: 'shop.example.com:8443',
        secure: true,
        headers: { 'User-Agent': 'all', 'X-A': '1' },
      })
      type Answer = { uri: string; agent: string }
      const one = (await (await client.get('/echo/')).json()) as Answer
      assert.deepEqual([one.uri, one.agent], ['https://shop.example.com:8443/echo/', 'all'])
      const two = (await (
        await client.get('/echo/', { headers: { 'user-agent': 'own' }, secure: false })
      ).json()) as Answer
      assert.deepEqual([two.uri, two.agent], ['http://shop.example.com:8443/echo/', 'own'])
      const three = (await (await client.get('https://shop.example.com/echo/?x')).json()) as Answer
      assert.equal(three.uri, 'https://shop.example.com/echo/?x')
    })

    test('is let in under its usual host, whatever allowedHosts says, and under no other', async () => {
      const client = new Client(await makeSite(urlpatterns(path('', (r) => new HttpResponse(r.getHost())))))
      assert.equal(await (await client.get('/')).text(), 'testserver')
      assert.equal((await client.get('/', { host: 'elsewhere.example' })).status, 400)
    })

    test('collects an answer that streams, and works on any application', async () => {
      const application: Application = (_environ, startResponse) => {
        startResponse('203 Half True', [
          ['Content-Type', 'text/plain'],
          ['X-Odd', 'ÿ'],
        ])
        return (async function* () {
          const buffer = Buffer.from('a')
          yield buffer
          buffer[0] = 'b'.charCodeAt(0)
          yield buffer
        })()
      }
      const response = await new Client(validator(application)).get('/')
      assert.equal(response.status, 203)
      assert.equal(response.reason, 'Half True')
      assert.equal(response.headers.get('X-Odd'), 'ÿ')
      assert.equal(await response.text(), 'ab')
    })
  })

  describe('an error in a view', () => {
    const broken = urlpatterns(
      path('throws/', () => {
        throw new RangeError('out of clouds')
      }),
      path('undefined/', () => {
        throw undefined
      }),
      path('stream/', () => new StreamingHttpResponse(failing('x'))),
      path('early/', () => new StreamingHttpResponse(failing())),
    )

    test('is thrown in the test', async () => {
      const client = new Client(await makeSite(broken))
      await assert.rejects(client.get('/throws/'), (error) => error instanceof RangeError)
      await assert.rejects(client.get('/stream/'), /the stream broke/)
      await assert.rejects(client.get('/early/'), /the stream broke/)
      assert.equal(await client.get('/undefined/').catch(() => 'rejected'), 'rejected')
    })

    test('gives the page, and the error beside it, where raiseRequestException is false', async () => {
      const log = new RecordList()
      const client = new Client(await makeSite(broken, {}, log), { raiseRequestException: false })
      const response = await client.get('/throws/')
      assert.equal(response.status, 500)
      assert.ok(response.error instanceof RangeError)
      const cut = await client.get('/stream/')
      assert.deepEqual([cut.status, await cut.text()], [200, 'x'])
      assert.match(String(cut.error), /the stream broke/)
      assert.equal(log.lines.at(-1), 'error nuages.request: Answer Cut Off: /stream/')
      assert.equal((await client.get('/nowhere/')).error, undefined)
    })

    test('belongs to its own request, though others run at the same time', async () => {
      let release = (): void => {}
      const gate = new Promise<void>((resolve) => (release = resolve))
      const slow = async (): Promise<HttpResponse> => {
        await gate
        return new HttpResponse('slow')
      }
      const client = new Client(await makeSite(urlpatterns(path('slow/', slow), include('', broken))))
      const waiting = client.get('/slow/')
      await assert.rejects(client.get('/throws/'))
      release()
      assert.equal(await (await waiting).text(), 'slow')
    })

    test('of an application without a framework is thrown too', async () => {
      const client = new Client(() => {
        throw new RangeError('bare')
      })
      await assert.rejects(client.get('/'), /bare/)
      const response = await client.get('/', { raiseRequestException: false })
      assert.equal(response.status, 500)
      assert.match(response.errorLog, /bare/)
    })
  })

  async function* failing(...chunks: string[]): AsyncGenerator<string> {
    yield* chunks
    throw new Error('the stream broke')
  }

  describe('redirects', () => {
    const to =
      (target: string, status = 302) =>
      () =>
        new HttpResponseRedirect(target, { preserveRequest: status === 307 })
    const raw = (location: string) => () => new HttpResponse('', { status: 302, headers: { Location: location } })
    const chain = urlpatterns(
      path('echo/', echo),
      path('a/', to('/b/?x=1')),
      path('b/', to('../echo/?from=b#part')),
      path('again/', to('/echo/', 307)),
      path('loop/', to('/loop/')),
      path('near/', to('/headers/')),
      path('far/', to('http://other.example/headers/')),
      path('mail/', raw('mailto:a@b')),
      path('bad/', raw('http://[')),
      path('headers/', (request) => {
        return new JsonResponse({ uri: request.buildAbsoluteUri(), names: [...request.headers].map(([name]) => name) })
      }),
      path('endless/<int:n>/', (_request, { n }) => new HttpResponseRedirect(`/endless/${n + 1}/`)),
      path('secure/', to('https://testserver/echo/')),
    )

    test('are not followed unless told', async () => {
      const response = await new Client(await makeSite(chain)).get('/a/')
      assert.deepEqual([response.status, response.headers.get('Location')], [302, '/b/?x=1'])
      assert.deepEqual(response.redirectChain, [])
    })

    test('are followed to their end, relative ones too', async () => {
      const response = await new Client(await makeSite(chain)).get('/a/', { follow: true, query: { kept: 'no' } })
      assert.deepEqual(response.redirectChain, [
        { url: 'http://testserver/b/?x=1', status: 302 },
        { url: 'http://testserver/echo/?from=b', status: 302 },
      ])
      assert.equal((await response.json<{ uri: string }>()).uri, 'http://testserver/echo/?from=b')
    })

    test('turn a POST into a GET, unless the answer says to repeat it', async () => {
      const client = new Client(await makeSite(chain))
      type Answer = { method: string; length: string | undefined; fields: string[][] }
      const turned = (await (await client.post('/a/', { data: { n: 1 }, follow: true })).json()) as Answer
      assert.deepEqual([turned.method, turned.length, turned.fields], ['GET', undefined, []])
      const repeated = (await (await client.post('/again/', { data: { n: 1 }, follow: true })).json()) as Answer
      assert.deepEqual([repeated.method, repeated.fields], ['POST', [['n', '1']]])
    })

    test('to HTTPS ask by HTTPS', async () => {
      const response = await new Client(await makeSite(chain)).get('/secure/', { follow: true })
      assert.equal((await response.json<{ uri: string }>()).uri, 'https://testserver/echo/')
    })

    test('take what is meant for one host alone to no other one, and no body where it stays behind', async () => {
      const client = new Client(await makeSite(chain, { allowedHosts: ['testserver', 'other.example'] }))
      const headers = { Host: 'testserver', Authorization: 'Basic eA==', Cookie: 'a=b', 'X-A': '1' }
      type Answer = { uri: string; names: string[] }
      const near = await (await client.post('/near/', { json: 1, headers, follow: true })).json<Answer>()
      assert.deepEqual(near, {
        uri: 'http://testserver/headers/',
        names: ['Host', 'Authorization', 'Cookie', 'X-A'],
      })
      const far = await (await client.get('/far/', { headers, follow: true })).json<Answer>()
      assert.deepEqual(far, { uri: 'http://other.example/headers/', names: ['Host', 'X-A'] })
      const typed = { 'Content-Type': 'text/plain', 'Content-Language': 'de' }
      const turned = await client.post('/near/', { data: 'x', headers: typed, follow: true })
      assert.deepEqual((await turned.json<Answer>()).names, ['Host'])
    })

    test('that lead to no address, or want a stream again, are an error that says from where', async () => {
      const client = new Client(await makeSite(chain))
      const ask = (path: string): Promise<unknown> => client.get(path, { follow: true })
      await assert.rejects(ask('/mail/'), {
        message: /The redirect of http:\/\/testserver\/mail\/ leads to "mailto:a@b"/,
      })
      await assert.rejects(ask('/bad/'), { message: /leads to "http:\/\/\[", which is no URL\.$/ })
      await assert.rejects(assertRedirects(await client.get('/bad/'), '/x/'), /"http:\/\/\[", which is no URL/)
      const again = client.post('/again/', { data: Readable.from(['x']), follow: true })
      await assert.rejects(again, /A stream cannot be sent a second time/)
    })

    test('that never arrive are an error with the last answer', async () => {
      const client = new Client(await makeSite(chain))
      await assert.rejects(client.get('/loop/', { follow: true }), (error) => {
        assert.ok(error instanceof RedirectCycleError)
        assert.equal(error.response.status, 302)
        return /circle/.test(error.message)
      })
      await assert.rejects(client.get('/endless/1/', { follow: true }), /20 were followed/)
    })
  })

  describe('a mount', () => {
    test('is the beginning of the paths that are asked for', async () => {
      const client = new Client(await makeSite(urls), { scriptName: '/shop' })
      const response = await client.get('/shop/echo/')
      assert.deepEqual([response.environ.SCRIPT_NAME, response.environ.PATH_INFO], ['/shop', '/echo/'])
      assert.equal((await response.json<{ uri: string }>()).uri, 'http://testserver/shop/echo/')
      await assert.rejects(client.get('/shopping/'), /not below/)
    })
  })

  describe('a client that leaves', () => {
    test('rejects with the reason of its signal, once the application is done', async () => {
      const done: string[] = []
      const wait = async (request: HttpRequest): Promise<HttpResponse> => {
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve, { once: true }))
        done.push('view')
        return new HttpResponse('late')
      }
      const client = new Client(await makeSite(urlpatterns(path('', wait))))
      const controller = new AbortController()
      const asked = client.get('/', { signal: controller.signal })
      controller.abort(new Error('gone'))
      await assert.rejects(asked, /gone/)
      assert.deepEqual(done, ['view'])
    })
  })
})
