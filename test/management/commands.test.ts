import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { cleanEnvironment, linkFramework, temporaryDirectory, writeTree } from './support.ts'

const FILES = {
  'package.json': '{ "type": "module" }',
  'manage.ts': `
    import 'nuages/register'
    const { executeFromCommandLine } = await import('nuages/management')
    await executeFromCommandLine(process.argv, { settings: () => import('./settings.ts') })`,
  'settings.ts': `
    import { defineSettings } from 'nuages/conf'
    import { polls } from './polls/apps.ts'
    export default defineSettings({
      debug: process.env['DEBUG'] === 'true',
      secretKey: 'x'.repeat(60),
      installedApps: [polls],
      rootUrlconf: () => import('./urls.ts'),
    })`,
  'urls.ts': `
    import { HttpResponse } from 'nuages/http'
    import { include, path, urlpatterns } from 'nuages/urls'
    import { urls as polls } from './polls/urls.ts'
    function home() { return new HttpResponse('home') }
    export const urls = urlpatterns(path('', home, 'home'), include('polls/', polls, 'polls'))`,
  'polls/apps.ts': `
    import { defineApp } from 'nuages/apps'
    import { checkWarning, registerCheck } from 'nuages/checks'
    export const polls = defineApp({
      name: 'polls',
      path: import.meta.dirname,
      ready: () => registerCheck(() => [checkWarning('polls.W001', 'Nobody votes.', { hint: 'Invite them.' })], { tags: ['voting'] }),
    })`,
  'polls/urls.ts': `
    import { HttpResponse, type HttpRequest } from 'nuages/http'
    import { path, urlpatterns } from 'nuages/urls'
    async function detail(request: HttpRequest, { id }: { id: number }) {
      return new HttpResponse(request.method + ' ' + id + ' ' + await request.text())
    }
    export const urls = urlpatterns(path('<int:id>/', detail, 'detail'))`,
}

function directoryOf(t: TestContext, files: Readonly<Record<string, string>> = {}): string {
  const directory = temporaryDirectory(t)
  linkFramework(directory)
  writeTree(directory, { ...FILES, ...files })
  return directory
}

function project(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const directory = directoryOf(t, files)
  return (words: readonly string[], options: { env?: Record<string, string>; input?: string } = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(directory, 'manage.ts'), ...words], {
      cwd: '/',
      encoding: 'utf8',
      env: cleanEnvironment({ DEBUG: 'true', ...options.env }),
      input: options.input ?? '',
    })
    return { status, stdout, stderr }
  }
}

describe('check', { timeout: 120_000 }, () => {
  test('reports and succeeds on warnings, unless it shall not', (t) => {
    const manage = project(t)
    const { status, stderr } = manage(['check'])
    assert.equal(status, 0)
    assert.match(
      stderr,
      /^System check identified some issues:\n\nWARNINGS:\n\?: \(polls\.W001\) Nobody votes\.\n\tHINT: Invite them\.\n\nSystem check identified 1 issue \(0 silenced\)\.\n$/,
    )
    const strict = manage(['check', '--fail-level', 'WARNING'])
    assert.equal(strict.status, 1)
    assert.match(strict.stderr, /^SystemCheckError: System check identified some issues:/)
  })

  test('keeps to a tag and to an app', (t) => {
    const manage = project(t)
    assert.match(manage(['check', '--tag', 'voting']).stderr, /polls\.W001/)
    assert.match(manage(['check', 'polls']).stderr, /polls\.W001/)
    const unknownTag = manage(['check', '--tag', 'votin'])
    assert.deepEqual(
      [unknownTag.status, unknownTag.stderr],
      [1, "Error: There is no check with the tag 'votin'. Did you mean 'voting'?\n"],
    )
    const unknownApp = manage(['check', 'pols'])
    assert.equal(unknownApp.status, 1)
    assert.match(unknownApp.stderr, /pols[^]*polls/)
    assert.doesNotMatch(unknownApp.stderr, /\n {4}at /)
  })

  test('lists the tags', (t) => {
    const { status, stdout } = project(t)(['check', '--list-tags'])
    assert.equal(status, 0)
    assert.match(stdout, /^voting$/m)
  })

  test('looks at what matters in production when asked to', (t) => {
    const { stderr } = project(t)(['check', '--deploy'])
    assert.match(stderr, /security\.W018/)
  })

  test('leaves out what is silenced, and says so', (t) => {
    const settings = FILES['settings.ts'].replace('secretKey', "silencedSystemChecks: ['polls.W001'], secretKey")
    const { status, stdout } = project(t, { 'settings.ts': settings })(['check'])
    assert.deepEqual([status, stdout], [0, 'System check identified no issues (1 silenced).\n'])
  })
})

describe('listurls', { timeout: 120_000 }, () => {
  test('lists the routes in order', (t) => {
    const { status, stdout } = project(t)(['listurls'])
    assert.equal(status, 0)
    assert.equal(stdout, '/                 home    home\n/polls/<int:id>/  detail  polls:detail\n')
  })

  test('keeps to a prefix', (t) => {
    const manage = project(t)
    assert.equal(manage(['listurls', '/polls/']).stdout, '/polls/<int:id>/  detail  polls:detail\n')
    assert.equal(manage(['listurls', 'nowhere']).stdout, 'There is no route that begins with /nowhere.\n')
  })
})

describe('runcgi', { timeout: 120_000 }, () => {
  test('answers the request in its environment', (t) => {
    const { status, stdout, stderr } = project(t)(['runcgi'], {
      env: {
        GATEWAY_INTERFACE: 'CGI/1.1',
        SERVER_NAME: 'localhost',
        SERVER_PORT: '80',
        SERVER_PROTOCOL: 'HTTP/1.1',
        SERVER_SOFTWARE: 'test',
        REMOTE_ADDR: '127.0.0.1',
        REQUEST_METHOD: 'POST',
        SCRIPT_NAME: '',
        PATH_INFO: '/polls/7/',
        QUERY_STRING: '',
        CONTENT_TYPE: 'text/plain',
        CONTENT_LENGTH: '5',
      },
      input: 'hello, and more than was announced',
    })
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, /^Status: 200 OK\r?\n/)
    assert.match(stdout, /\r?\n\r?\nPOST 7 hello$/)
  })
})

describe('runcgi, where the answer breaks off', { timeout: 120_000 }, () => {
  test('leaves an exit code that the web server can tell it by', (t) => {
    const broken = `
      import { StreamingHttpResponse } from 'nuages/http'
      import { path, urlpatterns } from 'nuages/urls'
      async function* pieces() {
        yield 'a first piece'
        throw new Error('It broke.')
      }
      export const urls = urlpatterns(path('', () => new StreamingHttpResponse(pieces())))`
    const { status, stdout, stderr } = project(t, { 'urls.ts': broken })(['runcgi'])
    assert.equal(status, 1)
    assert.match(stdout, /a first piece$/)
    assert.equal(stderr.split('It broke.').length, 2, stderr)
  })
})

describe('an output that cannot be written', { timeout: 120_000 }, () => {
  test('is told where the disk is full', { skip: !fs.existsSync('/dev/full') }, (t) => {
    const full = fs.openSync('/dev/full', 'w')
    t.after(() => fs.closeSync(full))
    const { status, stderr } = spawnSync(process.execPath, ['manage.ts', 'version'], {
      cwd: directoryOf(t),
      encoding: 'utf8',
      env: cleanEnvironment(),
      stdio: ['ignore', full, 'pipe'],
    })
    assert.equal(status, 1)
    assert.match(stderr, /^Error: The output cannot be written: ENOSPC: .*\.\n$/)
  })
})
