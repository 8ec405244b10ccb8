/** A site behind a real server, asked by a real browser; and checks and lists that a test changes. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { checkWarning, runChecks } from 'nuages/checks'
import { settings } from 'nuages/conf'
import { type HttpRequest, HttpResponse } from 'nuages/http'
import { Client, LiveServer, modifySettings, overrideSettings, overrideSystemChecks } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { startChromium, withoutChromium } from '../management/chromium.ts'
import { makeSite } from './site.ts'

const PAGE = '<!doctype html><title>Form</title><form method="post"><input name="text"><button>Send</button></form>'

async function page(request: HttpRequest): Promise<HttpResponse> {
  if (request.method !== 'POST') return new HttpResponse(PAGE)
  const text = (await request.form()).get('text')
  return new HttpResponse(typeof text === 'string' ? `Thanks for ${text}` : 'Nothing came.')
}

const urls = urlpatterns(
  path('', page),
  path('host/', (request: HttpRequest) => new HttpResponse(request.getHost())),
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
