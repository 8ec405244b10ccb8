/** What pages of all kinds make of live reload, in a real browser. */
import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { startChromium, withoutChromium } from './chromium.ts'
import { type LiveSite, liveSite } from './live-site.ts'
import { hasIPv6 } from './support.ts'

/** The page `/<name>/` is the template of that name, with the Content-Security-Policy that it has here. */
const POLICIES = {
  nonce: "default-src 'self'; script-src 'self' 'nonce-abc123'; style-src 'nonce-abc123'; connect-src 'self'",
  strict: "script-src 'nonce-abc123' 'strict-dynamic'; object-src 'none'; base-uri 'none'",
  'without-workers': "default-src 'none'; script-src 'nonce-abc123'; connect-src 'self'",
  'without-connections': "default-src 'none'; script-src 'self'; connect-src 'none'; worker-src 'self'",
  'trusted-types': "script-src 'self'; require-trusted-types-for 'script'",
  'other-base': "script-src 'self'",
}

const URLS = `
  import { path, urlpatterns } from 'nuages/urls'
  import { render } from 'nuages/views'
  import type { HttpRequest } from 'nuages/http'
  const policies: Record<string, string> = ${JSON.stringify(POLICIES)}
  function page(request: HttpRequest, { name }: { name: string }) {
    const policy = policies[name] ?? "default-src 'self'; img-src 'self' data:"
    const response = render(request, name in policies ? 'page.html' : name + '.html', { base: name === 'other-base', first: 'first' })
    response.headers.set('Content-Security-Policy', policy)
    return response
  }
  export const urls = urlpatterns(path('<str:name>/', page, 'page'))`

function pageOf(text: string, head = '', body = ''): string {
  return `<!doctype html>
    <html lang="en"><head><title>Page</title>{% if base %}<base href="https://elsewhere.invalid/">{% endif %}
    ${head}</head><body><h1>{{ first }}</h1><p>${text}</p>${body}</body></html>`
}

const FILES = { 'mysite/urls.ts': URLS, 'templates/page.html': pageOf('one') }

/** Open a page that remembers, until it is loaded anew. */
async function open(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.evaluate('globalThis.remembered = true')
  await page.locator('script[data-version]').waitFor({ state: 'attached' })
}

/** A proxy that shows the site below `/news/`, and cuts that off. */
async function proxy(t: TestContext, { url }: LiveSite): Promise<string> {
  const server = http.createServer((request, response) => {
    const cut = request.url?.startsWith('/news/') ? request.url.slice('/news'.length) : undefined
    if (cut === undefined) return void response.writeHead(404).end()
    const forwarded = http.request(new URL(cut, url), { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    forwarded.on('error', () => response.writeHead(502).end('nobody there'))
    response.on('close', () => forwarded.destroy())
    forwarded.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/news/`
}

describe('live reload', { timeout: 120_000, skip: withoutChromium }, () => {
  test('follows under each policy, and without shared workers', async (t) => {
    const { url, write, running } = await liveSite(t, { files: FILES })
    const browser = await startChromium(t)
    const pages = await Promise.all(
      Object.keys(POLICIES).map(async (name) => {
        const page = await browser.newPage()
        await open(page, `${url}${name}/`)
        return page
      }),
    )
    const old = await browser.newPage()
    await old.addInitScript('delete globalThis.SharedWorker')
    await open(old, `${url}nonce/`)
    write('templates/page.html', pageOf('two'))
    await Promise.all([...pages, old].map((page) => page.getByText('two').waitFor()))
    assert.doesNotMatch(running.output, /No live reload/)
    write('mysite/urls.ts', URLS.replace("first: 'first'", "first: 'second'"))
    await Promise.all([...pages, old].map((page) => page.getByText('second').waitFor()))
  })

  test('loads a page once for each change, with the frames in it', async (t) => {
    const frames = '<iframe src="/page/" title="a"></iframe><iframe src="/page/" title="b"></iframe>'
    const { url, write } = await liveSite(t, {
      files: { ...FILES, 'templates/outer.html': pageOf('outer', '', frames) },
      settings: "xFrameOptions: 'SAMEORIGIN',",
    })
    const page = await (await startChromium(t)).newPage()
    await open(page, `${url}outer/`)
    let loads = 0
    page.on('framenavigated', (frame) => (loads += frame === page.mainFrame() ? 1 : 0))
    const textOf = (title: string) => page.frameLocator(`iframe[title=${title}]`).locator('p')
    for (const [index, text] of ['two', 'three'].entries()) {
      write('templates/page.html', pageOf(text))
      for (const title of ['a', 'b']) await textOf(title).getByText(text).waitFor()
      assert.equal(loads, index + 1)
    }
  })

  test('follows below a sub-path that a proxy cuts off, through a server that does not start', async (t) => {
    const site = await liveSite(t, { files: FILES, settings: "forceScriptName: '/news'," })
    const url = await proxy(t, site)
    const page = await (await startChromium(t)).newPage()
    await open(page, `${url}page/`)
    site.write('templates/page.html', pageOf('two'))
    await page.getByText('two').waitFor()
    site.write('mysite/urls.ts', `${URLS} = = broken`)
    await page.locator('#nuages-failure').getByText('mysite/urls.ts').waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'The server could not be started' }).waitFor()
    site.write('mysite/urls.ts', URLS.replace("first: 'first'", "first: 'second'"))
    await page.getByText('second').waitFor()
  })

  test('follows on IPv6', { skip: !hasIPv6() && 'this machine has no ::1' }, async (t) => {
    const { url, write } = await liveSite(t, { files: FILES, words: ['[::1]:0'] })
    const page = await (await startChromium(t)).newPage()
    await open(page, `${url}page/`)
    write('mysite/urls.ts', `${URLS} = = broken`)
    await page.locator('#nuages-failure').getByText('mysite/urls.ts').waitFor()
    write('mysite/urls.ts', URLS.replace("first: 'first'", "first: 'second'"))
    await page.getByText('second').waitFor()
  })

  test('follows a project in any directory, among thousands of packages, and a new app in it', async (t) => {
    const site = await liveSite(t, { files: FILES, below: "Meine Projekte/50% größer & 'neu'" })
    const page = await (await startChromium(t)).newPage()
    await open(page, `${site.url}page/`)
    for (let index = 0; index < 5000; index++) site.write(`node_modules/many/${index % 50}/${index}.js`, '')
    site.write('templates/page.html', pageOf('two'))
    await page.getByText('two').waitFor()
    site.write('mysite/urls.ts', `${URLS} = = broken`)
    await page.locator('#nuages-failure').getByText('größer').waitFor()
    site.write('polls/apps.ts', "export const title = 'polls'")
    site.write('mysite/urls.ts', `import { title } from '../polls/apps.ts'\n${URLS.replace("'first'", 'title')}`)
    await page.getByRole('heading', { name: 'polls' }).waitFor()
    site.write('polls/apps.ts', "export const title = 'polls of today'")
    await page.getByRole('heading', { name: 'polls of today' }).waitFor()
    assert.doesNotMatch(site.running.output, /node_modules\/many/)
  })

  test('shows the error of a template, and the page when it is mended', async (t) => {
    const { url, write } = await liveSite(t, { files: FILES })
    const page = await (await startChromium(t)).newPage()
    await open(page, `${url}page/`)
    write('templates/page.html', pageOf('{% for %}'))
    await page.getByText('templates/page.html').first().waitFor()
    write('templates/page.html', pageOf('mended'))
    await page.getByText('mended').waitFor()
    write('mysite/urls.ts', URLS.replace('const policy', 'missing(); const policy'))
    await page.getByText('missing is not defined').first().waitFor()
    write('mysite/urls.ts', URLS.replace("first: 'first'", "first: 'second'"))
    await page.getByText('second').waitFor()
  })

  test('swaps images and stylesheets where they stand, else loads the page anew', async (t) => {
    const head = `<link rel="stylesheet" href="{{ static('site.css') }}"><link rel="stylesheet" href="{{ static('other.css') }}">`
    const body = `
      <img id="data" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='100%'/>" alt="">
      <img id="plain" src="{{ static('a.svg') }}" alt="">
      <picture><source srcset="{{ static('a.svg') }} 1x"><img id="picture" src="{{ static('b.svg') }}" alt=""></picture>`
    const svg = (width: number) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="1"/>`
    const style = (red: number) => `h1 { color: rgb(${red}, 0, 0) }`
    const { url, write } = await liveSite(t, {
      files: {
        'mysite/urls.ts': URLS,
        'templates/page.html': pageOf('one', head, body),
        'static/a.svg': svg(11),
        'static/b.svg': svg(1),
        'static/site.css': '@import "imported.css";',
        'static/imported.css': style(1),
        'static/other.css': 'p { background: url(c.svg) }',
        'static/c.svg': svg(1),
      },
    })
    const page = await (await startChromium(t)).newPage()
    await open(page, `${url}page/`)
    const widths = () => page.evaluate("[plain.naturalWidth, picture.naturalWidth].join(' ')")
    const color = () => page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    assert.equal(await widths(), '11 11')
    write('static/a.svg', svg(22))
    while ((await widths()) !== '22 22');

    assert.equal(await color(), 'rgb(1, 0, 0)')
    for (const red of [2, 3, 4]) write('static/imported.css', style(red))
    while ((await color()) !== 'rgb(4, 0, 0)');
    for (const red of [5, 6]) {
      write('static/site.css', style(red))
      while ((await color()) !== `rgb(${red}, 0, 0)`);
    }
    while ((await page.locator('link[rel=stylesheet]').count()) !== 2);
    assert.equal(await page.evaluate('globalThis.remembered'), true)

    const loaded = page.waitForEvent('load')
    write('static/c.svg', svg(2))
    await loaded
  })

  test('a page that answers a form is not sent again', async (t) => {
    const { url, write, running } = await liveSite(t, {
      files: {
        'templates/page.html': pageOf('one', '', '<form method="post"><button>Send</button></form>'),
        'mysite/urls.ts': `
          import { path, urlpatterns } from 'nuages/urls'
          import { render } from 'nuages/views'
          import type { HttpRequest } from 'nuages/http'
          function page(request: HttpRequest) { return render(request, 'page.html', { first: request.method }) }
          export const urls = urlpatterns(path('', page, 'page'))`,
      },
    })
    const browser = await startChromium(t)
    const [sent, other] = [await browser.newPage(), await browser.newPage()]
    await open(sent, url)
    await open(other, url)
    await sent.getByRole('button').click()
    await sent.getByRole('heading', { name: 'POST' }).waitFor()
    const count = (pattern: RegExp) => running.output.match(pattern)?.length ?? 0
    for (const text of ['two', 'three']) {
      write('templates/page.html', pageOf(text))
      await other.getByText(text).waitFor()
    }
    assert.equal(count(/POST \/ 200/g), 1, running.output)
  })
})
