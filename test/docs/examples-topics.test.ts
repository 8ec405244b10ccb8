/** What the `ts` blocks of the topic guides say that they do, seen. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { settings as live } from 'nuages/conf'
import type { HttpRequest, HttpResponse } from 'nuages/http'
import type { Application } from 'nuages/gateway'
import { assertLogs, captureLogs, Client } from 'nuages/test'
import { path as route, resolve, reverseUntyped, urlpatterns } from 'nuages/urls'
import { run, scaffold } from '../management/scaffold.ts'
import { cleanEnvironment, Running } from '../management/support.ts'
import { freePort } from '../management/nginx.ts'
import { Modules, rooted, routed, site } from './modules.ts'

type View = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>
type WithSettings = { default: Parameters<typeof site>[1] }
type WithUrls = { urls: ReturnType<typeof urlpatterns> }

test('errors: a filter hides what it names, and reports of errors go where they are sent', async (t) => {
  const modules = new Modules(t, 'docs/topics/errors.md', { 'var/log/mysite/.keep': '' })
  const fails = () => {
    throw new TypeError('It broke.')
  }
  const { default: filtered } = await modules.get<WithSettings>('class Filter')
  const { exceptionReporterFilter: filter } = filtered
  assert.deepEqual(
    [filter?.cleanseSetting('iban', 'DE02'), filter?.cleanseSetting('name', 'Ada')],
    ['**********', 'Ada'],
  )
  const { default: reporting } = await modules.get<WithSettings>('fileReporter(')
  const [file, , print] = reporting.errorReporters ?? []
  const client = await site(t, { ...routed({ 'fails/': fails }), errorReporters: [file!, print!] })
  const written = t.mock.method(process.stderr, 'write', () => true)
  const { status } = await client.get('/fails/', { raiseRequestException: false })
  assert.equal(status, 500)
  const log = path.join(modules.directory, 'var/log/mysite/errors.jsonl')
  for (let tries = 0; tries < 200 && !fs.existsSync(log); tries++) await pause(20)
  written.mock.restore()
  assert.match(fs.readFileSync(log, 'utf8'), /It broke\./)
  assert.ok(written.mock.calls.some(({ arguments: [text] }) => /TypeError: It broke\.|It broke/.test(String(text))))
})

test('gateways: servers of a program’s own answer by HTTP and end at SIGTERM', { timeout: 60_000 }, async (t) => {
  const modules = new Modules(t, 'docs/topics/gateways.md', { 'run/site/.keep': '' })
  const port = await freePort()
  const file = path.join(modules.directory, modules.file('createServer('))
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('8000', String(port)))
  const child = spawn(process.execPath, ['--import', 'nuages/register', file], {
    cwd: modules.directory,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const program = new Running(t, child)
  await program.waitFor(new RegExp(`127\\.0\\.0\\.1:${port}`))
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/clouds`)).text(), 'Hello from /clouds\n')
  child.kill('SIGTERM')
  assert.deepEqual(await program.exit, { code: 0, signal: null }, program.output)
})

test('gateways: a CGI program is three lines, and an application may wrap another', async (t) => {
  const modules = new Modules(t, 'docs/topics/gateways.md')
  const { stdout, stderr } = modules.run(`import './${modules.file('runCGI(')}'`)
  assert.match(
    stdout,
    /^Status: 200 OK\r\nContent-Type: text\/plain; charset=utf-8\r\n(?:.*\r\n)*\r\nHello\.\n$/,
    stderr,
  )
  const { withHealth } = await modules.get<{ withHealth: (application: Application) => Application }>('withHealth')
  const client = new Client(
    withHealth((_environ, startResponse) => {
      startResponse('200 OK', [['Content-Type', 'text/plain']])
      return [Buffer.from('inside')]
    }),
  )
  assert.equal((await client.get('/health')).status, 204)
  assert.equal(await (await client.get('/else')).text(), 'inside')
})

test('logging: a logger says what it is told, and the setting sends it where it says', async (t) => {
  const modules = new Modules(t, 'docs/topics/logging.md', { 'var/log/mysite/.keep': '' })
  const { pay } = await modules.get<{ pay: (id: number) => void }>('shop.orders')
  const { lines } = await assertLogs('shop.orders', () => pay(7))
  assert.deepEqual(lines, ['INFO shop.orders: Order 7 is paid.'])
  const { default: settings } = await modules.get<WithSettings>('requireDebugFalse')
  const client = await site(t, { ...settings, ...routed({}) })
  const printed = t.mock.method(process.stdout, 'write', () => true)
  await client.get('/nowhere/')
  printed.mock.restore()
  assert.match(
    fs.readFileSync(path.join(modules.directory, 'var/log/mysite/errors.log'), 'utf8'),
    /Not Found: \/nowhere\//,
  )
  assert.ok(printed.mock.calls.some(({ arguments: [text] }) => String(text).includes('Not Found: /nowhere/')))
})

test('security: browsers’ reports of a policy are taken and logged', async (t) => {
  const { urls } = await new Modules(t, 'docs/topics/security.md').get<WithUrls>('cspReport')
  const client = await site(t, rooted(urls))
  const report = {
    'csp-report': { 'document-uri': 'http://testserver/', 'violated-directive': 'script-src', 'blocked-uri': 'inline' },
  }
  const { lines } = await captureLogs('', async () => {
    const { status } = await client.post('/csp-report/', { json: report, contentType: 'application/csp-report' })
    assert.equal(status, 204)
  })
  assert.match(lines.join('\n'), /script-src/)
})

test('settings: they are read inside functions, and may be a project’s own', async (t) => {
  const modules = new Modules(t, 'docs/topics/settings.md')
  const { footer } = await modules.get<{ footer: () => string }>('function footer')
  const own = await modules.get<WithSettings & { size: () => number }>('articlesOnAPage')
  await site(t, { ...own.default, ...routed({}) })
  assert.deepEqual([footer(), own.size()], ['', 20])
  assert.equal(live.debug, false)
})

test('settings: a second file is what --settings names', { timeout: 60_000 }, async (t) => {
  const directory = await scaffold(t)
  const modules = new Modules(t, 'docs/topics/settings.md')
  for (const name of ['mysite/settings.ts', 'mysite/production.ts'])
    fs.copyFileSync(path.join(modules.directory, name), path.join(directory, name))
  const { stdout, stderr } = run(directory, ['manage.ts', 'diffsettings', '--settings', 'mysite/production.ts'])
  assert.match(stdout, /^secureHstsSeconds = 31536000$/m, stderr)
  assert.match(stdout, /^secureSslRedirect = true$/m)
})

test('deployment: HTTPS is asked for once debug is off', async (t) => {
  const { default: settings } = await new Modules(t, 'docs/topics/deployment.md').get<WithSettings>('secureSslRedirect')
  assert.deepEqual([settings.debug, settings.secureSslRedirect, settings.secureHstsSeconds], [false, true, 3600])
})

test('templates: an engine of one’s own renders, is compiled ahead, and does without its files', async (t) => {
  const modules = new Modules(t, 'docs/topics/templates.md', {
    'srv/letters/welcome.txt': "Dear {{ name }},\n{% include 'footer.txt' %}",
    'dist/.keep': '',
  })
  const { letter } = await modules.get<{ letter: (name: string) => string }>('MemoryLoader')
  assert.equal(letter('Ada'), 'Dear Ada,\nYours, The journal')
  const file = modules.file('precompile()')
  const { status, stderr, stdout } = modules.run(`
    import { Engine } from 'nuages/template'
    import { build, production } from './${file}'
    build(new Engine({ dirs: ['srv/letters'] }))
    const { default: compiled } = await import('./dist/templates.js')
    const engine = production(compiled)
    console.log(Object.keys(compiled.templates ?? compiled).length > 0, engine.outdated().length)`)
  assert.equal(status, 0, stderr + stdout)
})

test('uploads: a picture is stored under a name of the site’s, and a stream is digested', async (t) => {
  const modules = new Modules(t, 'docs/topics/uploads.md', { 'uploads/.keep': '' })
  const { addPicture } = await modules.get<{ addPicture: View }>('addPicture')
  const { digest } = await modules.get<{ digest: View }>('createHash')
  const client = await site(t, { ...routed({ 'add/': addPicture, 'digest/': digest }), baseDir: modules.directory })
  const send = (type: string) =>
    client.post('/add/', { data: { picture: new File(['x'], 'me.png', { type }), title: 'Me' } })
  const added = await send('image/png')
  assert.deepEqual([added.status, added.headers.get('Location')], [302, '/pictures/'])
  assert.match(fs.readdirSync(path.join(modules.directory, 'uploads')).join(' '), /[\da-f-]{36}\.png/)
  assert.equal((await send('text/html')).status, 400)
  assert.equal((await client.get('/add/')).status, 405)
  assert.deepEqual(await (await client.post('/digest/', { data: 'clouds', contentType: 'text/plain' })).json(), {
    size: 6,
    sha256: createHash('sha256').update('clouds').digest('hex'),
  })
})

test('urls: the first list leads where the page says', async (t) => {
  const modules = new Modules(t, 'docs/topics/urls.md', { 'srv/site/cgi-bin/.keep': '' })
  const { urls } = await modules.get<WithUrls>('// mysite/urls.ts')
  const client = await site(t, rooted(urls))
  assert.equal(await (await client.get('/articles/')).text(), '<a href="/articles/2026/">2026</a>')
  assert.equal(
    await (await client.get('/articles/2026/')).text(),
    '<a href="/articles/2026/first-light/">First light</a>',
  )
  assert.equal(
    await (await client.get('/articles/2026/first-light/')).text(),
    'first-light at /articles/2026/first-light/',
  )
  assert.equal((await client.get('/articles/MMXXVI/')).status, 404)
  await assert.rejects(() => modules.get('<integer:slug>'), /unknown path converter "integer"/)
})

test('urls: parts of a site lead where the page says', async (t) => {
  const modules = new Modules(t, 'docs/topics/urls.md', {
    'srv/site/cgi-bin/hello.sh': "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nHello.'",
  })
  fs.chmodSync(path.join(modules.directory, 'srv/site/cgi-bin/hello.sh'), 0o755)
  const { siteUrls } = await modules.get<{ siteUrls: WithUrls['urls'] }>('siteUrls')
  assert.equal(reverseUntyped('polls:detail', { id: 7 }, { urls: siteUrls }), '/polls/7/')
  const { yearUrls } = await modules.get<{ yearUrls: WithUrls['urls'] }>('yearUrls')
  assert.deepEqual(resolve('/2026/closed/', yearUrls).params, { year: 2026, state: 'closed' })
  const teams = await modules.get<WithUrls>('within<')
  const client = await site(t, rooted(teams.urls))
  assert.equal(await (await client.get('/teams/red/polls/7/')).text(), 'poll 7 of red')
  const programs = await site(t, rooted((await modules.get<WithUrls>('cgiBin')).urls))
  assert.equal(await (await programs.get('/cgi-bin/hello.sh')).text(), 'Hello.')
})

test('versions: what goes warns, and does its work', async (t) => {
  const { priceInEuro } = await new Modules(t, 'docs/topics/versions.md').get<{
    priceInEuro: (cents: number) => string
  }>('deprecate')
  const warned = t.mock.method(process, 'emitWarning', () => {})
  assert.equal(priceInEuro(1234), '12.34 EUR')
  assert.equal(warned.mock.callCount() <= 1, true)
})

test('views: functions and classes answer as the page says', async (t) => {
  const modules = new Modules(t, 'docs/topics/views.md', {
    'templates/about.html': 'About us',
    'templates/feedback.html': '{{ error }}',
  })
  const { now } = await modules.get<{ now: View }>('function now')
  const { page } = await modules.get<{ page: View }>('function page')
  const { about, feedback } = await modules.get<{ about: View; feedback: View }>('requireHttpMethods')
  const { goOn } = await modules.get<{ goOn: View }>('function goOn')
  const views = { now, page, about, feedback, 'go-on': goOn }
  const client = await site(t, {
    ...rooted(
      urlpatterns(
        ...Object.entries(views).map(([name, view]) => route(name, view as never)),
        route('thanks', now as never, 'thanks'),
      ),
    ),
    templates: { dirs: [path.join(modules.directory, 'templates')] },
  })
  assert.match(await (await client.get('/now')).text(), /^It is \d{4}-/)
  const statuses = await Promise.all(
    ['', '?page=x', '?page=100', '?page=10'].map(async (query) => (await client.get(`/page${query}`)).status),
  )
  assert.deepEqual(statuses, [200, 400, 404, 403])
  assert.equal(await (await client.get('/about')).text(), 'About us')
  assert.equal((await client.post('/about')).status, 405)
  assert.equal((await client.post('/feedback', { data: { text: '' } })).status, 422)
  assert.equal((await client.post('/feedback', { data: { text: 'Good.' } })).headers.get('Location'), '/thanks')
  assert.equal((await client.get('/go-on?next=/here/')).headers.get('Location'), '/here/')
  assert.equal((await client.get('/go-on?next=//evil.example/')).headers.get('Location'), '/')
  const { urls } = await modules.get<WithUrls>('class Counter')
  const classes = await site(t, { ...rooted(urls), templates: { dirs: [path.join(modules.directory, 'templates')] } })
  assert.deepEqual(await (await classes.get('/counters/3/')).json(), { id: 3, step: 5 })
  assert.equal((await classes.post('/counters/3/')).status, 204)
  const moved = await classes.get('/old/3/')
  assert.deepEqual([moved.status, moved.headers.get('Location')], [301, '/counters/3/'])
})
