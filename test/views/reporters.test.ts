import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { resetForTests, setup } from 'nuages'
import { defineSettings, type ErrorReport, type UserSettings } from 'nuages/conf'
import { getWSGIApplication } from 'nuages/handlers'
import { HttpResponse } from 'nuages/http'
import { Client, RequestFactory } from 'nuages/test'
import { path as route, urlpatterns } from 'nuages/urls'
import type { LogRecord } from 'nuages/utils'
import { scaffold } from '../management/scaffold.ts'
import { startNode } from '../management/support.ts'
import { ExceptionReporter, fileReporter, reportError, webhookReporter } from 'nuages/views'

const SECRET = 'a-secret-key-that-nobody-should-see'

function fail(): never {
  throw new TypeError(`It broke near ${SECRET}.`)
}

describe('error reporters', () => {
  const quiet = { logging: { '': { level: 'off' } } } as const

  async function siteWith(t: TestContext, given: UserSettings): Promise<Client> {
    t.after(resetForTests)
    const settings = defineSettings({
      secretKey: SECRET,
      allowedHosts: ['*'],
      rootUrlconf: async () => ({
        urls: urlpatterns(
          route('', () => fail()),
          route('ok/', () => new HttpResponse('ok')),
        ),
      }),
      ...quiet,
      ...given,
    })
    return new Client(await getWSGIApplication(settings), { raiseRequestException: false })
  }

  function temporaryFile(t: TestContext): string {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-reports-'))
    t.after(() => fs.rmSync(directory, { recursive: true }))
    return path.join(directory, 'logs', 'errors.jsonl')
  }

  test('get each error that becomes a 500, its secrets masked, and nothing else', async (t) => {
    const reports: ErrorReport[] = []
    const client = await siteWith(t, { errorReporters: [(report) => reports.push(report)] })
    await client.get('/ok/')
    await client.get('/nothing/')
    assert.equal((await client.get('/?token=abcdefghijklm')).status, 500)
    assert.equal(reports.length, 1)
    const [report] = reports as [ErrorReport]
    assert.equal(report.request?.path, '/')
    assert.equal(report.getSubject(), 'TypeError: It broke near **********.')
    for (const text of [
      report.getTracebackText(),
      report.getTracebackHtml(),
      JSON.stringify(report.getTracebackData()),
    ]) {
      assert.match(text, /TypeError/)
      assert.doesNotMatch(text, /a-secret-key-that|abcdefghijklm/)
    }
  })

  test('get nothing while debug is on', async (t) => {
    let count = 0
    const client = await siteWith(t, { debug: true, errorReporters: [() => count++] })
    assert.equal((await client.get('/')).status, 500)
    assert.equal(count, 0)
  })

  test('get errors outside of requests too', async (t) => {
    const reports: ErrorReport[] = []
    await siteWith(t, { errorReporters: [(report) => reports.push(report)] })
    reportError(new RangeError('Far away.'))
    assert.match(reports[0]?.getTracebackText() ?? '', /^An error outside of any request\n\nRangeError: Far away\./)
    assert.match(reports[0]?.getTracebackHtml() ?? '', /An error outside of any request/)
  })

  test('may fail, which is logged once and breaks neither the answer nor the others', async (t) => {
    const records: LogRecord[] = []
    let count = 0
    const broken = (): never => {
      throw new Error('The reporter is broken.')
    }
    const rejecting = () => Promise.reject(new Error('The reporter is broken later.'))
    const client = await siteWith(t, {
      errorReporters: [broken, rejecting, () => count++],
      logging: { '': { level: 'error', handlers: [{ handle: (record) => records.push(record) }] } },
    })
    for (let i = 0; i < 3; i++) assert.equal((await client.get('/')).status, 500)
    assert.equal(count, 3)
    const told = records.filter(({ logger }) => logger === 'nuages.reporters').map(({ message }) => message)
    assert.deepEqual(
      told.map((message) => message.split(' ')[3]),
      ['broken', 'rejecting'],
    )
  })

  test('use the class that the setting names', async (t) => {
    class Mine extends ExceptionReporter {
      override getSubject(): string {
        return `Mine: ${super.getSubject()}`
      }
    }
    const subjects: string[] = []
    const client = await siteWith(t, {
      exceptionReporter: Mine,
      errorReporters: [(report) => subjects.push(report.getSubject())],
    })
    await client.get('/')
    assert.match(subjects[0] ?? '', /^Mine: TypeError/)
  })

  test('the one to a file writes one line for many equal errors, for its owner alone', async (t) => {
    const file = temporaryFile(t)
    const client = await siteWith(t, { errorReporters: [fileReporter(file)] })
    for (let i = 0; i < 50; i++) await client.get('/')
    reportError(new RangeError('Another.'))
    const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n')
    assert.equal(lines.length, 2)
    const { subject, text, repeated } = JSON.parse(lines[0] as string) as Record<string, unknown>
    assert.deepEqual([subject, repeated], ['TypeError: It broke near **********.', 0])
    assert.match(String(text), /reporters\.test\.ts:\d+:\d+/)
    assert.equal(fs.statSync(file).mode & 0o777, 0o600)
  })

  test('the one to a file cannot fill the disk', async (t) => {
    const file = temporaryFile(t)
    await setup(defineSettings({ secretKey: SECRET, ...quiet }))
    t.after(resetForTests)
    const reporter = fileReporter(file, { maxBytes: 5000, backupCount: 2, interval: 0 })
    for (let i = 0; i < 40; i++) reporter(new ExceptionReporter(undefined, new Error(`Number ${i}.`)))
    const names = fs.readdirSync(path.dirname(file)).toSorted()
    assert.deepEqual(names, ['errors.jsonl', 'errors.jsonl.1', 'errors.jsonl.2'])
    assert.match(fs.readFileSync(file, 'utf8'), /Number 39\./)
  })

  test('the one to a webhook posts JSON, once for many equal errors, and lets no answer wait', async (t) => {
    const bodies: string[] = []
    const server = http.createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        bodies.push(`${request.method} ${request.headers['content-type']} ${String(request.headers['x-key'])} ${body}`)
        response.end('ok')
        server.emit('posted')
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => void server.close())
    const { port } = server.address() as AddressInfo
    const client = await siteWith(t, {
      errorReporters: [
        webhookReporter(`http://127.0.0.1:${port}/hook`, {
          headers: { 'X-Key': 'k' },
          body: (report, repeated) => ({ text: report.getSubject(), repeated }),
        }),
      ],
    })
    const posted = once(server, 'posted')
    for (let i = 0; i < 100; i++) assert.equal((await client.get('/')).status, 500)
    await posted
    assert.deepEqual(bodies, ['POST application/json k {"text":"TypeError: It broke near **********.","repeated":0}'])
  })

  test('get what a server catches: a promise that nobody waits for', { timeout: 60_000 }, async (t) => {
    const directory = await scaffold(t)
    const edit = (name: string, from: RegExp, to: string): void => {
      const file = path.join(directory, 'mysite', name)
      fs.writeFileSync(
        file,
        fs.readFileSync(file, 'utf8').replace(from, () => to),
      )
    }
    edit('settings.ts', /^/, "import { fileReporter } from 'nuages/views'\n")
    edit(
      'settings.ts',
      / {2}secretKey,/,
      "  secretKey,\n  errorReporters: [fileReporter('errors.jsonl'), () => console.error('It is reported.')],",
    )
    edit(
      'views.ts',
      /^[^]*$/,
      `import { HttpResponse } from 'nuages/http'
export function home(): HttpResponse {
  void Promise.reject(new RangeError('Forgotten.'))
  return new HttpResponse('ok')
}
`,
    )
    const server = startNode(t, ['manage.ts', 'runserver', '0', '--noreload'], {
      cwd: directory,
      env: { DEBUG: 'false', ALLOWED_HOSTS: '127.0.0.1' },
    })
    const [, url = ''] = await server.waitFor(/server at (http:\S+)/)
    assert.equal((await fetch(url)).status, 200)
    await server.waitFor(/nobody waits for it/)
    await server.waitFor(/It is reported/)
    const { subject } = JSON.parse(fs.readFileSync(path.join(directory, 'errors.jsonl'), 'utf8')) as { subject: string }
    assert.equal(subject, 'RangeError: Forgotten.')
  })

  test('the one to a webhook that does not answer gives up, and keeps a bounded queue', async (t) => {
    const server = http.createServer(() => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    await setup(defineSettings({ secretKey: SECRET, ...quiet }))
    t.after(resetForTests)
    const { port } = server.address() as AddressInfo
    const reporter = webhookReporter(`http://127.0.0.1:${port}/`, { timeout: 50, queue: 2, interval: 0 })
    const request = new RequestFactory().get('/')
    const outcomes = Array.from({ length: 10 }, (_value, index) =>
      reporter(new ExceptionReporter(request, new Error(`Number ${index}.`))),
    )
    assert.equal(outcomes.filter((outcome) => outcome === undefined).length, 8)
    await Promise.all(outcomes.slice(0, 2).map((outcome) => assert.rejects(outcome as Promise<void>, /timeout/)))
  })
})
