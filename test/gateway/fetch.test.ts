import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Application, type Environ, createServer, fromFetch, toFetch } from 'nuages/gateway'
import { mount, resolve, urlpatterns } from 'nuages/urls'
import { HttpRequest } from 'nuages/http'
import { ask, inputOf } from './ask.ts'
import { type Answer, bodyOf, conformanceApplication, defineConformance, type Exchange } from './conformance.ts'
import { TextSink } from './helpers.ts'

const ORIGIN = 'http://site.example'
const TEXT = [['Content-Type', 'text/plain']] as const
const quiet = { errors: { write: () => {} } }

/** Send an exchange as a `Request`. */
async function sendFetch(handler: (request: Request) => Promise<Response>, exchange: Exchange): Promise<Answer> {
  const body = bodyOf(exchange)
  const headers = new Headers((exchange.headers ?? []).map(([name, value]) => [name, value]))
  const has = exchange.body !== undefined && body.length > 0
  if (has && exchange.chunked !== true) headers.set('Content-Length', String(body.length))
  const chunks = typeof exchange.body === 'object' ? exchange.body : [body]
  const response = await handler(
    new Request(ORIGIN + exchange.path, {
      method: exchange.method,
      headers,
      ...(has ? { body: ReadableStream.from(chunks), duplex: 'half' } : {}),
    }),
  )
  return {
    status: response.status,
    reason: response.statusText,
    headers: [...response.headers].flatMap(([name, value]) =>
      // `Headers` joins what came twice.
      (name === 'x-twice' ? value.split(', ') : [value]).map((each): [string, string] => [name, each]),
    ),
    body: new Uint8Array(await response.arrayBuffer()),
  }
}

defineConformance('by fetch', (exchange) => sendFetch(toFetch(conformanceApplication, quiet), exchange), {
  mounts: false,
})

describe('an application as a fetch handler', () => {
  const told =
    (read: (environ: Environ) => unknown): Application =>
    (environ, startResponse) => {
      startResponse('200 OK', TEXT)
      return [Buffer.from(JSON.stringify(read(environ)))]
    }

  const places: Array<[url: string, place: unknown[]]> = [
    ['http://site.example/', ['http', 'site.example', '80', 'site.example']],
    ['https://site.example/', ['https', 'site.example', '443', 'site.example']],
    ['http://site.example:8000/', ['http', 'site.example', '8000', 'site.example:8000']],
    ['http://[::1]:8000/', ['http', '::1', '8000', '[::1]:8000']],
  ]
  for (const [url, place] of places) {
    test(`at ${url} knows where it is`, async () => {
      const handler = toFetch(
        told((environ) => [environ['wsgi.url_scheme'], environ.SERVER_NAME, environ.SERVER_PORT, environ['HTTP_HOST']]),
      )
      assert.deepEqual(await (await handler(new Request(url))).json(), place)
    })
  }

  test('answers 400 to a path that cannot be decoded', async () => {
    assert.equal((await toFetch(conformanceApplication)(new Request(`${ORIGIN}/%zz`))).status, 400)
  })

  test('gives its first piece before it makes the second, and no more than is read', { timeout: 60_000 }, async () => {
    let made = 0
    const handler = toFetch((_environ, startResponse) => {
      startResponse('200 OK', TEXT)
      return (async function* () {
        for (; made < 1000; made++) yield Buffer.alloc(16_384, 'x')
      })()
    })
    const response = await handler(new Request(ORIGIN))
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    assert.equal((await reader.read()).value?.length, 16_384)
    for (let i = 0; i < 50; i++) await new Promise(setImmediate)
    assert.ok(made < 10, `${made} pieces were made`)
    await reader.cancel()
  })

  test('is told when the answer is cancelled', { timeout: 60_000 }, async () => {
    let ended: () => void = () => {}
    const over = new Promise<void>((resolve) => (ended = resolve))
    let signal: AbortSignal | undefined
    const handler = toFetch((environ, startResponse) => {
      signal = environ['nuages.signal']
      startResponse('200 OK', TEXT)
      return (async function* () {
        try {
          for (;;) yield Buffer.alloc(40_000)
        } finally {
          ended()
        }
      })()
    })
    const response = await handler(new Request(ORIGIN))
    await response.body?.cancel('enough')
    await over
    assert.equal(signal?.aborted, true)
  })

  test('is told when the request is aborted', { timeout: 60_000 }, async () => {
    const controller = new AbortController()
    let begun: () => void = () => {}
    const started = new Promise<void>((resolve) => (begun = resolve))
    const handler = toFetch(async (environ) => {
      begun()
      const { 'nuages.signal': signal } = environ
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      return []
    }, quiet)
    const answer = handler(new Request(ORIGIN, { signal: controller.signal }))
    await started
    controller.abort()
    await assert.rejects(answer, { name: 'AbortError' })
  })

  test('takes no more of a body than it reads', { timeout: 60_000 }, async () => {
    let given = 0
    let cancelled = false
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          given++
          controller.enqueue(new Uint8Array(16_384))
        },
        cancel() {
          cancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    const handler = toFetch(async (environ, startResponse) => {
      for await (const chunk of environ['wsgi.input']) if (chunk.length > 0) break
      startResponse('200 OK', TEXT)
      return [Buffer.from('read')]
    })
    const response = await handler(new Request(ORIGIN, { method: 'POST', body, duplex: 'half' }))
    assert.equal(await response.text(), 'read')
    for (let i = 0; i < 20; i++) await new Promise(setImmediate)
    assert.ok(given < 10, `${given} pieces were taken`)
    assert.equal(cancelled, true)
  })

  test('finds a body shorter than it should be incomplete', async () => {
    const echo = new Request(`${ORIGIN}/echo`, {
      method: 'POST',
      body: ReadableStream.from([Buffer.from('abc')]),
      duplex: 'half',
      headers: { 'Content-Length': '5' },
    })
    assert.equal((await toFetch(conformanceApplication, quiet)(echo)).status, 400)
  })

  test('whose answer breaks off breaks off the stream', async () => {
    const errors = new TextSink()
    const handler = toFetch(
      (_environ, startResponse) => {
        startResponse('200 OK', TEXT)
        return (async function* () {
          yield Buffer.from('a')
          await new Promise(setImmediate)
          throw new Error('an error that this test makes')
        })()
      },
      { errors },
    )
    await assert.rejects((await handler(new Request(ORIGIN))).text(), /this test makes/)
    assert.match(errors.text, /this test makes/)
  })
})

describe('a fetch handler as an application', () => {
  test('gets the request whole', async () => {
    const application = fromFetch(async (request) =>
      Response.json([request.method, request.url, request.headers.get('X-A'), await request.text()]),
    )
    const answer = await ask(application, {
      REQUEST_METHOD: 'POST',
      PATH_INFO: '/\xc3\xbc b?#%',
      QUERY_STRING: 'a=%20',
      HTTP_HOST: 'site.example:8000',
      HTTP_X_A: 'caf\xe9',
      CONTENT_LENGTH: '4',
      'wsgi.input': inputOf('ab', 'cd'),
    })
    assert.equal(answer.status, '200 OK')
    assert.deepEqual(JSON.parse(Buffer.from(answer.body, 'latin1').toString()), [
      'POST',
      'http://site.example:8000/%C3%BC%20b%3F%23%25?a=%20',
      'café',
      'abcd',
    ])
  })

  test('gets no headers of the connection, which it could not send on', async () => {
    let seen: string[] = []
    const application = fromFetch((request) => {
      seen = [...request.headers.keys()]
      return new Response()
    })
    const headers = {
      HTTP_CONNECTION: 'keep-alive',
      HTTP_TRANSFER_ENCODING: 'chunked',
      HTTP_UPGRADE: 'h2c',
      HTTP_X: '1',
    }
    await ask(application, { ...headers, HTTP_KEEP_ALIVE: '5' })
    assert.deepEqual(seen, ['x'])
  })

  test('knows where it is without a Host header', async () => {
    const application = fromFetch((request) => new Response(request.url))
    const url = async (given: Partial<Environ>) => (await ask(application, given)).body
    assert.equal(await url({}), 'http://example.com:8000/')
    assert.equal(await url({ SERVER_NAME: '::1' }), 'http://[::1]:8000/')
    assert.equal(await url({ HTTP_HOST: '[::1]:90' }), 'http://[::1]:90/')
    assert.equal(await url({ HTTP_HOST: 'evil/path?' }), 'http://example.com:8000/')
    assert.equal(await url({ PATH_INFO: '//evil.example/' }), 'http://example.com:8000//evil.example/')
    assert.equal(await url({ 'wsgi.url_scheme': 'https', SERVER_PORT: '443' }), 'https://example.com/')
  })

  test('keeps its cookies apart', async () => {
    const headers: Array<[string, string]> = [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['X-A', '1'],
    ]
    const answer = await ask(fromFetch(() => new Response('x', { headers })))
    const cookies = answer.headers.filter(([name]) => name === 'set-cookie')
    assert.deepEqual(
      cookies.map(([, value]) => value),
      ['a=1', 'b=2'],
    )
  })

  for (const [status, line] of [
    [204, '204 No Content'],
    [304, '304 Not Modified'],
    [418, "418 I'm a Teapot"],
  ] as const) {
    test(`has the words of ${status}`, async () => {
      const answer = await ask(fromFetch(() => new Response(null, { status })))
      assert.equal(answer.status, line)
      assert.equal(answer.body, '')
    })
  }

  test('does not tell of an encoding that the platform has undone', async () => {
    const upstream = createServer((_environ, startResponse) => {
      startResponse('200 OK', [...TEXT, ['Content-Encoding', 'gzip']])
      return [gzipSync('hello '.repeat(100))]
    })
    const address = await upstream.listen({ port: 0 })
    assert.ok(address.kind === 'tcp')
    try {
      const answer = await ask(fromFetch(() => fetch(`http://127.0.0.1:${address.port}/`)))
      assert.equal(answer.cut, undefined)
      assert.equal(answer.body, 'hello '.repeat(100))
      assert.ok(!answer.headers.some(([name]) => /^content-(?:encoding|length)$/i.test(name)))
    } finally {
      await upstream.close({ timeout: 0 })
    }
  })

  test('has its stream cancelled for a HEAD', async () => {
    let cancelled = false
    const body = () => new ReadableStream({ cancel: () => void (cancelled = true) })
    const answer = await ask(
      fromFetch(() => new Response(body())),
      { REQUEST_METHOD: 'HEAD' },
    )
    assert.equal(answer.status, '200 OK')
    assert.equal(cancelled, true)
  })

  test('sees when the client goes', async () => {
    const controller = new AbortController()
    let seen: AbortSignal | undefined
    const application = fromFetch((request) => {
      seen = request.signal
      return new Response('x')
    })
    await ask(application, { 'nuages.signal': controller.signal })
    controller.abort()
    assert.equal(seen?.aborted, true)
  })

  for (const method of ['TRACE', 'CONNECT', 'track']) {
    test(`does not see ${method}`, async () => {
      assert.equal(
        (
          await ask(
            fromFetch(() => new Response()),
            { REQUEST_METHOD: method },
          )
        ).status,
        '501 Not Implemented',
      )
    })
  }

  test('that gives no Response is told so', async () => {
    for (const given of [undefined, null, 'text', Response.error()]) {
      const answer = await ask(fromFetch(() => given as Response))
      assert.equal(answer.status, '500 Internal Server Error')
      assert.match(answer.errors, /it must give a Response/)
    }
  })

  test('is mounted beside views, and sees its own part of the path', async () => {
    const view = (options = {}) =>
      urlpatterns(
        mount(
          'api/',
          fromFetch(({ url }) => new Response(new URL(url).pathname), options),
        ),
      )
    const pathSeen = async (options = {}) => {
      const environ: Partial<Environ> = { PATH_INFO: '/api/users/%' }
      const answer = await ask(async (inner, startResponse) => {
        const request = new HttpRequest(inner)
        const match = resolve(request.pathInfo, view(options))
        const response = await match.view(request, match.params as never)
        startResponse(response.toStatusLine(), response.toHeaderList())
        return response
      }, environ)
      return answer.body
    }
    assert.equal(await pathSeen(), '/users/%25')
    assert.equal(await pathSeen({ wholePath: true }), '/api/users/%25')
  })
})

describe('a fetch handler there and back', () => {
  const there = toFetch(fromFetch(toFetch(conformanceApplication, quiet)), quiet)
  for (const [method, path, body] of [
    ['GET', '/hello', undefined],
    ['HEAD', '/hello', undefined],
    ['POST', '/echo', 'grüße'],
    ['GET', '/cookies', undefined],
    ['GET', '/status/204/No%20Content', undefined],
    ['GET', '/stream', undefined],
    ['GET', '/streamed/1048576', undefined],
    ['GET', '/environ/%C3%A9?a=b', undefined],
  ] as const) {
    test(`is what it was: ${method} ${path}`, async () => {
      const make = () => new Request(ORIGIN + path, { method, ...(body === undefined ? {} : { body }) })
      const once = await toFetch(conformanceApplication, quiet)(make())
      const twice = await there(make())
      assert.equal(twice.status, once.status)
      assert.deepEqual([...twice.headers], [...once.headers])
      assert.deepEqual(await twice.arrayBuffer(), await once.arrayBuffer())
    })
  }
})
