import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import {
  bareProject,
  hasIPv6,
  linkFramework,
  type Running,
  startNode,
  temporaryDirectory,
  writeTree,
} from './support.ts'

const FILES = bareProject(`
    import type { Application } from 'nuages/gateway'
    export const application: Application = (environ, startResponse) => {
      if (environ.PATH_INFO === '/throw') throw new Error('thrown on purpose')
      if (environ.PATH_INFO === '/moved') startResponse('302 Found', [['Location', '/']])
      else if (environ.PATH_INFO === '/refused') startResponse('200 OK', [['Bad Name', 'x']])
      else startResponse('200 OK', [['Content-Type', 'text/plain']])
      if (environ.PATH_INFO === '/nothing') return undefined as never
      if (environ.PATH_INFO !== '/stream') return [Buffer.from('one')]
      return (async function* () { yield Buffer.from('12'); yield Buffer.from('345') })()
    }`)

/** A project with an application of its own, whose manage.ts can be started. */
function project(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const directory = temporaryDirectory(t)
  linkFramework(directory)
  writeTree(directory, { ...FILES, ...files })
  const edit = (name: string, from: string, to: string) => {
    const file = path.join(directory, name)
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(from, to))
  }
  const start = (...words: readonly string[]): Running => startNode(t, ['manage.ts', ...words], { cwd: directory })
  return { directory, edit, start }
}

async function urlOf(running: Running, from = 0): Promise<string> {
  const [, url = ''] = await running.waitFor(/Development server at (http:\/\/\S+\/)\n/, from)
  return url
}

describe('runserver', { timeout: 120_000 }, () => {
  test('checks, serves, and writes a line for each answer', async (t) => {
    const running = project(t).start('runserver', '0', '--noreload')
    const url = await urlOf(running)
    assert.match(
      running.output,
      /^System check identified no issues \(0 silenced\)\.\n\nNuages \d+\.\d+\.\d+ on Node \d/,
    )
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/)
    assert.equal(await (await fetch(`${url}caf%C3%A9?x=%0A1`)).text(), 'one')
    await running.waitFor(/^\d\d:\d\d:\d\d GET \/café\?x=%0A1 200 3 B \d+\.\d ms$/m)
    assert.equal(await (await fetch(`${url}stream`)).text(), '12345')
    await running.waitFor(/GET \/stream 200 5 B /)
    await fetch(`${url}moved`, { redirect: 'manual' })
    await running.waitFor(/GET \/moved 302 /)
    for (const name of ['throw', 'refused', 'nothing']) {
      assert.equal((await fetch(url + name)).status, 500)
      await running.waitFor(new RegExp(`GET /${name} 500 `))
    }
    assert.equal((await fetch(`${url}stream`, { method: 'HEAD' })).status, 200)
    await running.waitFor(/HEAD \/stream 200 0 B /)
    assert.equal((await fetch(`${url}%0Aevil`, { method: 'POST', body: 'x' })).status, 200)
    await running.waitFor(/POST \/\\nevil 200 /)
    running.child.kill('SIGINT')
    assert.deepEqual(await running.exit, { code: 0, signal: null })
  })

  test('serves a changed file on the same port', async (t) => {
    const { start, edit } = project(t)
    const running = start('runserver', '0')
    const url = await urlOf(running)
    assert.equal(await (await fetch(url)).text(), 'one')
    edit('wsgi.ts', 'one', 'two')
    const from = running.output.length
    await running.waitFor(/^wsgi\.ts changed, reloading\.$/m, from)
    assert.equal(await urlOf(running, from), url)
    assert.equal(await (await fetch(url)).text(), 'two')
    running.child.kill('SIGTERM')
    assert.deepEqual(await running.exit, { code: 0, signal: null })
  })

  test('lives through settings that break, and serves again when they are mended', async (t) => {
    const { start, edit } = project(t)
    const running = start('runserver', '0')
    const url = await urlOf(running)
    edit('settings.ts', 'debug: true', 'debugg: true')
    await running.waitFor(/The settings cannot be loaded\.[^]*debugg[^]*Waiting for a file to change\./)
    edit('settings.ts', 'debugg: true', 'debug: true')
    assert.equal(await urlOf(running, running.output.length), url)
    assert.equal(await (await fetch(url)).text(), 'one')
  })

  test('opens its port though the first start fails, and says why there', async (t) => {
    const { start, edit } = project(t, {
      'settings.ts': "import { defineSettings } from 'nuages/conf'\nexport default defineSettings({ debugg: true })",
    })
    const { port } = await freePort()
    const running = start('runserver', String(port))
    await running.waitFor(/Waiting for a file to change\./)
    const url = `http://127.0.0.1:${port}/`
    let answer: Response | undefined
    while (answer === undefined) answer = await fetch(url).catch(() => undefined)
    assert.equal(answer.status, 503)
    assert.match(await answer.text(), /The settings cannot be loaded\.[^]*debugg/)
    edit('settings.ts', 'debugg', 'debug')
    assert.equal(await urlOf(running), url)
    assert.equal(await (await fetch(url)).text(), 'one')
  })

  test('finishes a request that runs while a file changes', async (t) => {
    const { start, edit } = project(t, {
      'wsgi.ts': `
        import type { Application } from 'nuages/gateway'
        export const application: Application = async (environ, startResponse) => {
          process.once('SIGTERM', () => setImmediate(finish))
          let finish = () => {}
          startResponse('200 OK', [['Content-Type', 'text/plain']])
          if (environ.PATH_INFO === '/slow') await new Promise<void>((resolve) => { finish = resolve; console.log('waiting') })
          return [Buffer.from('done')]
        }`,
    })
    const running = start('runserver', '0')
    const url = await urlOf(running)
    const answer = fetch(`${url}slow`)
    await running.waitFor(/waiting/)
    edit('settings.ts', 'true', 'true ')
    assert.equal(await (await answer).text(), 'done')
  })

  test('ends with 0 where it is asked to while it starts, any other command by the signal', async (t) => {
    const { start } = project(t, {
      'settings.ts': `
        import { defineSettings } from 'nuages/conf'
        console.log('loading')
        await new Promise((resolve) => setTimeout(resolve, 1e9))
        export default defineSettings({ debug: true })`,
    })
    for (const [command, signal, outcome] of [
      ['runserver', 'SIGINT', { code: 0, signal: null }],
      ['runserver', 'SIGTERM', { code: 0, signal: null }],
      ['runserver', 'SIGHUP', { code: null, signal: 'SIGHUP' }],
      ['check', 'SIGINT', { code: null, signal: 'SIGINT' }],
    ] as const) {
      const running = start(command)
      await running.waitFor(/loading/)
      running.child.kill(signal)
      assert.deepEqual(await running.exit, outcome)
    }
  })

  test('leaves no process on the port when the parent is killed, though a view never ends', async (t) => {
    const { start } = project(t, {
      'wsgi.ts': `
        import type { Application } from 'nuages/gateway'
        export const application: Application = () => { console.log('spins'); for (;;); }`,
    })
    const running = start('runserver', '0')
    const answer = fetch(await urlOf(running)).catch(() => {})
    await running.waitFor(/spins/)
    running.child.kill('SIGKILL')
    // The child holds the pipe open as long as it lives, so this waits for both.
    assert.deepEqual(await running.exit, { code: null, signal: 'SIGKILL' })
    await answer
  })

  test('says what to do where the port is taken, reloading or not', async (t) => {
    const taken = net.createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    t.after(() => taken.close())
    const { port } = taken.address() as net.AddressInfo
    const { start } = project(t)
    for (const words of [['--noreload'], []]) {
      const running = start('runserver', String(port), ...words)
      assert.deepEqual(await running.exit, { code: 1, signal: null })
      assert.match(
        running.output,
        new RegExp(
          `Error: .*127\\.0\\.0\\.1:${port}: another process listens there.*manage\\.ts runserver ${port + 1}\\n$`,
        ),
      )
      assert.doesNotMatch(running.output, /\n {4}at /)
    }
  })

  for (const address of ['99999', 'localhost', '[::zz]:80', '1:2:3', '127.0.0.1:', 'http://x:80'])
    test(`refuses '${address}' as an address`, async (t) => {
      const running = project(t).start('runserver', address)
      assert.deepEqual(await running.exit, { code: 2, signal: null })
      assert.match(running.output, /is no address to listen on\. Give a port, or host:port/)
    })

  test('refuses an unknown option with exit code 2, though it would reload', async (t) => {
    const running = project(t).start('runserver', '--norelod')
    assert.deepEqual(await running.exit, { code: 2, signal: null })
    assert.match(running.output, /no option --norelod\. Did you mean --noreload\?/)
  })

  test('listens on IPv6', { skip: !hasIPv6() && 'this machine has no ::1' }, async (t) => {
    for (const words of [['[::1]:0'], ['-6', '0']]) {
      const running = project(t).start('runserver', '--noreload', ...words)
      const url = await urlOf(running)
      assert.match(url, /^http:\/\/\[::1\]:\d+\/$/)
      assert.equal(await (await fetch(url)).text(), 'one')
    }
  })

  test('will not serve where no host would be answered', async (t) => {
    const running = project(t, {
      'settings.ts': "import { defineSettings } from 'nuages/conf'\nexport default defineSettings({})",
    }).start('runserver', '0', '--noreload')
    assert.deepEqual(await running.exit, { code: 1, signal: null })
    assert.match(running.output, /^Error: No request would be answered: allowedHosts is empty, and debug is off/)
  })

  test('stops where the system checks find errors', async (t) => {
    const running = project(t, {
      'settings.ts': `
        import { checkError, registerCheck } from 'nuages/checks'
        import { defineSettings } from 'nuages/conf'
        registerCheck(() => [checkError('mine.E001', 'Wrong on purpose.')])
        export default defineSettings({ debug: true })`,
    }).start('runserver', '0', '--noreload')
    assert.deepEqual(await running.exit, { code: 1, signal: null })
    assert.match(
      running.output,
      /^SystemCheckError: System check identified some issues:\n\nERRORS:\n\?: \(mine\.E001\) Wrong on purpose\./,
    )
  })

  test('puts its script into HTML documents, and into nothing else', async (t) => {
    const running = project(t, {
      'wsgi.ts': `
        import type { Application } from 'nuages/gateway'
        const ANSWERS: Record<string, [string[], Record<string, string>]> = {
          '/whole': [['<!doctype html><title>x</title>'], { 'Content-Length': '31', ETag: '"1"' }],
          '/stream': [['<', '!doctype html><!-- <he', 'ad> -->', '<html class="', '>">', '<HE', 'AD', '>x', '</head>y'], {}],
          '/header': [['<html>', '<', 'header>x</header>'], {}],
          '/body': [['<body>x'], {}],
          '/long': [['<!doctype html><!-- ', '-'.repeat(20_000), '--><html>'], {}],
          '/code': [['<!doctype html><p><script>"</body>"</script><p title="<head>">'], {}],
          '/nonce': [['<html></body>'], { 'Content-Security-Policy': "script-src 'nonce-abc' 'strict-dynamic'" }],
          '/deaf': [['<html></body>'], { 'Content-Security-Policy': "script-src 'nonce-abc'; connect-src 'none'" }],
          '/comment': [['<!-- <html> --><p>x'], {}],
          '/download': [['<html></body>'], { 'Content-Disposition': 'attachment; filename="page.html"' }],
          '/json': [['"<html>"'], { 'Content-Type': 'application/json' }],
          '/none': [['', ''], {}],
          '/coding': [['<html>'], {}],
          '/forbidden': [['<html></body>'], { 'Content-Security-Policy': "default-src 'none'" }],
          '/fragment': [['<p>x</p></body>'], {}],
          '/gzip': [['<html></body>'], { 'Content-Encoding': 'gzip' }],
          '/text': [['<html></body>'], { 'Content-Type': 'text/plain' }],
        }
        export const application: Application = (environ, startResponse) => {
          const [chunks, headers] = ANSWERS[environ.PATH_INFO]!
          startResponse('200 OK', Object.entries({ 'Content-Type': 'text/html', ...headers }))
          const last = environ.PATH_INFO === '/coding' ? [String(environ['HTTP_ACCEPT_ENCODING'])] : []
          return (async function* () { for (const chunk of [...chunks, ...last]) yield Buffer.from(chunk) })()
        }`,
    }).start('runserver', '0', '--noreload')
    const url = await urlOf(running)
    const ask = async (name: string) => {
      const answer = await fetch(url + name)
      return (await answer.text()).replace(/<script [^>]*><\/script>/, '[script ]')
    }
    assert.equal(await ask('whole'), '<!doctype html>[script ]<title>x</title>')
    assert.equal(await ask('stream'), '<!doctype html><!-- <head> --><html class=">"><HEAD>[script ]x</head>y')
    assert.equal(await ask('header'), '<html>[script ]<header>x</header>')
    assert.equal(await ask('body'), '[script ]<body>x')
    assert.match(await ask('long'), /^<!doctype html>\[script \]<!-- -+--><html>$/)
    assert.equal(await ask('code'), '<!doctype html>[script ]<p><script>"</body>"</script><p title="<head>">')
    assert.match(
      await (await fetch(`${url}nonce`)).text(),
      /^<html><script [^>]* nonce="abc" async><\/script><\/body>$/,
    )
    for (const name of ['forbidden', 'fragment', 'text', 'deaf', 'comment', 'download', 'json', 'none'])
      assert.doesNotMatch(await ask(name), /script /)
    const [, gzip = ''] = await rawAnswer(url, 'GET /gzip HTTP/1.1')
    assert.match(gzip, /<html><\/body>/)
    for (const [asking, coding] of [
      [{ Accept: 'text/html,*/*;q=0.8' }, 'undefined'],
      [{ 'Sec-Fetch-Dest': 'document' }, 'undefined'],
      [{ Accept: 'application/json' }, 'gzip'],
    ] as const) {
      const answer = await fetch(`${url}coding`, { headers: { ...asking, 'Accept-Encoding': 'gzip' } })
      assert.match(await answer.text(), new RegExp(`>${coding}$`))
    }
    assert.match(running.output, /No live reload for a page whose Content-Security-Policy allows no script/)
    assert.equal((await fetch(`${url}whole`)).headers.get('ETag'), null)
    assert.equal((await fetch(`${url}whole`, { method: 'HEAD' })).headers.get('Content-Length'), '31')
  })

  test('names the step that took long, whichever it is', async (t) => {
    const { start } = project(t, {
      // Without an application of its own it is that of the settings which is served.
      'manage.ts': (FILES['manage.ts'] ?? '').replace(/application: .*/, ''),
      'settings.ts': `
        import { defineSettings } from 'nuages/conf'
        import { HttpResponse, StreamingHttpResponse, type GetResponse, type HttpRequest } from 'nuages/http'
        import { path, urlpatterns } from 'nuages/urls'
        import { render } from 'nuages/views'
        const sleep = () => new Promise((resolve) => setTimeout(resolve, 120))
        const spin = () => { const end = performance.now() + 120; while (performance.now() < end); return '' }
        function slowLayer(getResponse: GetResponse) {
          return async (request: HttpRequest) => {
            if (request.path === '/layer/') await sleep()
            return getResponse(request)
          }
        }
        async function view() { await sleep(); return new HttpResponse('<html>') }
        function template(request: HttpRequest) { return render(request, 'slow.html', { spin }) }
        function body() {
          return new StreamingHttpResponse((async function* () { yield '<html>'; await sleep(); yield 'x' })())
        }
        const urls = urlpatterns(
          path('layer/', () => new HttpResponse('<html>')), path('view/', view), path('template/', template), path('body/', body),
        )
        export default defineSettings({
          baseDir: import.meta.dirname,
          debug: true,
          rootUrlconf: () => Promise.resolve({ urls }),
          middleware: [slowLayer],
          templates: { dirs: [import.meta.dirname + '/templates'] },
        })`,
      'templates/slow.html': '<html>{{ spin() }}',
    })
    const running = start('runserver', '0', '--noreload')
    const url = await urlOf(running)
    for (const [name, step] of Object.entries({
      layer: 'middleware slowLayer',
      view: 'view view',
      template: 'template slow\\.html',
      body: 'the body',
    })) {
      await (await fetch(`${url}${name}/`)).text()
      await running.waitFor(new RegExp(`GET /${name}/ 200 \\d+ B [\\d.]+ ms [\\d.]+ ms of it ${step}\\n`))
    }
  })

  test('runs a second time at once on the port of the first', async (t) => {
    const { start } = project(t)
    const first = start('runserver', '0')
    const url = await urlOf(first)
    await fetch(url)
    first.child.kill('SIGINT')
    await first.exit
    const second = start('runserver', new URL(url).port)
    assert.equal(await urlOf(second), url)
  })
})

/** Head and body of an answer, as they cross the wire. */
function rawAnswer(url: string, line: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write(`${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    )
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('error', reject)
    socket.on('end', () => resolve(answer.split(/\r\n\r\n/, 2)))
  })
}

/** A port that nobody has at the moment. */
async function freePort(): Promise<{ port: number }> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return { port }
}
