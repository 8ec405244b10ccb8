/** A site behind a real server, asked by a real browser; and checks and lists that a test changes. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { checkWarning, runChecks } from 'nuages/checks'
import { settings } from 'nuages/conf'
import { type HttpRequest, HttpResponse, StreamingHttpResponse } from 'nuages/http'
import { assertLogs, Client, LiveServer, modifySettings, overrideSettings, overrideSystemChecks } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { makeCertificate } from '../../framework/management/certificate.ts'
import { startChromium, withoutChromium } from '../management/chromium.ts'
import { makeSite } from './site.ts'

const PAGE = '<!doctype html><title>Form</title><form method="post"><input name="text"><button>Send</button></form>'

async function page(request: HttpRequest): Promise<HttpResponse> {
  if (request.method !== 'POST') return new HttpResponse(PAGE)
  const text = (await request.form()).get('text')
  return new HttpResponse(typeof text === 'string' ? `Thanks for ${text}` : 'Nothing came.')
}

async function* breaking(): AsyncGenerator<string> {
  yield 'x'
  throw new Error('the stream broke')
}

async function* endless(): AsyncGenerator<string> {
  for (;;) {
    yield 'x'
    await setImmediate()
  }
}

/** What is at a URL, of a server that this certificate may be of. */
async function textOf(url: string, ca: string): Promise<string> {
  const request = url.startsWith('https:') ? https.get(url, { ca, agent: false }) : http.get(url, { agent: false })
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
  return text(answer)
}

const urls = urlpatterns(
  path('', page),
  path('host/', (request: HttpRequest) => new HttpResponse(request.getHost())),
  path('fails/', () => {
    throw new RangeError('out of clouds')
  }),
  path('breaks/', () => new StreamingHttpResponse(breaking())),
  path('stuck/', () => new Promise<HttpResponse>(() => {})),
  path('endless/', () => new StreamingHttpResponse(endless())),
)

describe('LiveServer', () => {
  afterEach(() => resetForTests())

  test('answers by HTTP until it is closed', async () => {
    const application = await makeSite(urls)
    let url: string
    {
      await using server = await LiveServer.start(application)
      ;({ url } = server)
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
      assert.equal((await fetch(url)).status, 200)
      await overrideSettings({ appendSlash: false }, async () => assert.equal((await fetch(url)).status, 200))
    }
    await assert.rejects(fetch(url))
  })

  test('listens where it is told, by IPv6, by name and by HTTPS', async () => {
    const application = await makeSite(urls)
    const { cert, key } = makeCertificate(['127.0.0.1'])
    for (const [options, url] of [
      [{ host: '::1' }, /^http:\/\/\[::1\]:\d+$/],
      [{ host: 'localhost' }, /^http:\/\/localhost:\d+$/],
      [{ tls: { cert, key } }, /^https:\/\/127\.0\.0\.1:\d+$/],
    ] as const) {
      await using server = await LiveServer.start(application, options)
      assert.match(server.url, url)
      assert.equal(await textOf(`${server.url}/host/`, cert), server.url.replace(/^\w+:\/\//, ''))
    }
  })

  test('keeps what views throw, each server its own, and many at a time', async () => {
    const application = await makeSite(urls)
    await using server = await LiveServer.start(application)
    await using other = await LiveServer.start(application)
    const { records } = await assertLogs('nuages.request', async () => {
      const asked = Array.from({ length: 20 }, (_, n) => fetch(`${server.url}${n % 2 === 0 ? '/fails/' : '/host/'}`))
      const statuses = (await Promise.all(asked)).map(({ status }) => status)
      assert.deepEqual(new Set(statuses), new Set([500, 200]))
      await assert.rejects(fetch(`${server.url}/breaks/`).then((answer) => answer.text()))
    })
    assert.equal(records.length, 11)
    assert.equal(server.errors.length, 11)
    assert.ok(server.errors[0] instanceof RangeError)
    assert.match(String(server.errors.at(-1)), /the stream broke/)
    assert.deepEqual(other.errors, [])
  })

  test('closes, though one view never ends, one answer neither, and clients stay connected', async () => {
    const server = await LiveServer.start(await makeSite(urls))
    const stuck = assert.rejects(fetch(`${server.url}/stuck/`))
    const endless = await fetch(`${server.url}/endless/`)
    await (await fetch(`${server.url}/host/`)).text()
    const silent = net.connect(Number(new URL(server.url).port), '127.0.0.1')
    silent.on('error', () => {})
    await once(silent, 'connect')
    silent.write('GET / HT')
    await server.close()
    await server.close()
    await stuck
    await assert.rejects(endless.text())
    silent.destroy()
  })

  test('serves a browser', { skip: withoutChromium }, async (t) => {
    await using server = await LiveServer.start(await makeSite(urls))
    const page = await (await startChromium(t)).newPage()
    await page.goto(`${server.url}/`)
    await page.fill('input', 'cloud')
    await page.click('button')
    assert.equal(await page.textContent('body'), 'Thanks for cloud')
  })
})

describe('modifySettings', () => {
  afterEach(() => resetForTests())

  test('adds to lists, takes from them, and takes that back', async () => {
    const client = new Client(await makeSite(urls, { allowedHosts: ['a.example', 'b.example'] }))
    const changes = {
      allowedHosts: { prepend: ['c.example', 'b.example'], append: ['d.example'], remove: ['a.example'] },
    }
    await modifySettings(changes, async () => {
      assert.deepEqual(settings.allowedHosts, ['c.example', 'b.example', 'd.example'])
      assert.equal((await client.get('/host/', { host: 'd.example' })).status, 200)
      assert.equal((await client.get('/host/', { host: 'a.example' })).status, 400)
    })
    assert.deepEqual(settings.allowedHosts, ['a.example', 'b.example'])
  })
})

describe('overrideSystemChecks', () => {
  test('leaves those that are given alone, and takes that back', async () => {
    const before = await runChecks({ deploy: true }).catch(() => undefined)
    const found = await overrideSystemChecks([() => [checkWarning('mine.W001', 'Mine.')]], () =>
      runChecks({ deploy: true }),
    )
    assert.deepEqual(
      found.map(({ id }) => id),
      ['mine.W001'],
    )
    assert.deepEqual(await runChecks({ deploy: true }).catch(() => undefined), before)
  })
})
