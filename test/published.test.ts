/** The published package, from `npm run tarball` to a page in a browser: what somebody has who has no checkout. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { startChromium, withoutChromium } from './management/chromium.ts'
import { Running, temporaryDirectory } from './management/support.ts'
import { tarball } from './management/tarball.ts'

const root = packageRoot()

/** Longer than any step should take, also on a machine that has much else to do. */
const STEP = 180_000

/** The environment of a shell: without what npm and the test runner tell this process. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^(?:npm_(?:package|lifecycle|config_local_prefix|config_prefix|command)|NODE_|NUAGES_|INIT_CWD)/.test(name),
  ),
)
// What npm has is as good as new, and a connection that stalls is better made anew than waited for.
Object.assign(environment, {
  npm_config_prefer_offline: 'true',
  npm_config_fetch_timeout: '20000',
  npm_config_fetch_retries: '5',
})
environment['PATH'] = (environment['PATH'] ?? '')
  .split(path.delimiter)
  .filter((directory) => !directory.split(path.sep).includes('node_modules'))
  .join(path.delimiter)

/** Run a program to its end. What it wrote comes back, and fails the test where the program failed. */
function run(cwd: string, program: string, ...words: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(program, words, {
    cwd,
    encoding: 'utf8',
    env: environment,
    timeout: STEP,
  })
  assert.equal(status, 0, `${program} ${words.join(' ')} in ${cwd}: ${error?.message ?? ''}\n${stdout}\n${stderr}`)
  return stdout
}

/** Why this is skipped: packages cannot be had, and this is not the place where they must. */
function withoutRegistry(): string | false {
  if (process.env['CI']) return false
  const { status } = spawnSync('npm', ['view', 'oxc-transform', 'version'], { env: environment, timeout: 20_000 })
  return status === 0 ? false : 'the package registry cannot be reached'
}

test('the published package', { skip: withoutRegistry(), timeout: 5 * STEP }, async (t) => {
  const directory = temporaryDirectory(t)
  const [tools, site, unpacked] = ['tools', 'work/site', 'unpacked'].map((name) => path.join(directory, name)) as [
    string,
    string,
    string,
  ]
  const packed = tarball()

  await t.test('is described by a manifest without what only a checkout needs', () => {
    fs.mkdirSync(unpacked)
    run(unpacked, 'tar', '-xzf', packed)
    const read = (from: string) => JSON.parse(fs.readFileSync(path.join(from, 'package.json'), 'utf8'))
    const [manifest, own] = [read(path.join(unpacked, 'package')), read(root)]
    for (const name of ['scripts', 'devDependencies', 'optionalDependencies'])
      assert.equal(manifest[name], undefined, name)
    for (const name of ['name', 'version', 'license', 'type', 'engines', 'bin', 'dependencies'])
      assert.deepEqual(manifest[name], own[name], name)
    assert.deepEqual(Object.keys(manifest.exports), Object.keys(own.exports))
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target as Record<string, string>),
    )
    for (const target of [...targets, manifest.bin.nuages])
      assert.ok(fs.existsSync(path.join(unpacked, 'package', target)), target)
  })

  await t.test('holds JavaScript with its types and sources, documentation, and the skeletons whole', () => {
    const files = fs
      .readdirSync(path.join(unpacked, 'package'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(path.join(unpacked, 'package'), path.join(entry.parentPath, entry.name)))
    const strange = files.filter(
      (file) =>
        !/^(?:framework\/.*\.(?:js|d\.ts|map)|src\/.*\.ts|templates\/.*|docs\/(?:.*\.md|images\/.*\.png)|package\.json|\w+(?:\.md)?)$/.test(
          file,
        ),
    )
    assert.deepEqual(strange, [])
    for (const kind of ['project', 'app', 'pages']) {
      const list = (from: string) =>
        fs
          .readdirSync(path.join(from, 'templates', kind), { recursive: true })
          .map(String)
          .sort()
      assert.deepEqual(list(path.join(unpacked, 'package')), list(root))
    }
  })

  await t.test('makes a project, whichever Node this machine has', () => {
    for (const place of [tools, path.dirname(site)]) fs.mkdirSync(place)
    run(tools, 'npm', 'install', '--no-audit', '--no-fund', packed)
    assert.match(run(tools, 'npx', 'nuages', '--version'), /^\d+\.\d+\.\d+\n$/)
    assert.match(run(tools, 'npx', 'nuages', 'startproject', site), /Made the project site in /)
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(site, 'package.json'), 'utf8'))
    assert.deepEqual(dependencies, { nuages: `file:${packed}` })
  })

  await t.test('runs the project’s tests, its types and its commands', () => {
    run(site, 'npm', 'install', '--no-audit', '--no-fund')
    assert.match(run(site, 'npm', 'test'), /pass 2\n[^]*fail 0\n/)
    run(site, 'npx', 'tsc')
    assert.match(
      run('/', path.join(site, 'manage.ts'), 'help'),
      /\nstaticfiles:\n {2}collectstatic [^]*\n {2}runserver /,
    )
    assert.match(run('/', path.join(site, 'manage.ts'), 'check'), /no issues/)
    assert.match(run('/', path.join(site, 'manage.ts'), 'collectstatic'), /^2 static files copied to /)
  })

  await t.test('serves the project’s first page', async (t) => {
    const child = spawn('npm', ['start', '--', '0', '--noreload'], {
      cwd: site,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    // npm starts a shell, and that the server: all of them have to go before `Running` waits for their end.
    t.after(() => process.kill(-(child.pid as number), 'SIGKILL'))
    const running = new Running(t, child)
    const [, url = ''] = await running.waitFor(/Development server at (http:\/\/\S+\/)\n/)
    const page = await fetch(url)
    assert.equal(page.status, 200)
    assert.match(await page.text(), /<h1>It works\.<\/h1>/)
    await t.test('and a browser has no complaint', { skip: withoutChromium }, async (t) => {
      const tab = await (await startChromium(t)).newPage()
      const complaints: string[] = []
      tab.on('console', (message) => complaints.push(message.text()))
      tab.on('pageerror', (error) => complaints.push(error.message))
      tab.on('response', (response) => {
        if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`)
      })
      await tab.goto(url)
      assert.equal(await tab.locator('h1').innerText(), 'It works.')
      assert.equal(await tab.evaluate('document.styleSheets.length'), 1)
      assert.deepEqual(complaints, [])
    })
  })
})
