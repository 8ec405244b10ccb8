/** What goes wrong while an answer is sent, when no layer stands around it any more. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import type { ErrorReport, UserSettings } from 'nuages/conf'
import { PermissionDenied } from 'nuages/exceptions'
import { type Application, createServer } from 'nuages/gateway'
import { gotRequestException, HttpResponse, requestFinished, StreamingHttpResponse } from 'nuages/http'
import { compressionMiddleware, requestIdMiddleware } from 'nuages/middleware'
import { Client } from 'nuages/test'
import { path as route, urlpatterns } from 'nuages/urls'
import { connected, request, variables } from '../gateway/fastcgi-client.ts'
import { TextSink } from '../gateway/helpers.ts'
import { makeSite, RecordList } from '../test-tools/site.ts'

describe('handlers/stream', () => {
  afterEach(() => {
    arrived = undefined
    resetForTests()
  })

  const BROKEN = new RangeError('the cloud burst')

  /** Settles when the client has the first piece, where a test waits for that. */
  let arrived: Promise<void> | undefined

  async function* burst(): AsyncGenerator<string> {
    yield 'a first piece'
    await arrived
    throw BROKEN
  }

  const burstAtOnce: Iterable<string> = {
    [Symbol.iterator]: () => ({
      next: () => {
        throw BROKEN
      },
    }),
  }

  async function* lateBurst(): AsyncGenerator<string> {
    try {
      yield 'a first piece'
      yield 'a second piece'
    } finally {
      // oxlint-disable-next-line no-unsafe-finally -- a clean-up that fails is what is looked at
      throw BROKEN
    }
  }

  const urls = urlpatterns(
    route('', () => new StreamingHttpResponse(burst(), { contentType: 'text/plain' })),
    route('at-once/', () => new StreamingHttpResponse(burstAtOnce)),
    route('number/', () => new StreamingHttpResponse(['a', 5 as unknown as string])),
    route('late/', () => new StreamingHttpResponse(lateBurst())),
    route(
      'text/',
      () =>
        new StreamingHttpResponse(
          (async function* () {
            yield 'a'
            throw 'no error at all'
          })(),
        ),
    ),
    route(
      'denied/',
      () =>
        new StreamingHttpResponse(
          (async function* () {
            yield 'a'
            throw new PermissionDenied('too late')
          })(),
        ),
    ),
    route('page/', () => new HttpResponse('page')),
  )

  /** A site, its log, and what its reporters got. */
  async function makeReporting(settings: UserSettings = {}) {
    const log = new RecordList()
    const reports: ErrorReport[] = []
    const errorReporters = [(report: ErrorReport) => void reports.push(report)]
    const application = await makeSite(urls, { allowedHosts: ['*'], errorReporters, ...settings }, log)
    return { application, log, reports }
  }

  const LINE = 'error nuages.request: Answer Cut Off: '

  test('is in the log and reported once with its request, by HTTP, and the connection is cut', async () => {
    const { application, log, reports } = await makeReporting({ middleware: [requestIdMiddleware] })
    const errors = new TextSink()
    const server = createServer(application, { errors })
    await server.listen({ port: 0 })
    try {
      assert.equal(server.address?.kind, 'tcp')
      const answer = await raw(server.address.kind === 'tcp' ? server.address.port : 0)
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
      assert.match(answer, /a first piece/)
      assert.doesNotMatch(answer, /\r\n0\r\n\r\n$/, 'a client could take the part for the whole')
    } finally {
      await server.close({ timeout: 0 })
    }
    assert.deepEqual(log.lines, [`${LINE}/`])
    const [record] = log.records
    assert.equal(record?.error, BROKEN)
    assert.match(record?.requestId ?? '', /^[0-9a-f]{32}$/)
    assert.equal(reports.length, 1)
    assert.equal(reports[0]?.request?.path, '/')
    assert.equal(reports[0]?.getSubject(), 'RangeError: the cloud burst')
    assert.equal(errors.text, '', 'it was told twice')
  })

  test('is in the log and reported once with its request, by FastCGI, and the connection is cut', async () => {
    const { application, log, reports } = await makeReporting()
    await connected(application, async (client, _server, errors) => {
      client.send(request(variables({ PATH_INFO: '/' })))
      const kinds: number[] = []
      for (let record = await client.next(); record !== undefined; record = await client.next()) kinds.push(record.type)
      assert.equal(kinds.includes(3), false, 'END_REQUEST came, so that the part would pass for the whole')
      assert.equal(errors.text, '')
    })
    assert.deepEqual(log.lines, [`${LINE}/`])
    assert.equal(reports[0]?.request?.path, '/')
    assert.equal(reports.length, 1)
  })

  for (const [what, target, error] of [
    ['a stream that fails at once', '/at-once/', BROKEN],
    ['a piece that is none', '/number/', /TypeError/],
    ['what was meant to become a page', '/denied/', /PermissionDenied: too late/],
    ['a clean-up that fails', '/late/', BROKEN],
    ['a value that is no error', '/text/', /no error at all/],
  ] as const) {
    test(`tells of ${what} once, and the gateway not again`, async () => {
      const { application, log, reports } = await makeReporting()
      const response = await new Client(application, { raiseRequestException: false }).get(target)
      assert.equal(response.errorLog, '')
      assert.deepEqual(log.lines, [`${LINE}${target}`])
      const logged = log.records[0]?.error
      if (error instanceof RegExp) assert.match(String(logged), error)
      else assert.equal(logged, error)
      assert.equal(reports.length, 1)
    })
  }

  test('ends what a piece that is none came from, and tells of the piece where that fails too', async () => {
    const log = new RecordList()
    let ended = 0
    async function* pieces(): AsyncGenerator<string> {
      try {
        yield 'a'
        yield 5 as unknown as string
      } finally {
        ended++
        // oxlint-disable-next-line no-unsafe-finally -- a clean-up that fails is what is looked at
        throw BROKEN
      }
    }
    const numbers = urlpatterns(route('', () => new StreamingHttpResponse(pieces())))
    const client = new Client(await makeSite(numbers, {}, log), { raiseRequestException: false })
    await client.get('/')
    assert.equal(ended, 1)
    assert.match(String(log.records[0]?.error), /a piece of it is of type number/)
    assert.equal(log.records.length, 1)
  })

  test('cannot come of a stream that nobody reads', async () => {
    const { application, log } = await makeReporting()
    assert.equal((await new Client(application).head('/at-once/')).status, 200)
    assert.deepEqual(log.lines, [])
  })

  test('before the first piece is an answer of 500', async () => {
    const { application } = await makeReporting()
    const response = await new Client(application, { raiseRequestException: false }).get('/at-once/')
    assert.equal(response.status, 500)
  })

  test('is told of under layers that change the stream', async () => {
    const { application, log, reports } = await makeReporting({ middleware: [compressionMiddleware] })
    const headers = { 'Accept-Encoding': 'gzip' }
    await new Client(application, { raiseRequestException: false }).get('/', { headers })
    assert.deepEqual(log.lines, [`${LINE}/`])
    assert.equal(reports.length, 1)
  })

  test('sends gotRequestException before requestFinished, and is thrown in a test', async (t) => {
    const { application } = await makeReporting()
    const notes: string[] = []
    const noteError = ({ error }: { error: unknown }): void => void notes.push(String(error))
    const noteEnd = (): void => void notes.push('finished')
    gotRequestException.connect(noteError)
    requestFinished.connect(noteEnd)
    t.after(() => {
      gotRequestException.disconnect(noteError)
      requestFinished.disconnect(noteEnd)
    })
    await assert.rejects(new Client(application).get('/'), BROKEN)
    assert.deepEqual(notes, ['RangeError: the cloud burst', 'finished'])
  })

  test('goes through to the gateway, and is in no other log, where errors are propagated', async () => {
    const { application, log, reports } = await makeReporting({ debugPropagateExceptions: true })
    const response = await new Client(application, { raiseRequestException: false }).get('/text/')
    assert.match(response.errorLog, /no error at all/)
    assert.deepEqual(log.lines, [])
    assert.deepEqual(reports, [])
  })

  test("that only says that the client has gone is nobody's concern", async () => {
    const log = new RecordList()
    const reports: ErrorReport[] = []
    const controller = new AbortController()
    const waiting = urlpatterns(
      route(
        '',
        ({ signal }) =>
          new StreamingHttpResponse(
            (async function* () {
              yield 'a'
              controller.abort()
              signal.throwIfAborted()
            })(),
          ),
      ),
    )
    const errorReporters = [(report: ErrorReport) => void reports.push(report)]
    const application: Application = await makeSite(waiting, { errorReporters }, log)
    await assert.rejects(new Client(application).get('/', { signal: controller.signal }))
    assert.deepEqual(log.lines, [])
    assert.deepEqual(reports, [])
  })

  /** Everything that comes over a connection of its own until that ends. */
  async function raw(port: number): Promise<string> {
    let arrive = (): void => {}
    arrived = new Promise((resolve) => (arrive = resolve))
    const socket = net.connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    let text = ''
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece
      if (text.includes('a first piece')) arrive()
    })
    socket.on('error', () => {})
    await once(socket, 'close')
    return text
  }
})
