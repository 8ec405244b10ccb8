/** The bundled project behind a real nginx with its own deploy/nginx.conf: by FastCGI at two places, and by HTTP. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { freePort, startNginx, withoutNginx } from '../management/nginx.ts'
import { cleanEnvironment, linkFramework, startNode, temporaryDirectory } from '../management/support.ts'

/** A copy of the project, served as the first lines of its nginx.conf say, on ports that are free. */
async function deploy(t: TestContext): Promise<{ fastcgi: string; http: string }> {
  const directory = temporaryDirectory(t)
  fs.cpSync(path.join(packageRoot(), 'project'), path.join(directory, 'project'), {
    recursive: true,
    filter: (file) => !/\/project\/(?:run|staticfiles)$/.test(file),
  })
  fs.copyFileSync(path.join(packageRoot(), 'manage.ts'), path.join(directory, 'manage.ts'))
  linkFramework(directory)
  const cwd = directory
  assert.equal(spawnSync(process.execPath, ['manage.ts', 'collectstatic'], { cwd, env: cleanEnvironment() }).status, 0)
  fs.mkdirSync(path.join(directory, 'project/run'))
  const env = { DEBUG: 'false', ALLOWED_HOSTS: 'localhost' }
  const site = startNode(t, ['project/fcgi.ts', '--socket', 'project/run/fcgi.sock'], { cwd, env })
  const server = startNode(t, ['manage.ts', 'runserver', '0', '--noreload'], { cwd })
  const [, behind = ''] = await server.waitFor(/Development server at http:\/\/127\.0\.0\.1:(\d+)\//)
  await site.waitFor(/Serving FastCGI/)
  const [one, other] = [await freePort(), await freePort()]
  const file = path.join(directory, 'project/deploy/nginx.conf')
  const text = fs.readFileSync(file, 'utf8')
  const onPorts = text
    .replace('listen 127.0.0.1:8080', `listen 127.0.0.1:${one}`)
    .replace('listen 127.0.0.1:8081', `listen 127.0.0.1:${other}`)
    .replace('server 127.0.0.1:8000', `server 127.0.0.1:${behind}`)
  fs.writeFileSync(file, onPorts)
  const words = ['-p', path.join(directory, 'project/run'), '-c', '../deploy/nginx.conf']
  await startNginx(t, words, { cwd, port: one })
  return { fastcgi: `http://localhost:${one}/`, http: `http://localhost:${other}/` }
}

describe('the bundled project behind nginx', { skip: withoutNginx, timeout: 120_000 }, () => {
  test('is one site by FastCGI, below a sub-path, and by HTTP', async (t) => {
    const { fastcgi, http } = await deploy(t)
    for (const [root, gateway] of [
      [fastcgi, 'FastCGI'],
      [`${fastcgi}road/`, 'FastCGI'],
      [http, 'HTTP'],
    ] as const) {
      const mount = new URL(root).pathname
      const page = await (await fetch(root)).text()
      assert.match(page, new RegExp(`<h2>Gateway: ${gateway}</h2>`))
      const style = /href="([^"]+style\.css)"/.exec(page)?.[1] ?? ''
      assert.equal(style, `${mount}static/road/style.css`)
      const file = await fetch(new URL(style, root))
      assert.equal(file.status, 200)
      assert.match(file.headers.get('cache-control') ?? '', /max-age=3600/)
      const slash = await fetch(`${root}form`, { redirect: 'manual' })
      assert.deepEqual([slash.status, slash.headers.get('location')], [301, `${mount}form/`])
      const form = new FormData()
      form.set('name', 'Zoë')
      form.set('file', new Blob(['x'.repeat(3_000_000)]), 'a.bin')
      const answer = await fetch(`${root}form/`, { method: 'POST', body: form })
      assert.match(await answer.text(), /3000000 bytes[^]*disk/)
      assert.match(await (await fetch(`${root}cgi-bin/hello.sh`)).text(), /^Hello from a shell script!/)
      assert.match(await (await fetch(`${root}bare/x`)).text(), new RegExp(`SCRIPT_NAME {5}${mount}bare\\n`))
      assert.match(await (await fetch(`${root}stream/`)).text(), /100 × 100 = 10000\n$/)
    }
  })
})
