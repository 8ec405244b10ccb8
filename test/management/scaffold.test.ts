/** The projects and apps that `startproject` and `startapp` make, with this copy of the framework linked into them. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { callCommand } from 'nuages/management'
import { packageRoot } from 'nuages/utils'
import { cleanEnvironment, linkFramework, Memory, Running, startNode, temporaryDirectory } from './support.ts'

/** A new project, with the framework and its types in place. */
async function scaffold(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t)
  await callCommand('startproject', ['mysite', directory], { stdout: new Memory() })
  linkFramework(directory)
  const modules = path.join(directory, 'node_modules')
  fs.mkdirSync(path.join(modules, '@types'))
  fs.symlinkSync(path.join(packageRoot(), 'node_modules/@types/node'), path.join(modules, '@types/node'))
  return directory
}

function run(
  directory: string,
  words: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
) {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: directory,
    encoding: 'utf8',
    env: cleanEnvironment(options.env),
    input: options.input ?? '',
  })
  return { status, stdout, stderr }
}

/** The words of one of the project's npm scripts, less the `node` they begin with. */
function scriptOf(directory: string, name: string): string[] {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'))
  const words = (scripts[name] as string).split(' ').map((word) => word.replaceAll('"', ''))
  assert.equal(words.shift(), 'node')
  return words
}

describe('a new project', () => {
  test('passes its own tests, and its own types hold', async (t) => {
    const directory = await scaffold(t)
    const tests = run(directory, [...scriptOf(directory, 'test'), '--test-reporter=tap'])
    assert.equal(tests.status, 0, tests.stdout + tests.stderr)
    assert.match(tests.stdout, /# pass 2\n# fail 0\n/)
    const types = run(directory, [path.join(packageRoot(), 'node_modules/typescript/bin/tsc')])
    assert.deepEqual([types.status, types.stdout], [0, ''])
  })

  test('passes the checks, and says what production still needs', async (t) => {
    const directory = await scaffold(t)
    const check = run(directory, scriptOf(directory, 'check'))
    assert.deepEqual(check, { status: 0, stdout: 'System check identified no issues (0 silenced).\n', stderr: '' })
    const deploy = run(directory, [...scriptOf(directory, 'check'), '--deploy'])
    assert.match(deploy.stderr, /security\.W018/)
    assert.doesNotMatch(deploy.stderr, /security\.W009/)
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

  for (const mount of ['', '/news'])
    test(`is served by nginx with its own configuration at ${mount}/`, {
      skip: !hasNginx() && 'nginx is missing',
    }, async (t) => {
      const directory = await scaffold(t)
      assert.equal(run(directory, ['manage.ts', 'collectstatic', '-v', '0']).status, 0)
      const socket = path.join(directory, 'fcgi.sock')
      const site = startNode(t, ['mysite/fcgi.ts', '--socket', socket], {
        cwd: directory,
        env: { DEBUG: 'false', ALLOWED_HOSTS: 'localhost' },
      })
      await site.waitFor(/Serving FastCGI on unix:/)
      const port = await freePort()
      await startNginx(t, directory, configuration(directory, { mount, socket, port }), port)
      const root = `http://localhost:${port}${mount}/`
      const home = await fetch(root)
      const page = await home.text()
      assert.equal(home.status, 200, page)
      assert.match(page, new RegExp(`href="${mount}/static/site\\.css"`))
      assert.match(page, new RegExp(`<a href="${mount}/">`))
      const style = await fetch(`${root}static/site.css`)
      assert.equal(await style.text(), fs.readFileSync(path.join(directory, 'static/site.css'), 'utf8'))
      assert.match(style.headers.get('server') ?? '', /nginx/)
      assert.equal((await fetch(`${root}nowhere/`)).status, 404)
      assert.equal((await fetch(`${root}static/../mysite/settings.ts`)).status, 404)
    })
})

test('a new app serves its page once it is installed as startapp says', async (t) => {
  const directory = await scaffold(t)
  assert.equal(run(directory, ['manage.ts', 'startapp', 'polls']).status, 0)
  const edit = (name: string, from: string, to: string) => {
    const file = path.join(directory, 'mysite', name)
    const source = fs.readFileSync(file, 'utf8')
    assert.ok(source.includes(from), `${name} has no ${from}`)
    fs.writeFileSync(file, source.replace(from, to))
  }
  edit(
    'settings.ts',
    "import path from 'node:path'",
    "import path from 'node:path'\nimport { polls } from '../polls/apps.ts'",
  )
  edit('settings.ts', '[staticfiles]', '[staticfiles, polls]')
  edit('urls.ts', 'import { path,', "import { urls as pollsUrls } from '../polls/urls.ts'\nimport { include, path,")
  edit('urls.ts', "path('', home, 'home')", "path('', home, 'home'), include('polls/', pollsUrls, 'polls')")
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
  const tests = run(directory, [...scriptOf(directory, 'test'), '--test-reporter=tap'])
  assert.match(tests.stdout, /# pass 3\n# fail 0\n/, tests.stdout + tests.stderr)
  const types = run(directory, [path.join(packageRoot(), 'node_modules/typescript/bin/tsc')])
  assert.deepEqual([types.status, types.stdout], [0, ''])
})

function hasNginx(): boolean {
  return spawnSync('nginx', ['-v']).status === 0
}

/** The project's deploy/nginx.conf as somebody who follows its comments would change it. */
function configuration(directory: string, site: { mount: string; socket: string; port: number }): string {
  const text = fs
    .readFileSync(path.join(directory, 'deploy/nginx.conf'), 'utf8')
    .replace('listen 80;', `listen 127.0.0.1:${site.port};`)
    .replace(/unix:\S+;/, `unix:${site.socket};`)
    .replace('example.com', 'localhost')
  if (site.mount === '') return text
  return text.replaceAll(/^ {4}location [^]*?^ {4}\}\n/gm, '').replaceAll(/^( {4})# (?=location )/gm, '$1')
}

async function startNginx(t: TestContext, directory: string, configuration: string, port: number): Promise<void> {
  const prefix = path.join(directory, 'nginx')
  fs.mkdirSync(prefix)
  fs.writeFileSync(path.join(prefix, 'site.conf'), configuration)
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${prefix}/${name};`,
  )
  fs.writeFileSync(
    path.join(prefix, 'nginx.conf'),
    `daemon off; master_process off; ${user} pid ${prefix}/pid; error_log stderr;
     events {} http { types { text/css css; image/svg+xml svg; } access_log off; ${bodies.join(' ')} include site.conf; }`,
  )
  const nginx = new Running(
    t,
    spawn('nginx', ['-p', prefix, '-c', 'nginx.conf'], { stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  await Promise.race([connectable(port), nginx.exit.then(() => Promise.reject(new Error(nginx.output)))])
}

/** Resolves when somebody listens on the port. */
async function connectable(port: number): Promise<void> {
  for (;;) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(socket.end() !== undefined))
      socket.once('error', () => resolve(false))
    })
    if (connected) return
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
