/** A new project behind a real nginx, with its own deploy/nginx.conf. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { freePort, startNginx, withoutNginx } from './nginx.ts'
import { install, run, scaffold } from './scaffold.ts'
import { startNode, temporaryDirectory } from './support.ts'

/** The project with the bundled project's app in it, deployed as its README says. The result is its URL. */
async function deploy(t: TestContext, mount: string, below = ''): Promise<{ directory: string; root: string }> {
  const directory = await scaffold(t, below)
  fs.cpSync(path.join(packageRoot(), 'project/road'), path.join(directory, 'road'), { recursive: true })
  install(directory, 'road')
  const collected = run(directory, ['manage.ts', 'collectstatic'])
  assert.deepEqual([collected.status, collected.stderr], [0, ''])
  const socket = path.join(directory, 'fcgi.sock')
  const env = { DEBUG: 'false', ALLOWED_HOSTS: 'localhost' }
  const site = startNode(t, ['mysite/fcgi.ts', '--socket', socket], { cwd: directory, env })
  await site.waitFor(/Serving FastCGI on unix:/)
  const port = await freePort()
  const words = writeConfiguration(directory, configuration(directory, { mount, socket, port }))
  await startNginx(t, words, { cwd: directory, port })
  return { directory, root: `http://localhost:${port}${mount}/` }
}

/** The project's deploy/nginx.conf as somebody who follows its comments would change it. */
function configuration(directory: string, site: { mount: string; socket: string; port: number }): string {
  const text = fs
    .readFileSync(path.join(directory, 'deploy/nginx.conf'), 'utf8')
    .replace('listen 80;', `listen 127.0.0.1:${site.port};`)
    .replace(/unix:\S+;/, () => `"unix:${site.socket}";`)
    .replace('example.com', 'localhost')
  if (site.mount === '') return text
  return text.replaceAll(/^ {4}location [^]*?^ {4}\}\n/gm, '').replaceAll(/^( {4})# (?=location )/gm, '$1')
}

/** What /etc/nginx/nginx.conf has around a site's own file. */
function writeConfiguration(directory: string, site: string): string[] {
  const prefix = path.join(directory, 'nginx')
  fs.mkdirSync(prefix)
  fs.writeFileSync(path.join(prefix, 'site.conf'), site)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`)
  fs.writeFileSync(
    path.join(prefix, 'nginx.conf'),
    `daemon off; pid pid; error_log stderr;
     events {} http { types { text/css css; image/svg+xml svg; } access_log off; ${paths.join(' ')} include site.conf; }`,
  )
  return ['-p', prefix, '-c', 'nginx.conf']
}

for (const mount of ['', '/news'])
  describe(`a new project behind nginx at ${mount}/`, { skip: withoutNginx, timeout: 120_000 }, () => {
    test('serves pages with links below its mount, and files by nginx itself', async (t) => {
      const { root, directory } = await deploy(t, mount)
      const home = await fetch(root)
      const page = await home.text()
      assert.equal(home.status, 200, page)
      assert.match(page, new RegExp(`href="${mount}/static/site\\.css"`))
      assert.match(page, new RegExp(`<a href="${mount}/">`))
      const style = await fetch(`${root}static/site.css`)
      assert.equal(await style.text(), fs.readFileSync(path.join(directory, 'static/site.css'), 'utf8'))
      assert.match(style.headers.get('server') ?? '', /nginx/)
      assert.match(style.headers.get('cache-control') ?? '', /max-age=3600/)
      assert.equal((await fetch(`${root}static/road/style.css`)).status, 200)
      assert.equal((await fetch(`${root}nowhere/`)).status, 404)
      assert.equal((await fetch(`${root}static/../mysite/settings.ts`)).status, 404)
      assert.match(await (await fetch(`${root}road/`)).text(), /Gateway: FastCGI/)
      assert.match(
        await (await fetch(`${root}road/hello/Zo%C3%AB%20%26%20co/`)).text(),
        /<h1>Hello, Zoë &amp; co<\/h1>/,
      )
      if (mount !== '') {
        const bare = await fetch(root.slice(0, -1), { redirect: 'manual' })
        assert.deepEqual([bare.status, new URL(bare.headers.get('location') ?? '').pathname], [301, `${mount}/`])
      }

      const slash = await fetch(`${root}road/form?a=1`, { redirect: 'manual' })
      assert.deepEqual([slash.status, slash.headers.get('location')], [301, `${mount}/road/form/?a=1`])
      const first = await fetch(`${root}road/visits/`)
      const cookie = first.headers.get('set-cookie') ?? ''
      assert.match(cookie, /^visits=1; .*HttpOnly/)
      const second = await fetch(`${root}road/visits/`, { headers: { Cookie: cookie.split(';')[0] ?? '' } })
      assert.match(await second.text(), /seen this page 2 times/)
      const posted = await fetch(`${root}road/visits/`, { method: 'POST', redirect: 'manual' })
      assert.deepEqual([posted.status, posted.headers.get('location')], [302, `${mount}/road/visits/`])

      const whole = await fetch(`${root}road/download/`)
      const bytes = Buffer.from(await whole.arrayBuffer())
      assert.match(
        whole.headers.get('content-disposition') ?? '',
        /^attachment; .*filename\*=UTF-8''nuages%20%E2%80%93/,
      )
      const part = await fetch(`${root}road/download/`, { headers: { Range: 'bytes=100-199' } })
      assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes 100-199/${bytes.length}`])
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(100, 200))
      const beyond = await fetch(`${root}road/download/`, { headers: { Range: `bytes=${bytes.length}-` } })
      assert.equal(beyond.status, 416)
      const etag = whole.headers.get('etag') ?? ''
      const resumed = await fetch(`${root}road/download/`, { headers: { Range: 'bytes=-10', 'If-Range': etag } })
      assert.deepEqual(Buffer.from(await resumed.arrayBuffer()), bytes.subarray(-10))
    })

    test('takes an upload of 50 MB, and refuses one that is larger than nginx is told to pass', async (t) => {
      const { root } = await deploy(t, mount)
      const chunk = randomBytes(1_000_000)
      const chunks = Array.from({ length: 50 }, () => chunk)
      const form = new FormData()
      form.set('name', 'Zoë')
      form.set('file', new Blob(chunks), 'fünfzig.bin')
      const answer = await fetch(`${root}road/form/`, { method: 'POST', body: form })
      const page = await answer.text()
      assert.equal(answer.status, 200, page)
      assert.match(page, /<h3>fünfzig\.bin<\/h3>/)
      assert.match(page, /<dd>50000000 bytes<\/dd>[^]*<dd>disk<\/dd>/)
      const hash = createHash('sha256')
      for (const each of chunks) hash.update(each)
      assert.ok(page.includes(hash.digest('hex')))
      form.set('file', new Blob([...chunks, ...chunks.slice(20)]), 'too-large.bin')
      const refused = await fetch(`${root}road/form/`, { method: 'POST', body: form }).then(
        ({ status }) => status,
        // nginx closes the connection while the body is still being sent.
        () => 413,
      )
      assert.equal(refused, 413)
    })
  })

/** Characters that mean something in one of the configurations, or in a URL. */
const AWKWARD = '50% ü; #?{} &'

test('a new project in a directory with an awkward name is served behind nginx', {
  skip: withoutNginx,
  timeout: 120_000,
}, async (t) => {
  const { root, directory } = await deploy(t, '', `${AWKWARD} it's`)
  const style = await fetch(`${root}static/site.css`)
  assert.equal(await style.text(), fs.readFileSync(path.join(directory, 'static/site.css'), 'utf8'))
  assert.equal((await fetch(root)).status, 200)
})

test('the units of a new project are as systemd wants them', {
  skip: !process.env['CI'] && spawnSync('systemd-analyze', ['--version']).status !== 0 && 'systemd is not installed',
  timeout: 60_000,
}, async (t) => {
  for (const below of ['', AWKWARD]) {
    const directory = await scaffold(t, below)
    const units = temporaryDirectory(t)
    for (const unit of ['mysite.service', 'mysite.socket'])
      fs.copyFileSync(path.join(directory, 'deploy', unit), path.join(units, unit))
    const { status, stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', path.join(units, 'mysite.service'), path.join(units, 'mysite.socket')],
      { encoding: 'utf8' },
    )
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' })
  }
})
