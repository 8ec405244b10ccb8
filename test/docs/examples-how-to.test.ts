/** What the `ts` blocks of the how-to guides say that they do, seen. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { resetForTests } from 'nuages'
import { defineSettings, type Settings } from 'nuages/conf'
import type { Application } from 'nuages/gateway'
import { getWSGIApplication } from 'nuages/handlers'
import { HttpResponse, type HttpRequest, markView, type Middleware, StreamingHttpResponse } from 'nuages/http'
import { Engine, type Library } from 'nuages/template'
import { path as route, reverseUntyped, urlpatterns } from 'nuages/urls'
import { install, run, scaffold } from '../management/scaffold.ts'
import { temporaryDirectory, writeTree } from '../management/support.ts'
import { Modules, rooted, routed, site } from './modules.ts'
import { type Block, readPage } from './pages.ts'

type WithUrls = { urls: ReturnType<typeof urlpatterns> }
type WithSettings = { default: Partial<Settings> }

test('fetch handlers: one is mounted, and a site is one', async (t) => {
  const modules = new Modules(t, 'docs/how-to/fetch-handlers.md')
  const client = await site(t, rooted((await modules.get<WithUrls>('fromFetch(api)')).urls))
  assert.equal(await (await client.get('/api/users/')).text(), '{"path":"/users/"}')
  const { default: platform } = await modules.get<{ default: { fetch: (request: Request) => Promise<Response> } }>(
    'toFetch(',
  )
  assert.equal(await (await platform.fetch(new Request('http://example.com/'))).text(), 'Hello.')
  assert.equal((await platform.fetch(new Request('http://other.example/nowhere/'))).status, 404)
})

test('mount under a sub-path: links lead below it, behind a proxy and in a test', async (t) => {
  const modules = new Modules(t, 'docs/how-to/mount-under-a-sub-path.md')
  const { default: settings } = await modules.get<WithSettings>('forceScriptName')
  const home = (request: HttpRequest) => new HttpResponse(`<a href="${reverseUntyped('home')}">${request.scheme}</a>`)
  const urls = rooted(urlpatterns(route('', home, 'home')))
  const behind = await site(t, { ...settings, ...urls })
  const answer = await behind.get('/', { headers: { 'X-Forwarded-Proto': 'https' } })
  assert.equal(await answer.text(), '<a href="/news/">https</a>')
  const { leadsHome } = await modules.get<{ leadsHome: (application: Application) => Promise<void> }>('leadsHome')
  t.after(resetForTests)
  await leadsHome(await getWSGIApplication(defineSettings({ allowedHosts: ['*'], ...urls })))
})

test('run CGI programs: a project runs those of a directory of its own', async (t) => {
  const modules = new Modules(t, 'docs/how-to/run-cgi-programs.md', {
    'cgi-bin/hello.sh': '#!/bin/sh\nprintf \'Content-Type: text/plain\\n\\nHello, %s.\' "$QUERY_STRING"',
  })
  fs.chmodSync(path.join(modules.directory, 'cgi-bin/hello.sh'), 0o755)
  const client = await site(t, rooted((await modules.get<WithUrls>('cgiBin(')).urls))
  assert.equal(await (await client.get('/cgi-bin/hello.sh?you')).text(), 'Hello, you.')
})

test('write a command: it is called from a program, and the shell has more at hand', { timeout: 90_000 }, async (t) => {
  const directory = await scaffold(t)
  assert.equal(run(directory, ['manage.ts', 'startapp', 'polls']).status, 0)
  install(directory, 'polls')
  const modules = new Modules(t, 'docs/how-to/write-a-command.md')
  fs.cpSync(path.join(modules.directory, 'polls'), path.join(directory, 'polls'), { recursive: true })
  fs.copyFileSync(path.join(modules.directory, modules.file('closesAPoll')), path.join(directory, 'closes.ts'))
  const code = `console.log(now() instanceof Date); await (await import('./closes.ts')).closesAPoll(); console.log('closed')`
  const { stdout, stderr } = run(directory, ['manage.ts', 'shell', '-c', code])
  assert.equal(stdout, 'true\nclosed\n', stderr)
})

test('write a filter or tag: each does in a template what its comment says', async (t) => {
  const modules = new Modules(t, 'docs/how-to/write-a-filter-or-tag.md')
  const { money } = await modules.get<{ money: { name: string; templateTags?: unknown } }>('defineApp(')
  const { library } = await modules.get<{ library: Library }>("new Library('money')")
  assert.deepEqual([money.name, money.templateTags], ['money', [library]])
  const directory = temporaryDirectory(t)
  writeTree(directory, {
    'page.html': PRICES,
    'money/cart.html': "{{ items | join('+') }}",
    'twice.html': '{% twice value %}',
  })
  const { library: twice } = await modules.get<{ library: Library }>("new Library('twice')")
  const engine = new Engine({ dirs: [directory], libraries: [library, twice] })
  assert.equal(
    engine.render('page.html', { item: { cents: 1234 }, items: ['a', 'b'] }),
    '12.34 € 12.3 € 12.34 $ [12.34 €] somebody <div class="red">1 &lt; 2</div> a+b',
  )
  assert.equal(engine.render('twice.html', { value: '<' }), '&lt;&lt;')
})

const PRICES = [
  "{{ item.cents | euros }} {{ item.cents | euros(1) }} {% price item.cents currency='$' %}",
  '{% price item.cents as shown %}[{{ shown }}] {% visitor %}',
  "{% box 'red' %}{{ '1 < 2' }}{% endbox %} {% cart items %}",
].join(' ')

test('write a middleware: each layer does what it is there for', async (t) => {
  const modules = new Modules(t, 'docs/how-to/write-a-middleware.md')
  const layer = async (name: string) =>
    (await modules.get<Record<string, Middleware>>(`const ${name}`))[name] as Middleware
  const { default: own } = await modules.get<WithSettings>('// mysite/settings.ts')
  const served = await site(t, { ...own, ...routed({ '': () => new HttpResponse('Hello.') }) })
  assert.equal((await served.get('/')).headers.get('X-Served-By'), hostname())

  const { where } = await modules.get<{ where: (request: HttpRequest) => string }>('tenantMiddleware')
  const client = await site(t, {
    ...rooted(
      urlpatterns(
        route('where/', (request: HttpRequest) => new HttpResponse(where(request)), 'where'),
        route(
          'json/',
          markView(() => new HttpResponse('json'), 'jsonOnly'),
        ),
        route('range/', () => {
          throw new RangeError('Too far.')
        }),
        route('stream/', () => new StreamingHttpResponse(['a', 'b'])),
      ),
    ),
    middleware: [await layer('noStore'), await layer('tenantMiddleware'), await layer('errorsAsJson')],
  })
  const answer = await client.get('/where/', { host: 'acme.example.com' })
  assert.deepEqual([await answer.text(), answer.headers.get('Cache-Control')], ['acme at where', 'no-store'])
  const refused = await client.get('/range/')
  assert.deepEqual([refused.status, await refused.json()], [422, { error: 'Too far.' }])
  assert.equal((await client.get('/json/', { headers: { Accept: 'text/html' } })).status, 406)
  const loud = await site(t, {
    ...routed({ '': () => new HttpResponse('quiet'), 'stream/': () => new StreamingHttpResponse(['a', 'b']) }),
    middleware: [await layer('shouting')],
  })
  assert.deepEqual([await (await loud.get('/')).text(), await (await loud.get('/stream/')).text()], ['QUIET', 'AB'])
})

test('write a middleware: a shop is closed at night, and one that never is has no such layer', async (t) => {
  const modules = new Modules(t, 'docs/how-to/write-a-middleware.md')
  const { closedAtNight } = await modules.get<{ closedAtNight: Middleware }>('closedAtNight')
  const shop = () => site(t, { ...routed({ '': () => new HttpResponse('Come in.') }), middleware: [closedAtNight] })
  const night = new Date(2026, 0, 1, 23).getTime()
  t.mock.timers.enable({ apis: ['Date'], now: night })
  const closed = await (await shop()).get('/')
  assert.deepEqual([closed.status, closed.headers.get('Retry-After')], [503, '3600'])
  t.mock.timers.setTime(new Date(2026, 0, 2, 7).getTime())
  assert.equal((await (await shop()).get('/')).status, 200)
  t.mock.timers.setTime(new Date(2026, 0, 2, 23).getTime())
  process.env['ALWAYS_OPEN'] = 'true'
  t.after(() => delete process.env['ALWAYS_OPEN'])
  assert.equal((await (await shop()).get('/')).status, 200)
})

test('write error pages: a template and a handler take the place of the framework’s page', async (t) => {
  const page = 'docs/how-to/write-error-pages.md'
  const [html] = readPage(page).blocks as [Block]
  const modules = new Modules(t, page, { 'templates/404.html': html.text })
  const own = await modules.get<WithUrls & { handler404: unknown }>('handler404')
  const client = await site(t, {
    rootUrlconf: () => Promise.resolve(own as never),
    templates: { dirs: [path.join(modules.directory, 'templates')] },
  })
  assert.match(
    await (await client.get('/no where/')).text(),
    /There is nothing at \/no where\/\. <a href="\/">Home<\/a>/,
  )
  const asked = await client.get('/nowhere/', { headers: { Accept: 'application/json' } })
  assert.deepEqual([asked.status, await asked.json()], [404, { error: 'not found' }])
})
