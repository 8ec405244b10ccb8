import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { UserSettings } from 'nuages/conf'
import { HttpResponse, StreamingHttpResponse } from 'nuages/http'
import { accessLogMiddleware, requestIdMiddleware } from 'nuages/middleware'
import { Client } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { getLogger } from 'nuages/utils'
import { makeSite, RecordList } from '../test-tools/site.ts'

describe('middleware/request-id and access-log', () => {
  afterEach(resetForTests)

  const urls = urlpatterns(
    path('', (request) => {
      getLogger('view').info('here')
      return new HttpResponse(request.id ?? 'none')
    }),
    path('grüße/<path:rest>', () => new HttpResponse('äöü')),
    path('stream/', () => {
      async function* pieces(): AsyncGenerator<string> {
        yield 'ä'
        await Promise.resolve()
        getLogger('stream').info('there')
        yield 'b'
      }
      return new StreamingHttpResponse(pieces())
    }),
    path('cut/', () => {
      async function* pieces(): AsyncGenerator<string> {
        yield 'ä'
        await Promise.resolve()
        throw new Error('failed')
      }
      return new StreamingHttpResponse(pieces())
    }),
    path('fail/', () => {
      throw new Error('failed')
    }),
  )

  async function site(log: RecordList, settings: UserSettings = {}): Promise<Client> {
    const middleware = [requestIdMiddleware, accessLogMiddleware]
    return new Client(await makeSite(urls, { middleware, ...settings }, log), { raiseRequestException: false })
  }

  describe('the id of a request', () => {
    test('is random, in the answer, on the request and in what is logged meanwhile', async () => {
      const log = new RecordList()
      const client = await site(log)
      const one = await client.get('/')
      const id = one.headers.get('X-Request-ID') ?? ''
      assert.match(id, /^[0-9a-f]{32}$/)
      assert.equal(await one.text(), id)
      assert.deepEqual(
        log.records.map(({ logger, requestId }) => [logger, requestId]),
        [
          ['view', id],
          ['nuages.access', id],
        ],
      )
      assert.notEqual((await client.get('/')).headers.get('X-Request-ID'), id)
      assert.equal((await client.get('/fail/')).headers.get('X-Request-ID')?.length, 32)
    })

    test('is carried into a stream', async () => {
      const log = new RecordList()
      const response = await (await site(log)).get('/stream/')
      assert.equal(await response.text(), 'äb')
      const id = response.headers.get('X-Request-ID') ?? ''
      assert.deepEqual(
        log.records.map(({ logger, requestId }) => [logger, requestId]),
        [
          ['stream', id],
          ['nuages.access', id],
        ],
      )
    })

    test('is what the request brings where that is trusted and in order', async () => {
      const idFor = async (sent: string, settings: UserSettings): Promise<string | null> => {
        const client = await site(new RecordList(), settings)
        return (await client.get('/', { headers: { 'X-Trace': sent } })).headers.get('X-Trace')
      }
      const trusted = { requestIdHeader: 'X-Trace', requestIdTrusted: true }
      assert.equal(await idFor('abc-123', trusted), 'abc-123')
      assert.match((await idFor('abc-123', { requestIdHeader: 'X-Trace' })) ?? '', /^[0-9a-f]{32}$/)
      for (const bad of ['', 'a b', 'a"b', 'a\u00e4', '[31m', 'x'.repeat(129)]) {
        assert.match((await idFor(bad, trusted)) ?? '', /^[0-9a-f]{32}$/, bad)
      }
    })
  })

  describe('the access log', () => {
    const only = { middleware: [accessLogMiddleware] }

    test('has a line for each answer', async () => {
      const log = new RecordList()
      const client = await site(log, only)
      await client.get('/gr%C3%BC%C3%9Fe/a%20b%0A?token=secret', {
        headers: { 'User-Agent': `evil "\u009b${'x'.repeat(400)}` },
      })
      const [record] = log.records
      assert.match(
        record?.message ?? '',
        /^127\.0\.0\.1 GET \/gr%C3%BC%C3%9Fe\/a%20b%0A 200 6 \d+(?:\.\d)?ms "evil \\"\u009bx{293}"$/,
      )
      const { duration, ...rest } = record?.extra ?? {}
      assert.equal(typeof duration, 'number')
      assert.deepEqual(
        { ...rest, userAgent: undefined },
        {
          address: '127.0.0.1',
          method: 'GET',
          path: '/gr%C3%BC%C3%9Fe/a%20b%0A',
          status: 200,
          bytes: 6,
          aborted: false,
          userAgent: undefined,
        },
      )
    })

    test('counts what was sent: of a stream all, to HEAD nothing; a failure is a 500', async () => {
      const log = new RecordList()
      const client = await site(log, only)
      await (await client.get('/stream/')).text()
      await client.head('/')
      await client.get('/fail/')
      const lines = log.records.filter(({ logger }) => logger === 'nuages.access')
      assert.deepEqual(
        lines.map(({ extra }) => [extra['method'], extra['status'], Number(extra['bytes']) > 0]),
        [
          ['GET', 200, true],
          ['HEAD', 200, false],
          ['GET', 500, true],
        ],
      )
      assert.equal(lines[0]?.extra['bytes'], 3)
    })

    test('has an answer whose client went before its end', async () => {
      const log = new RecordList()
      const gone = new AbortController()
      async function* pieces(): AsyncGenerator<string> {
        yield 'abc'
        gone.abort()
        yield 'def'
      }
      const routes = urlpatterns(path('', () => new StreamingHttpResponse(pieces())))
      const client = new Client(await makeSite(routes, only, log))
      await assert.rejects(client.get('/', { signal: gone.signal }))
      assert.equal(log.records.length, 1)
      assert.equal(log.records[0]?.extra['aborted'], true)
      assert.match(log.records[0]?.message ?? '', / aborted$/)
    })

    test('has an answer that an error has cut off', async () => {
      const log = new RecordList()
      await (await site(log, only)).get('/cut/')
      const [access] = log.records.filter(({ logger }) => logger === 'nuages.access')
      assert.deepEqual([access?.extra['bytes'], access?.extra['aborted']], [2, true])
      assert.match(access?.message ?? '', /\/cut\/ 200 2 .* aborted$/)
    })

    test('costs nothing where nobody reads it', async () => {
      const log = new RecordList()
      const client = await site(log, {
        ...only,
        logging: { '': { handlers: [log] }, 'nuages.access': { level: 'off' } },
      })
      await client.get('/')
      assert.deepEqual(log.lines, ['info view: here'])
    })
  })
})
