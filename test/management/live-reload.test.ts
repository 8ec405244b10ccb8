import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { startChromium, withoutChromium } from './chromium.ts'
import { type LiveSite, liveSite } from './live-site.ts'

/** A new project that is served, and a page of it that says what it is told. */
function site(t: TestContext, ...words: readonly string[]): Promise<LiveSite> {
  const files = {
    'static/css/site.css': 'h1 { color: rgb(1, 2, 3) }',
    'templates/home.html': pageOf('one'),
    'mysite/urls.ts': urlsOf('first'),
  }
  return liveSite(t, { files, words: ['0', ...words] })
}

function pageOf(text: string): string {
  return `<!doctype html><html lang="en"><head><title>Home</title><link rel="stylesheet" href="{{ static('css/site.css') }}"></head>
    <body><h1>{{ heading }}</h1><p>${text}</p></body></html>`
}

function urlsOf(heading: string): string {
  return `import { path, urlpatterns } from 'nuages/urls'
    import { render } from 'nuages/views'
    import type { HttpRequest } from 'nuages/http'
    function home(request: HttpRequest) { return render(request, 'home.html', { heading: '${heading}' }) }
    function slow() { const end = Date.now() + 700; while (Date.now() < end); throw new Error('slow on purpose') }
    function waiting(): Promise<never> { console.log('waits now'); return new Promise(() => {}) }
    export const urls = urlpatterns(path('', home, 'home'), path('slow/', slow, 'slow'), path('waiting/', waiting, 'waiting'))`
}

/** What the page's heading looks like, as code for the page. */
const COLOR = "getComputedStyle(document.querySelector('h1')).color"

/** Open a page, and count how often it is loaded. */
async function open(page: Page, url: string): Promise<{ navigations: () => number }> {
  let navigations = 0
  page.on('framenavigated', () => navigations++)
  await page.goto(url)
  return { navigations: () => navigations }
}

describe('live reload', { timeout: 120_000, skip: withoutChromium }, () => {
  test('a stylesheet is swapped, a template and a view load the page anew, a mistake is shown until it is mended', async (t) => {
    const { write, running, url } = await site(t)
    const page = await (await startChromium(t)).newPage()
    const { navigations } = await open(page, url)
    assert.equal(await page.evaluate(COLOR), 'rgb(1, 2, 3)')

    write('static/css/site.css', 'h1 { color: rgb(4, 5, 6) }')
    while ((await page.evaluate(COLOR)) !== 'rgb(4, 5, 6)');
    assert.equal(navigations(), 1)

    write('templates/home.html', pageOf('two'))
    await page.getByText('two').waitFor()
    assert.equal(navigations(), 2)
    assert.doesNotMatch(running.output, /reloading/)

    write('mysite/urls.ts', urlsOf('second'))
    await page.getByText('second').waitFor()

    write('mysite/urls.ts', `${urlsOf('third')} = = broken`)
    await page.locator('#nuages-failure').getByText('mysite/urls.ts').waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'The server could not be started' }).waitFor()
    await page.getByText('mysite/urls.ts').first().waitFor()

    write('mysite/urls.ts', urlsOf('mended'))
    await page.getByText('mended').waitFor()
    running.child.kill('SIGINT')
    assert.deepEqual(await running.exit, { code: 0, signal: null })
  })

  test('more pages than a browser makes connections follow by HTTPS, and let the server stop', async (t) => {
    const { directory, write, running, url } = await site(t, '--https')
    assert.match(url, /^https:/)
    assert.equal(fs.statSync(path.join(directory, '.nuages/key.pem')).mode & 0o777, 0o600)
    const browser = await startChromium(t)
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    const pages = await Promise.all(Array.from({ length: 8 }, () => context.newPage()))
    for (const page of pages) await page.goto(url)
    write('templates/home.html', pageOf('two'))
    await Promise.all(pages.map((page) => page.getByText('two').waitFor()))
    running.child.kill('SIGINT')
    assert.deepEqual(await running.exit, { code: 0, signal: null })
  })

  test('names the view that took long, and once the line that blocked the loop, not who waited meanwhile', async (t) => {
    const { running, url } = await site(t)
    const waiting = new AbortController()
    const waits = fetch(`${url}waiting/`, { signal: waiting.signal }).catch(() => {})
    await running.waitFor(/waits now/)
    const ask = () => fetch(`${url}slow/`)
    const answer = await ask()
    assert.match(answer.headers.get('Server-Timing') ?? '', /^total;dur=[\d.]+, step1;desc="view slow";dur=[\d.]+/)
    await running.waitFor(/GET \/slow\/ 500 .* ms [\d.]+ ms of it view slow\n/)
    // The thread that watches begins when the server has begun.
    while (!/The event loop was blocked/.test(running.output)) await ask()
    assert.match(
      running.output,
      /The event loop was blocked for \d+ ms by GET \/slow\/ \(view slow\): nothing else could be answered\.\n {4}at slow \(mysite\/urls\.ts:5\)/,
    )
    for (let time = 0; time < 3; time++) await ask()
    assert.equal(running.output.match(/The event loop was blocked/g)?.length, 1)
    waiting.abort()
    await waits
  })

  test('leaves pages alone that were asked for without it', async (t) => {
    const { url } = await site(t, '--no-livereload')
    assert.doesNotMatch(await (await fetch(url)).text(), /<script/)
  })
})
