/** The projects and apps that `startproject` and `startapp` make, with this copy of the framework linked into them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { install, run, scaffold, scriptOf } from './scaffold.ts'
import { cleanEnvironment, startNode, temporaryDirectory } from './support.ts'

describe('a new project', { timeout: 60_000 }, () => {
  test('passes its own tests, and its own types hold', async (t) => {
    const directory = await scaffold(t)
    const tests = run(directory, scriptOf(directory, 'test'))
    assert.equal(tests.status, 0, tests.stdout + tests.stderr)
    assert.match(tests.stdout, /pass 2\n. fail 0\n/)
    const types = run(directory, [path.join(packageRoot(), 'node_modules/typescript/bin/tsc')])
    assert.deepEqual([types.status, types.stdout], [0, ''])
  })

  test('passes the checks, and says what production still needs', async (t) => {
    const directory = await scaffold(t)
    const check = run(directory, scriptOf(directory, 'check'))
    assert.deepEqual(check, { status: 0, stdout: 'System check identified no issues (0 silenced).\n', stderr: '' })
    const deploy = run(directory, [...scriptOf(directory, 'check'), '--deploy'])
    const ids = [...deploy.stderr.matchAll(/\((\w+\.\w\d+)\)/g)].map(([, id]) => id)
    assert.deepEqual(new Set(ids), new Set(['security.W004', 'security.W008', 'security.W018', 'security.W020']))
  })

  test('says what to do where npm install has not been run, in one place and without a stack', async (t) => {
    const directory = await scaffold(t)
    fs.rmSync(path.join(directory, 'node_modules'), { recursive: true })
    const said = `Error: Cannot find package 'nuages' imported from ${directory}/manage.ts
Run 'npm install' in ${directory}, which fetches what is missing.\n`
    assert.deepEqual(run(directory, ['manage.ts', 'runserver']), { status: 1, stdout: '', stderr: said })
    const env = cleanEnvironment({ PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin` })
    const script = path.join(directory, 'manage.ts')
    assert.equal(spawnSync(script, ['runserver'], { cwd: '/', encoding: 'utf8', env }).stderr, said)
  })

  test('will not start without a secret key, and says how to get one', async (t) => {
    const directory = await scaffold(t)
    fs.rmSync(path.join(directory, '.env'))
    const { status, stderr } = run(directory, ['manage.ts', 'check'])
    assert.equal(status, 1)
    assert.match(stderr, /SECRET_KEY is empty: set it in the environment or in \.env, as \.env\.example explains\./)
  })

  test('serves its home page and its files', async (t) => {
    const directory = await scaffold(t)
    const running = startNode(t, ['manage.ts', 'runserver', '0'], { cwd: directory })
    const [, url = ''] = await running.waitFor(/Development server at (http:\/\/\S+\/)\n/)
    const home = await fetch(url)
    const page = await home.text()
    assert.equal(home.status, 200)
    assert.match(page, /<h1>It works\.<\/h1>/)
    assert.match(home.headers.get('Content-Security-Policy') ?? '', /^default-src 'self'; script-src 'self'; /)
    for (const [, file = ''] of page.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g))
      assert.equal((await fetch(new URL(file, url))).status, 200, file)
    assert.equal((await fetch(`${url}nowhere/`)).status, 404)
    assert.ok(running.child.kill('SIGINT'))
    assert.deepEqual(await running.exit, { code: 0, signal: null })
  })

  test('runs as a CGI program from any directory', async (t) => {
    const directory = await scaffold(t)
    const { status, stdout, stderr } = spawnSync(path.join(directory, 'mysite/cgi.ts'), {
      cwd: '/',
      encoding: 'utf8',
      env: cleanEnvironment({
        ALLOWED_HOSTS: 'example.com',
        GATEWAY_INTERFACE: 'CGI/1.1',
        HTTP_HOST: 'example.com',
        PATH_INFO: '/',
        QUERY_STRING: '',
        REMOTE_ADDR: '127.0.0.1',
        REQUEST_METHOD: 'GET',
        SCRIPT_NAME: '/cgi-bin/mysite',
        SERVER_NAME: 'example.com',
        SERVER_PORT: '80',
        SERVER_PROTOCOL: 'HTTP/1.1',
        SERVER_SOFTWARE: 'test',
      }),
      input: '',
    })
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, /^Status: 200 OK\r?\n/)
    assert.match(stdout, /href="\/cgi-bin\/mysite\/static\/site\.css"/)
    assert.match(stdout, /It works/)
  })
})

test('a checkout whose packages have not been fetched says so', { timeout: 60_000 }, (t) => {
  const directory = temporaryDirectory(t)
  for (const name of ['manage.ts', 'package.json', 'framework', 'project'])
    fs.cpSync(path.join(packageRoot(), name), path.join(directory, name), { recursive: true })
  for (const program of ['manage.ts', 'framework/bin.js'])
    assert.deepEqual(run(directory, [program, 'check']), {
      status: 1,
      stdout: '',
      stderr: `Error: Cannot find module 'oxc-transform/package.json'
Run 'npm install' in ${directory}, which fetches what is missing.\n`,
    })
})

test('a new app serves its page once it is installed as startapp says', { timeout: 60_000 }, async (t) => {
  const directory = await scaffold(t)
  assert.equal(run(directory, ['manage.ts', 'startapp', 'polls']).status, 0)
  install(directory, 'polls')
  assert.match(run(directory, ['manage.ts', 'listurls']).stdout, /\/polls\/ .*polls:index/)
  fs.writeFileSync(
    path.join(directory, 'test/polls.test.ts'),
    `import assert from 'node:assert/strict'
     import { test } from 'node:test'
     import { Client } from 'nuages/test'
     import { application } from '../mysite/wsgi.ts'
     test('polls', async () => {
       const response = await new Client(application).get('/polls/')
       assert.equal(response.status, 200)
       assert.match(await response.text(), /<h1>polls<\\/h1>/)
     })`,
  )
  const tests = run(directory, scriptOf(directory, 'test'))
  assert.match(tests.stdout, /pass 3\n. fail 0\n/, tests.stdout + tests.stderr)
  const types = run(directory, [path.join(packageRoot(), 'node_modules/typescript/bin/tsc')])
  assert.deepEqual([types.status, types.stdout], [0, ''])
})
