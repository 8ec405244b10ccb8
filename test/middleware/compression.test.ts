import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { resetForTests } from 'nuages'
import {
  type AnyResponse,
  FileResponse,
  HttpResponse,
  HttpResponseNotModified,
  JsonResponse,
  type Middleware,
  StreamingHttpResponse,
} from 'nuages/http'
import { commonMiddleware, compressionMiddleware, conditionalGetMiddleware, gzipMiddleware } from 'nuages/middleware'
import { Client, RequestFactory, type TestResponse } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { makeSite } from '../test-tools/site.ts'

describe('middleware/compression', () => {
  afterEach(resetForTests)

  const text = 'Größe '.repeat(500)
  const large = Array.from({ length: 20_000 }, (_value, index) => `line ${index}\n`).join('')

  async function ask(
    view: () => AnyResponse | Promise<AnyResponse>,
    accept: string | undefined,
    middleware: readonly Middleware[] = [compressionMiddleware, commonMiddleware],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TestResponse> {
    const client = new Client(await makeSite(urlpatterns(path('', view)), { middleware }))
    return client.get('/', { headers: { ...headers, ...(accept === undefined ? {} : { 'Accept-Encoding': accept }) } })
  }

  async function decoded(response: TestResponse): Promise<string> {
    const bytes = await response.bytes()
    const coding = response.headers.get('Content-Encoding')
    if (coding === null) return Buffer.from(bytes).toString()
    return (coding === 'br' ? zlib.brotliDecompressSync(bytes) : zlib.gunzipSync(bytes)).toString()
  }

  const coding = (response: TestResponse): string | null => response.headers.get('Content-Encoding')

  for (const name of ['gzip', 'br'] as const) {
    describe(name, () => {
      for (const [kind, content] of [
        ['small', text],
        ['large', large],
      ] as const) {
        test(`holds a ${kind} page, and says how long it is`, async () => {
          const response = await ask(() => new HttpResponse(content), name)
          assert.equal(coding(response), name)
          assert.equal(response.headers.get('Content-Length'), String((await response.bytes()).length))
          assert.equal(response.headers.get('Vary'), 'Accept-Encoding')
          assert.equal(await decoded(response), content)
          assert.ok((await response.bytes()).length < content.length / 3)
        })
      }

      test('has another length each time, within a hundred bytes', async () => {
        const lengths = new Set<number>()
        for (let i = 0; i < 40; i++) lengths.add((await (await ask(() => new HttpResponse(text), name)).bytes()).length)
        assert.ok(lengths.size > 10, String(lengths.size))
        assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 100)
      })

      test('holds a stream that is one string in one piece', async () => {
        const response = await ask(() => new StreamingHttpResponse(text), name)
        assert.equal(await decoded(response), text)
        assert.ok((await response.bytes()).length < text.length / 3)
      })

      test('carries each piece of a stream at once', async () => {
        const pieces = ['ä'.repeat(10), '', 'b'.repeat(3_000_000), large]
        const { response, sent } = await layered(name, pieces)
        const decompress = name === 'br' ? zlib.createBrotliDecompress() : zlib.createGunzip()
        let seen = ''
        decompress.on('data', (chunk: Buffer) => (seen += chunk.toString('latin1')))
        const expected: string[] = []
        for await (const chunk of response) {
          assert.ok(sent.count <= expected.length + 2, 'no piece is asked for before the last was taken')
          await new Promise<void>((resolve) => decompress.write(chunk, () => resolve()))
          expected.push(seen)
        }
        const whole = Buffer.from(pieces.join('')).toString('latin1')
        assert.ok(
          expected[0]?.length === 20 && whole.startsWith(expected[0]),
          'the first piece is there before the second',
        )
        assert.equal(seen, whole)
      })

      test('ends a stream that nobody reads to its end', async () => {
        const { response, sent } = await layered(name, ['a', 'b', 'c'])
        for await (const _chunk of response) break
        assert.deepEqual([sent.ended, response.closed], [true, true])
      })

      test('lets the failure of a stream through', async () => {
        const response = await ask(() => {
          async function* failing(): AsyncGenerator<string> {
            yield 'a'
            await Promise.resolve()
            throw new Error('torn')
          }
          return new StreamingHttpResponse(failing())
        }, name).catch((error: unknown) => error)
        assert.match(String(response), /torn/)
      })

      test('holds whatever there is', async () => {
        const runs = Number(process.env['NUAGES_FUZZ'] ?? 200)
        await fc.assert(
          fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 6 }), async (pieces) => {
            const { response } = await layered(name, pieces)
            const chunks: Uint8Array[] = []
            for await (const chunk of response) chunks.push(chunk)
            const bytes = Buffer.concat(chunks)
            const whole = name === 'br' ? zlib.brotliDecompressSync(bytes) : zlib.gunzipSync(bytes)
            assert.ok(whole.equals(Buffer.concat(pieces)))
          }),
          { numRuns: Math.min(runs, 500) },
        )
      })
    })
  }

  /** A stream behind the layer, without a gateway. */
  async function layered(
    accept: string,
    pieces: ReadonlyArray<string | Uint8Array>,
  ): Promise<{ response: AnyResponse; sent: { count: number; ended: boolean } }> {
    const sent = { count: 0, ended: false }
    async function* content(): AsyncGenerator<string | Uint8Array> {
      try {
        for (const piece of pieces) {
          sent.count++
          yield piece
          await Promise.resolve()
        }
      } finally {
        sent.ended = true
      }
    }
    const layer = compressionMiddleware(() => new StreamingHttpResponse(content()))
    const response = await layer(new RequestFactory().get('/', { headers: { 'Accept-Encoding': accept } }))
    assert.equal(response.headers.get('Content-Encoding'), accept)
    return { response, sent }
  }

  describe('the coding', () => {
    const page = (): HttpResponse => new HttpResponse(text)

    test('is the one that the client likes best, and Brotli where it likes both', async () => {
      for (const [accept, expected] of [
        ['gzip, deflate, br, zstd', 'br'],
        ['gzip', 'gzip'],
        ['gzip, br;q=0.5', 'gzip'],
        ['br;q=0, gzip;q=0', null],
        ['identity', null],
        ['*', 'br'],
        [undefined, null],
      ] as const) {
        const response = await ask(page, accept)
        assert.deepEqual([coding(response), response.headers.get('Vary')], [expected, 'Accept-Encoding'], accept)
        assert.equal(await decoded(response), text)
      }
    })

    test('is gzip alone in gzipMiddleware', async () => {
      assert.equal(coding(await ask(page, 'gzip, br', [gzipMiddleware])), 'gzip')
      assert.equal(coding(await ask(page, 'br', [gzipMiddleware])), null)
    })
  })

  test('the layers have names, for checks and errors to call them by', () => {
    assert.deepEqual([gzipMiddleware.name, compressionMiddleware.name], ['gzipMiddleware', 'compressionMiddleware'])
  })

  describe('an answer is left alone', () => {
    const cases: ReadonlyArray<readonly [why: string, view: () => AnyResponse]> = [
      ['below 200 bytes', () => new HttpResponse('x'.repeat(199))],
      ['that has a coding', () => new HttpResponse(text, { headers: { 'Content-Encoding': 'zstd' } })],
      [
        'that must not be changed',
        () => new HttpResponse(text, { headers: { 'Cache-Control': 'public, no-transform' } }),
      ],
      ['of a compressed format', () => new HttpResponse(text, { contentType: 'image/png' })],
    ]
    for (const [why, view] of cases) {
      test(why, async () => {
        const response = await ask(view, 'br')
        assert.deepEqual(
          [await response.text(), response.headers.get('Vary')],
          [Buffer.from(await response.bytes()).toString(), null],
        )
        assert.equal(coding(response), view().headers.get('Content-Encoding') ?? null)
      })
    }

    test('that is a part, which says that the whole depends on the coding', async () => {
      const response = await ask(
        () => new HttpResponse(text, { status: 206, headers: { 'Content-Range': 'bytes 0-9/10' } }),
        'br',
      )
      assert.equal(coding(response), null)
      assert.equal(response.headers.get('Vary'), 'Accept-Encoding')
      assert.equal(await response.text(), text)
    })

    test('that would become longer', async () => {
      const noise = new Uint8Array(300).map((_byte, index) => (index * 7919 + ((index * index) % 251)) % 256)
      const response = await ask(() => new HttpResponse(noise, { contentType: 'application/octet-stream' }), 'gzip')
      const length = (await response.bytes()).length
      assert.ok(coding(response) === null ? length === 300 : length < 300)
    })
  })

  describe('what else an answer says', () => {
    test('a strong ETag becomes weak, a weak one stays', async () => {
      const tag = async (etag: string): Promise<string | null> =>
        (await ask(() => new HttpResponse(text, { headers: { ETag: etag } }), 'gzip')).headers.get('ETag')
      assert.equal(await tag('"a"'), 'W/"a"')
      assert.equal(await tag('W/"a"'), 'W/"a"')
    })

    test('JSON, SVG and files are compressed; a file has no ranges then', async () => {
      assert.equal(coding(await ask(() => new JsonResponse({ text }), 'br')), 'br')
      assert.equal(coding(await ask(() => new HttpResponse(text, { contentType: 'image/svg+xml' }), 'br')), 'br')
      const file = await ask(() => FileResponse.open(import.meta.filename, { contentType: 'text/plain' }), 'br')
      assert.deepEqual(
        [coding(file), file.headers.get('Accept-Ranges'), file.headers.get('Content-Length')],
        ['br', null, null],
      )
      assert.match(await decoded(file), /what else an answer says/)
    })

    test('a 304 says that it depends on the coding', async () => {
      const response = await ask(() => new HttpResponseNotModified(), 'br')
      assert.deepEqual(
        [response.status, response.headers.get('Vary'), coding(response)],
        [304, 'Accept-Encoding', null],
      )
    })

    test('a page and its condition work together, conditional inside', async () => {
      const layers = [compressionMiddleware, conditionalGetMiddleware]
      const first = await ask(() => new HttpResponse(text), 'br', layers)
      const etag = first.headers.get('ETag') ?? ''
      assert.match(etag, /^W\/"/)
      const second = await ask(() => new HttpResponse(text), 'br', layers, { 'If-None-Match': etag })
      assert.equal(second.status, 304)
      assert.equal(second.headers.get('ETag'), etag)
    })
  })
})
