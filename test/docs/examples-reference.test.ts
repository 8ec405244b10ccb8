/** What the `ts` blocks of the reference, of the README and of the road say that they do, seen. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Settings } from 'nuages/conf'
import { HttpResponse, type HttpRequest, type Middleware } from 'nuages/http'
import type { Client } from 'nuages/test'
import { reverseUntyped, type urlpatterns } from 'nuages/urls'
import { run, scaffold } from '../management/scaffold.ts'
import { Modules, rooted, routed, site } from './modules.ts'
import { type Block, readPage } from './pages.ts'

type View = (request: HttpRequest, params: never) => unknown
type WithUrls = { urls: ReturnType<typeof urlpatterns> }
type WithSettings = { default: Partial<Settings> }

const hello = () => new HttpResponse('Hello.')
const textOf = async (client: Client, url: string) => (await client.get(url)).text()

test('README.md and the road: the routes lead where they say', async (t) => {
  const readme = new Modules(t, 'README.md', { 'templates/article.html': '{{ slug }} {{ next }}' })
  const client = await site(t, {
    ...rooted((await readme.get<WithUrls>('urlpatterns(')).urls),
    templates: { dirs: [path.join(readme.directory, 'templates')] },
  })
  assert.equal(await textOf(client, '/articles/2026/rain/'), 'rain /articles/2027/rain/')
  const road = await new Modules(t, 'docs/from-cgi-to-django.md').get<WithUrls>('urlpatterns(')
  assert.equal(await textOf(await site(t, rooted(road.urls)), '/articles/2026/'), '<h1>Articles of 2026</h1>')
})

test('checks.md: a check of one’s own is found by check --deploy', { timeout: 60_000 }, async (t) => {
  const directory = await scaffold(t)
  const modules = new Modules(t, 'docs/reference/checks.md')
  fs.copyFileSync(
    path.join(modules.directory, modules.file('registerCheck(')),
    path.join(directory, 'mysite/checks.ts'),
  )
  fs.appendFileSync(path.join(directory, 'mysite/urls.ts'), "\nimport './checks.ts'\n")
  const { stdout, stderr } = run(directory, ['manage.ts', 'check', '--deploy'], { env: { ALLOWED_HOSTS: '*' } })
  assert.match(
    stdout + stderr,
    /polls\.W001\) allowedHosts has "\*", so the site answers to any name\.\n\tHINT: Name the hosts\./,
  )
})

test('commands.md and settings.md: a program calls a command, with the settings of the page', {
  timeout: 60_000,
}, async (t) => {
  const directory = await scaffold(t)
  const settings = new Modules(t, 'docs/reference/settings.md')
  fs.copyFileSync(path.join(settings.directory, 'mysite/settings.ts'), path.join(directory, 'mysite/page.ts'))
  const commands = new Modules(t, 'docs/reference/commands.md')
  fs.copyFileSync(path.join(commands.directory, commands.file('callCommand(')), path.join(directory, 'call.ts'))
  const words = [
    'manage.ts',
    'shell',
    '--skip-checks',
    '--settings',
    'mysite/page.ts',
    '-c',
    "await import('./call.ts')",
  ]
  const { status, stdout, stderr } = run(directory, words, { env: { ALLOWED_HOSTS: 'example.com' } })
  assert.equal(status, 0, stdout + stderr)
  assert.match(stdout + stderr, /System check identified/)
})

test('decorators.md: each decorator leaves its mark on the answer', async (t) => {
  const modules = new Modules(t, 'docs/reference/decorators.md')
  const cached = await site(t, rooted((await modules.get<WithUrls>("varyOnHeaders('Accept-Language')")).urls))
  const answer = await cached.get('/articles/7/')
  assert.deepEqual(
    [await answer.text(), answer.headers.get('Cache-Control'), answer.headers.get('Vary')],
    ['article 7', 'max-age=60', 'Accept-Language'],
  )
  assert.equal((await cached.post('/articles/7/')).status, 405)

  const { article } = await modules.get<{ article: View }>('lastModified')
  const { Webhook } = await modules.get<{ Webhook: { asView: () => View } }>('class Webhook')
  const { signed } = await modules.get<{ signed: (view: View) => View }>('copyMarks')
  const { cart } = await modules.get<{ cart: View }>('inShop')
  const client = await site(
    t,
    routed({ 'a/<int:id>/': article, 'hook/': Webhook.asView(), 'signed/': signed(hello), 'cart/': cart }),
  )
  const since = { 'If-Modified-Since': 'Tue, 24 Nov 2026 17:00:00 GMT' }
  assert.deepEqual(
    [(await client.get('/a/1/')).status, (await client.get('/a/1/', { headers: since })).status],
    [200, 304],
  )
  const ready = await client.get('/hook/')
  assert.deepEqual([ready.headers.get('Vary'), ready.headers.get('Cache-Control')], ['Accept', 'max-age=60'])
  assert.equal((await client.post('/hook/')).status, 204)
  assert.equal((await client.get('/signed/')).headers.get('X-Signed'), 'yes')
  assert.equal((await client.get('/cart/')).headers.get('X-Shop'), 'yes')
})

test('middleware.md: layers do what their settings say', async (t) => {
  const modules = new Modules(t, 'docs/reference/middleware.md')
  const all = await with_(t, modules, 'xFrameOptionsMiddleware,')
  assert.equal((await all.get('/')).headers.get('X-Frame-Options'), 'DENY')
  const policed = (await (await with_(t, modules, 'secureCsp:')).get('/')).headers.get('Content-Security-Policy')
  assert.match(
    policed ?? '',
    /default-src 'self'; script-src 'self' 'sha256-[^']+'; upgrade-insecure-requests; report-uri \/csp-report\//,
  )
  const shared = await with_(t, modules, 'corsUrlsRegex')
  const from = async (origin: string) =>
    (await shared.get('/api/', { headers: { Origin: origin } })).headers.get('Access-Control-Allow-Origin')
  assert.equal(await from('https://shop.example.com'), 'https://shop.example.com')
  assert.equal(await from('https://docs.example.com'), 'https://docs.example.com')
  assert.equal(await from('https://evil.example'), null)
  const printed = t.mock.method(process.stdout, 'write', () => true)
  await (await with_(t, modules, 'accessLogMiddleware')).get('/')
  printed.mock.restore()
  assert.ok(printed.mock.calls.some(({ arguments: [text] }) => String(text).includes('"nuages.access"')))
  const { webhook } = await modules.get<{ webhook: View }>('webhook')
  const client = await site(t, routed({ '': webhook }))
  const got = await client.post('/', { json: {} })
  assert.deepEqual([got.status, await got.text()], [202, 'got object\n'])
})

/** A site with the settings of a block, and two pages. */
async function with_(t: Parameters<typeof site>[0], modules: Modules, words: string): Promise<Client> {
  const { default: settings } = await modules.get<WithSettings>(words)
  return site(t, { ...settings, ...routed({ '': hello, 'api/': hello }), allowedHosts: ['*'] })
}

test('paginator.md: a list comes in pages', async (t) => {
  const page = 'docs/reference/paginator.md'
  const html = readPage(page).blocks.find(({ language }) => language === 'html') as Block
  const modules = new Modules(t, page, { 'templates/articles/list.html': html.text })
  const { list } = await modules.get<{ list: View }>('Cloud ${')
  const { list: slow } = await modules.get<{ list: View }>('AsyncPaginator')
  const client = await site(t, {
    ...routed({ '': list, 'slow/': slow }),
    templates: { dirs: [path.join(modules.directory, 'templates')] },
  })
  const third = await textOf(client, '/?page=3')
  assert.match(third, /^<p>Cloud 51<\/p>.*<p>Cloud 60<\/p><nav>\n/)
  assert.match(third, /<a href="\?page=1">1<\/a>/)
  t.mock.method(globalThis, 'fetch', (url: string) =>
    Promise.resolve(
      url.endsWith('count') ? new Response('26') : Response.json(url.includes('from=25') ? [{ title: 'Last' }] : []),
    ),
  )
  assert.match(await textOf(client, '/slow/?page=2'), /<p>Last<\/p>/)
})

test('request-response.md: views read requests and write answers as the page says', async (t) => {
  const modules = new Modules(t, 'docs/reference/request-response.md', {
    'reports/year.pdf': '0123456789',
    'templates/articles/detail.html': '{{ title }}',
  })
  const { search } = await modules.get<{ search: View }>('function search')
  const { cart } = await modules.get<{ cart: View }>('getSignedCookie')
  const { detail } = await modules.get<{ detail: View }>('TemplateResponse')
  const { report } = await modules.get<{ report: View }>('FileResponse.open')
  const client = await site(t, {
    ...routed({ 'search/': search, 'cart/': cart, 'detail/': detail, 'report/': report }),
    baseDir: modules.directory,
    templates: { dirs: [path.join(modules.directory, 'templates')] },
  })
  assert.deepEqual(await (await client.get('/search/?word=a&word=b&page=2')).json(), { words: ['a', 'b'], page: 2 })
  assert.deepEqual(await (await client.post('/search/', { json: { x: 1 } })).json(), {
    words: [],
    page: 1,
    filter: { x: 1 },
  })
  await client.get('/cart/')
  assert.equal(await textOf(client, '/cart/'), 'In your cart:  cloud')
  assert.equal(await textOf(client, '/detail/'), 'First light')
  const part = await client.get('/report/', { headers: { Range: 'bytes=2-4' } })
  assert.deepEqual([part.status, await part.text()], [206, '234'])
  assert.match(part.headers.get('Content-Disposition') ?? '', /^attachment; filename="?year\.pdf/)
})

test('request-response.md: a stream comes piece by piece, and a receiver hears of errors', async (t) => {
  const modules = new Modules(t, 'docs/reference/request-response.md')
  const { ticks } = await modules.get<{ ticks: (request: { signal: AbortSignal }) => AsyncIterable<Uint8Array> }>(
    'ticks',
  )
  const { signal } = new AbortController()
  for await (const chunk of ticks({ signal })) {
    assert.equal(Buffer.from(chunk).toString(), 'data: 0\n\n')
    break
  }
  const { stderr } = modules.run(`
    import './${modules.file('gotRequestException')}'
    import { defineSettings } from 'nuages/conf'
    import { getWSGIApplication } from 'nuages/handlers'
    import { Client } from 'nuages/test'
    import { path, urlpatterns } from 'nuages/urls'
    const urls = urlpatterns(path('', () => { throw new TypeError('It broke.') }))
    const application = await getWSGIApplication(defineSettings({ rootUrlconf: () => Promise.resolve({ urls }) }))
    await new Client(application, { raiseRequestException: false }).get('/')`)
  assert.match(stderr, /\/ failed TypeError: It broke\./)
})

test('settings.md: settings are read by functions, and say what is logged', async (t) => {
  const modules = new Modules(t, 'docs/reference/settings.md')
  const { default: settings } = await modules.get<WithSettings>('logging: {')
  const { contact } = await modules.get<{ contact: () => string }>('function contact')
  const written = t.mock.method(process.stderr, 'write', () => true)
  const client = await site(t, { ...settings, ...routed({}), allowedHosts: ['*'] })
  await client.get('/nowhere/')
  written.mock.restore()
  assert.deepEqual([contact(), written.mock.callCount()], ['the people on call', 0])
})

test('signing.md: what was signed comes back', (t) => {
  const modules = new Modules(t, 'docs/reference/signing.md')
  const { stdout, stderr } = modules.run(`import './${modules.file('new Signer(')}'`)
  assert.equal(stdout, 'zoë@example.com\n', stderr)
})

test('templates.md: pages, letters, filters, globals and context processors', async (t) => {
  const modules = new Modules(t, 'docs/reference/templates.md', {
    'templates/page.html': "{{ title }} {{ language }} {{ siteName }} {{ 1234 | euros }} {{ 'a&b' | email }}",
    'templates/letter.txt': 'Dear {{ name }}',
  })
  const { page, letter } = await modules.get<{ page: View; letter: (name: string) => string }>('renderToString')
  const { languageContext } = await modules.get<{ languageContext: (request: HttpRequest) => Record<string, unknown> }>(
    'languageContext',
  )
  const { default: settings } = await modules.get<WithSettings>('formatHtml')
  const client = await site(t, {
    ...routed({ '': page }),
    templates: {
      ...settings.templates!,
      dirs: [path.join(modules.directory, 'templates')],
      contextProcessors: [languageContext],
    },
  })
  client.cookies.set('language', 'de')
  assert.equal(await textOf(client, '/'), 'Hello de The journal 12.34 € <a href="mailto:a&amp;b">a&amp;b</a>')
  assert.equal(letter('Ada'), 'Dear Ada')
})

test('urls.md: routes, names, instances, and a list for each host', async (t) => {
  const modules = new Modules(t, 'docs/reference/urls.md')
  const first = await site(t, rooted((await modules.get<WithUrls>("mount('status/'")).urls))
  const pages = ['/news/', '/news/2026/rain/', '/news/archive/2026-11/', '/status/']
  assert.deepEqual(await Promise.all(pages.map((url) => textOf(first, url))), [
    'all articles',
    'rain of 2026',
    'month 2026-11',
    'up\n',
  ])
  const second = await site(t, rooted((await modules.get<WithUrls>('fragment:')).urls))
  assert.equal(await textOf(second, '/2026/'), '/2025/?page=2&tag=a&tag=b#top')
  const third = await site(t, rooted((await modules.get<WithUrls>('author-polls')).urls))
  assert.equal(await textOf(third, '/author-polls/'), '/author-polls/')
  assert.equal(await textOf(third, '/publisher-polls/'), '/publisher-polls/')
  assert.equal(reverseUntyped('polls:index'), '/publisher-polls/')
  const { byHost } = await modules.get<{ byHost: Middleware }>('byHost')
  const fourth = await site(t, { ...routed({ '': hello }), middleware: [byHost] })
  const statuses = await Promise.all(
    ['testserver', 'shop.example.com'].map(async (host) => (await fourth.get('/', { host })).status),
  )
  assert.deepEqual(statuses, [200, 404])
})
