/** The command `gateway` and `recordRoad` on sites that misbehave: no end, half an answer, a process that ends. */
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { after, describe, test, type TestContext } from 'node:test'
import { resetForTests } from 'nuages'
import type { UserSettings } from 'nuages/conf'
import { CSP, HttpResponse, StreamingHttpResponse } from 'nuages/http'
import { recordRoad, type RoadOptions, type RoadReport, typedRequest } from 'nuages/management'
import { contentSecurityPolicyMiddleware, requestIdMiddleware } from 'nuages/middleware'
import { path as route, urlpatterns } from 'nuages/urls'
import { makeSite } from '../test-tools/site.ts'
import { run } from './scaffold.ts'
import { bareProject, linkFramework, temporaryDirectory, writeTree } from './support.ts'

async function* endless(size: number): AsyncGenerator<Uint8Array> {
  for (;;) {
    await turn()
    yield Buffer.alloc(size, 'x')
  }
}

async function* broken(): AsyncGenerator<string> {
  yield 'a first piece'
  await turn()
  throw new Error('It broke.')
}

async function* silent(): AsyncGenerator<string> {
  yield 'a first piece'
  await new Promise(() => {})
}

const urls = urlpatterns(
  route('endless/', () => new StreamingHttpResponse(endless(10_000))),
  route('silent/', () => new StreamingHttpResponse(silent())),
  route('broken/', () => new StreamingHttpResponse(broken())),
  route('short/', () => new StreamingHttpResponse(broken(), { headers: { 'Content-Length': '100' } })),
  route('never/', () => new Promise<HttpResponse>(() => {})),
  route('nonce/', (request) => new HttpResponse(`<script nonce="${String(request.cspNonce)}"></script>`)),
  route('huge/', () => new HttpResponse('h'.repeat(3_000_000))),
  route('binary/', () => new HttpResponse(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)))),
  route('empty/<int:status>/', (_request, { status }: { status: number }) => new HttpResponse('', { status })),
)

describe('gateway, where a site misbehaves', () => {
  after(resetForTests)

  async function report(
    target: string,
    options: RoadOptions = {},
    settings: UserSettings = {},
    method = 'GET',
  ): Promise<RoadReport> {
    const application = await makeSite(urls, { allowedHosts: ['localhost'], ...settings })
    try {
      return await recordRoad(application, typedRequest({ path: target, method }), options)
    } finally {
      resetForTests()
    }
  }

  /** What is said of each road's answer. */
  function cuts({ roads }: RoadReport): Array<string | null> {
    return roads.map(({ cut }) => cut)
  }

  test('a stream without an end is read up to a bound, and no difference is made of where that is', async () => {
    const { answers, advice, roads } = await report('/endless/', { maxBytes: 50_000 })
    assert.deepEqual(cuts({ roads } as RoadReport), Array(3).fill('more than 50000 bytes'))
    assert.deepEqual(answers, { same: true, differences: [] })
    assert.ok(advice.includes('CGI: this is not the whole answer: more than 50000 bytes.'))
  })

  test('a huge answer is read up to a bound by each gateway', async () => {
    const { answers, roads } = await report('/huge/', { maxBytes: 50_000 })
    assert.equal(answers.same, true)
    for (const { answer, name } of roads) assert.ok((answer?.length ?? 0) < 200_000, name)
  })

  for (const [what, target] of [
    ['a stream that stops', '/silent/'],
    ['a view that never answers', '/never/'],
  ] as const) {
    test(`${what} is given up, and no process is started for it`, async () => {
      let started = false
      const startProcess = async (): Promise<undefined> => {
        started = true
      }
      const found = await report(target, { timeout: 100, startProcess })
      assert.deepEqual(cuts(found), Array(3).fill('no end after 0.1 s'))
      assert.equal(started, false)
    })
  }

  for (const target of ['/broken/', '/short/']) {
    test(`an answer that breaks off is told from a whole one: ${target}`, async () => {
      const found = await report(target)
      assert.deepEqual(cuts(found), Array(3).fill('it was broken off in the middle'))
      assert.ok(found.advice.includes('FastCGI: this is not the whole answer: it was broken off in the middle.'))
    })
  }

  for (const [target, method] of [
    ['/empty/200/', 'GET'],
    ['/empty/204/', 'GET'],
    ['/empty/205/', 'GET'],
    ['/empty/304/', 'GET'],
    ['/huge/', 'HEAD'],
    ['/broken/', 'HEAD'],
    ['/binary/', 'GET'],
  ] as const) {
    test(`${method} ${target} is whole and the same by each gateway`, async () => {
      const found = await report(target, {}, {}, method)
      assert.deepEqual(cuts(found), [null, null, null])
      assert.deepEqual(found.answers, { same: true, differences: [] })
    })
  }

  test('takes no nonce, nor the id of a request, for a difference', async () => {
    const middleware = [requestIdMiddleware, contentSecurityPolicyMiddleware]
    const settings = { middleware, secureCsp: { 'script-src': [CSP.NONCE] } }
    const { answers, roads } = await report('/nonce/', {}, settings)
    assert.deepEqual(answers, { same: true, differences: [] })
    assert.match(roads[0]?.received[1]?.bytes ?? '', /nonce="[^*]{22,}"/)
  })

  test('says why error pages differ while debug is on, and only then', async () => {
    const said = /an error page shows the Environ/
    assert.match((await report('/nowhere/', {}, { debug: true })).advice.join('\n'), said)
    assert.doesNotMatch((await report('/nowhere/')).advice.join('\n'), said)
  })

  test('tells what to type in place of a whole address', () => {
    assert.throws(
      () => typedRequest({ path: 'https://example.com/a/?b=1' }),
      /gateway '\/a\/\?b=1' --host example\.com --https/,
    )
  })

  describe('with its process', { timeout: 60_000 }, () => {
    /** Run `gateway /` over an application that does this first. */
    function gateway(t: TestContext, act: string): ReturnType<typeof run> {
      const directory = temporaryDirectory(t)
      const wsgi = `
        export const application = async (environ, startResponse) => {
          ${act}
          startResponse('200 OK', [['Content-Type', 'text/plain'], ['Content-Length', '2']])
          return [Buffer.from('ok')]
        }`
      writeTree(directory, bareProject(wsgi))
      linkFramework(directory)
      return run(directory, ['manage.ts', 'gateway', '/', '--only', 'http', '--full'])
    }

    for (const [code, expected] of [
      [0, 1],
      [3, 3],
    ] as const) {
      test(`says who has ended it with ${code}`, (t) => {
        const { status, stderr } = gateway(t, `process.exit(${code})`)
        assert.equal(status, expected)
        assert.match(stderr, new RegExp(`The site ended this process by process\\.exit\\(${code}\\)`))
      })
    }

    test('reports what nobody catches', (t) => {
      const { status, stdout, stderr } = gateway(
        t,
        `Promise.reject(new Error('nobody waits'))
         await new Promise((resolve) => setTimeout(() => { setImmediate(resolve); throw new Error('in a timer') }, 1))`,
      )
      assert.equal(status, 0, stderr)
      assert.match(stdout, /A promise was rejected, and nobody waits for it[^]*nobody waits/)
      assert.match(stdout, /An error was thrown where nobody can catch it[^]*in a timer/)
    })

    test('shows the first and the last of many records', (t) => {
      const directory = temporaryDirectory(t)
      const wsgi = `
        export const application = (environ, startResponse) => {
          startResponse('200 OK', [['Content-Type', 'text/plain']])
          return (async function* () { for (let i = 0; i < 500; i++) yield Buffer.from('line ' + i + '\\n') })()
        }`
      writeTree(directory, bareProject(wsgi))
      linkFramework(directory)
      const { stdout } = run(directory, ['manage.ts', 'gateway', '/', '--only', 'fastcgi'])
      assert.match(stdout, /… \d+ more \(--full\)\n +END_REQUEST/)
      assert.ok(stdout.length < 20_000)
    })
  })
})
