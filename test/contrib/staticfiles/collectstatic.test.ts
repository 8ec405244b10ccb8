import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { cleanEnvironment, linkFramework, Running, temporaryDirectory, writeTree } from '../../management/support.ts'
import { makeProject } from './support.ts'

const FILES = {
  'static/site.css': 'site',
  'static/img/ü &.svg': 'picture',
  'vendor/lib.js': 'library',
  'polls/static/polls/style.css': 'polls',
}

const MANAGE = `
  import 'nuages/register'
  const { defineSettings } = await import('nuages/conf')
  const { staticfiles } = await import('nuages/contrib/staticfiles')
  const { executeFromCommandLine } = await import('nuages/management')
  const at = (name: string) => import.meta.dirname + '/' + name
  await executeFromCommandLine(process.argv, {
    settings: async () => ({
      default: defineSettings({
        baseDir: at('.'),
        installedApps: [staticfiles],
        staticfilesDirs: [at('static')],
        staticRoot: at('collected'),
      }),
    }),
  })`

/** Files and links below a directory, with their content or where they lead. */
function treeOf(directory: string): Record<string, string> {
  if (!fs.existsSync(directory)) return {}
  const entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name)
        const content = entry.isSymbolicLink() ? `→ ${fs.readlinkSync(file)}` : fs.readFileSync(file, 'utf8')
        return [path.relative(directory, file), content]
      }),
  )
}

const COLLECTED = { 'site.css': 'site', 'img/ü &.svg': 'picture', 'lib/lib.js': 'library', 'polls/style.css': 'polls' }

describe('collectstatic', () => {
  test('gathers what the project and its apps have, once', async (t) => {
    const { at, run } = makeProject(t, FILES)
    const first = await run('collectstatic')
    assert.deepEqual(first, {
      code: 0,
      stdout: `4 static files copied to ${at('collected')}, 0 unmodified.\n`,
      stderr: '',
    })
    assert.deepEqual(treeOf(at('collected')), COLLECTED)
    assert.match((await run('collectstatic')).stdout, /^0 static files copied to .*, 4 unmodified\.\n$/)
  })

  test('copies what has changed in time or in size, and nothing else', async (t) => {
    const { at, run } = makeProject(t, FILES)
    await run('collectstatic')
    const { mtime } = fs.statSync(at('static/site.css'))
    assert.deepEqual(fs.statSync(at('collected/site.css')).mtime.getTime(), mtime.getTime())
    fs.writeFileSync(at('static/site.css'), 'longer than before')
    fs.utimesSync(at('static/site.css'), mtime, mtime)
    fs.writeFileSync(at('vendor/lib.js'), 'LIBRARY')
    fs.utimesSync(at('vendor/lib.js'), mtime, new Date(mtime.getTime() - 60_000))
    assert.match((await run('collectstatic')).stdout, /^2 static files copied/)
    assert.deepEqual(treeOf(at('collected')), {
      ...COLLECTED,
      'site.css': 'longer than before',
      'lib/lib.js': 'LIBRARY',
    })
  })

  test('makes files that a web server can read, whatever the umask', async (t) => {
    const { at, run } = makeProject(t, FILES)
    const umask = process.umask(0o077)
    t.after(() => process.umask(umask))
    await run('collectstatic')
    const modeOf = (name: string) => fs.statSync(at('collected', name)).mode & 0o777
    assert.deepEqual([modeOf('site.css'), modeOf('img'), modeOf('')], [0o644, 0o755, 0o755])
  })

  test('keeps to the mode that the settings give', async (t) => {
    const { at, run } = makeProject(t, FILES, () => ({ fileUploadPermissions: 0o640 }))
    await run('collectstatic')
    const modeOf = (name: string) => fs.statSync(at('collected', name)).mode & 0o777
    assert.deepEqual([modeOf('site.css'), modeOf('img')], [0o640, 0o750])
  })

  test('of two files of one name takes the first, and says so', async (t) => {
    const { at, run } = makeProject(t, { ...FILES, 'polls/static/site.css': 'other' })
    const { stdout } = await run('collectstatic')
    assert.ok(
      stdout.startsWith(`Left out ${at('polls/static/site.css')}: an earlier place has another site.css.\n`),
      stdout,
    )
    assert.equal(fs.readFileSync(at('collected/site.css'), 'utf8'), 'site')
  })

  test('leaves out hidden files, and what it is told to ignore by name or path', async (t) => {
    const { at, run } = makeProject(t, {
      ...FILES,
      'static/.secret': '',
      'static/.git/config': '',
      'static/site.css~': '',
      'static/CVS/Root': '',
      'static/site.css.map': '',
      'static/img/raw/1.psd': '',
      'static/deep/x+y.css': '',
    })
    await run('collectstatic', '-i', '*.map', '--ignore', 'img/raw', '-i', 'x+?.css')
    assert.deepEqual(treeOf(at('collected')), COLLECTED)
  })

  test('follows links inside of a source, and none that leads out or back', async (t) => {
    const outside = temporaryDirectory(t)
    writeTree(outside, { secret: 'secret', 'directory/secret': 'secret' })
    const { at, run } = makeProject(t, FILES)
    fs.symlinkSync(path.join(outside, 'secret'), at('static/out'))
    fs.symlinkSync(path.join(outside, 'directory'), at('static/outside'))
    fs.symlinkSync('../..', at('static/img/up'))
    fs.symlinkSync('..', at('static/img/back'))
    fs.symlinkSync('nowhere', at('static/broken'))
    fs.symlinkSync('site.css', at('static/same.css'))
    const { code, stdout } = await run('collectstatic')
    assert.equal(code, 0)
    assert.deepEqual(treeOf(at('collected')), { ...COLLECTED, 'same.css': 'site' })
    for (const name of ['out', 'outside', 'img/up', 'img/back', 'broken'])
      assert.ok(stdout.includes(`Left out ${at('static', name)}: it is no file, or a link that leads elsewhere.`), name)
  })

  test('does nothing in a dry run, and says what it would do', async (t) => {
    const { at, run } = makeProject(t, { ...FILES, 'collected/old.css': 'old' })
    fs.copyFileSync(at('static/site.css'), at('collected/site.css'))
    fs.utimesSync(
      at('collected/site.css'),
      fs.statSync(at('static/site.css')).atime,
      fs.statSync(at('static/site.css')).mtime,
    )
    const { stdout } = await run('collectstatic', '-n', '--clear')
    assert.match(stdout, /^Would delete .*old\.css$/m)
    assert.match(stdout, /^Would copy .*site\.css$/m)
    assert.match(stdout, /^4 static files would be copied to /m)
    assert.deepEqual(treeOf(at('collected')), { 'old.css': 'old', 'site.css': 'site' })
    assert.match((await run('collectstatic', '-n')).stdout, /^3 static files would be copied to .*, 1 unmodified/m)
    assert.equal((await run('collectstatic', '-n', '-v', '0')).stdout, '')
  })

  test('clears what is there, without following links, where nobody need be asked', async (t) => {
    const outside = temporaryDirectory(t)
    writeTree(outside, { kept: 'kept' })
    const { at, run } = makeProject(t, { ...FILES, 'collected/old/old.css': 'old' })
    fs.symlinkSync(outside, at('collected/link'))
    const refused = await run('collectstatic', '--clear')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /^Error: --clear deletes all that is in .*collected\. Where nobody can be asked, give/)
    assert.equal((await run('collectstatic', '--clear', '--noinput')).code, 0)
    assert.deepEqual(treeOf(at('collected')), COLLECTED)
    assert.deepEqual(treeOf(outside), { kept: 'kept' })
  })

  test('asks who sits at a terminal before it clears', {
    skip: spawnSync('script', ['--version']).status !== 0 && 'the program script is not installed',
    timeout: 60_000,
  }, async (t) => {
    const { at, directory } = makeProject(t, {
      ...FILES,
      'collected/old.css': 'old',
      'package.json': '{ "type": "module" }',
      'manage.ts': MANAGE,
    })
    linkFramework(directory)
    for (const [answer, collected] of [
      ['no\n', { 'old.css': 'old' }],
      ['\u0003', { 'old.css': 'old' }],
      ['\u0004', { 'old.css': 'old' }],
      ['yes\n', { 'site.css': 'site', 'img/ü &.svg': 'picture' }],
    ] as const) {
      const command = `"${process.execPath}" manage.ts collectstatic --clear`
      const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: directory, env: cleanEnvironment() })
      const running = new Running(t, child)
      await running.waitFor(/Delete all that is in .*collected\? Type 'yes': /)
      child.stdin.write(answer)
      const { code } = await running.exit
      assert.equal(code, answer === 'yes\n' ? 0 : 1, running.output)
      assert.deepEqual(treeOf(at('collected')), collected, JSON.stringify(answer))
    }
  })

  test('makes links where it is told to, and copies again afterwards', async (t) => {
    const { at, run } = makeProject(t, FILES)
    await run('collectstatic')
    assert.match((await run('collectstatic', '--link')).stdout, /^4 static files linked to /)
    assert.equal(treeOf(at('collected'))['site.css'], `→ ${at('static/site.css')}`)
    assert.match((await run('collectstatic', '--link')).stdout, /^0 static files linked to .*, 4 unmodified/)
    await run('collectstatic')
    assert.deepEqual(treeOf(at('collected')), COLLECTED)
    assert.deepEqual(fs.lstatSync(at('static/site.css')).isFile(), true)
  })

  test('never writes through a link that leads out of staticRoot', async (t) => {
    const outside = temporaryDirectory(t)
    const { at, run } = makeProject(t, { ...FILES, 'collected/x': '' })
    fs.symlinkSync(outside, at('collected/img'))
    fs.symlinkSync(path.join(outside, 'file'), at('collected/site.css'))
    const { code, stderr } = await run('collectstatic')
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^Error: .*collected\/img is a link, where a directory is needed\. Move it away, or give --clear/,
    )
    assert.deepEqual(treeOf(outside), {})
  })

  test('says what is in the way', async (t) => {
    const { at, run } = makeProject(t, { ...FILES, 'collected/polls': '', 'collected/site.css/x': '' })
    assert.match((await run('collectstatic')).stderr, /collected\/site\.css is a directory, where a file is needed/)
    fs.rmSync(at('collected/site.css'), { recursive: true })
    assert.match((await run('collectstatic')).stderr, /collected\/polls is a file, where a directory is needed/)
    assert.equal((await run('collectstatic', '-c', '--noinput')).code, 0)
  })

  test('collects through a staticRoot that is a link itself', async (t) => {
    const elsewhere = temporaryDirectory(t)
    const { at, run } = makeProject(t, FILES)
    fs.symlinkSync(elsewhere, at('collected'))
    assert.equal((await run('collectstatic')).code, 0)
    assert.deepEqual(treeOf(elsewhere), COLLECTED)
  })

  test('leaves no half file where the disk is full', { skip: !canMount() && 'mounting is not allowed' }, async (t) => {
    const { at, run } = makeProject(t, { ...FILES, 'static/zz-big.bin': 'x'.repeat(300_000) })
    fs.mkdirSync(at('collected'))
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', at('collected')]).status, 0)
    t.after(() => spawnSync('umount', [at('collected')]))
    const { code, stderr } = await run('collectstatic')
    assert.equal(code, 1)
    assert.match(stderr, /zz-big\.bin cannot be written: ENOSPC/)
    const { 'site.css': site, ...rest } = treeOf(at('collected'))
    assert.equal(site, 'site')
    assert.ok(Object.keys(rest).every((name) => !name.includes('big') && !name.endsWith('.tmp')))
    assert.equal(spawnSync('umount', [at('collected')]).status, 0)
  })

  test('refuses a staticRoot that would hurt the project', async (t) => {
    for (const [staticRoot, reason] of [
      ['', /^Error: The setting staticRoot is not set: it says where static files are collected/],
      [null, /^Error: The setting staticRoot is not set/],
      ['.', /which holds the project itself/],
      ['..', /which holds the project itself/],
      ['/', /which holds the project itself/],
      ['polls', /files are collected from .*polls\/static: neither may hold the other/],
      ['polls/static', /neither may hold the other/],
      ['polls/static/deep', /neither may hold the other/],
    ] as const) {
      const { directory, run } = makeProject(t, FILES, (at) => ({
        staticRoot: staticRoot === null || staticRoot === '' ? staticRoot : path.resolve(at(), staticRoot),
      }))
      const before = treeOf(directory)
      const { code, stderr } = await run('collectstatic', '--clear', '--noinput')
      assert.equal(code, 1, String(staticRoot))
      assert.match(stderr, reason)
      assert.deepEqual(treeOf(directory), before)
    }
  })

  test('refuses a prefix that leads out of staticRoot', async (t) => {
    const { at, run } = makeProject(t, FILES, (at) => ({ staticfilesDirs: [['../out', at('static')]] }))
    const { code, stderr } = await run('collectstatic')
    assert.equal(code, 1)
    assert.match(stderr, /would be put at .*out\/.*, outside of staticRoot\. Is a prefix wrong\?/)
    assert.ok(!fs.existsSync(at('out')))
  })

  test('works though the project’s URLs are broken', async (t) => {
    const { run } = makeProject(t, FILES, () => ({ rootUrlconf: () => Promise.reject(new Error('broken view')) }))
    assert.equal((await run('collectstatic')).code, 0)
  })
})

describe('the checks of static files', () => {
  test('find a staticRoot among what is collected, a slash too many, and a directory that is missing', async (t) => {
    const { run } = makeProject(t, FILES, (at) => ({
      staticfilesDirs: [at('static'), ['lib/', at('vendor')], at('missing')],
      staticRoot: at('static/collected'),
    }))
    const { code, stderr } = await run('check', '--tag', 'staticfiles')
    assert.equal(code, 1)
    assert.match(stderr, /staticfilesDirs: \(staticfiles\.E002\) .*static holds staticRoot/)
    assert.match(stderr, /\(staticfiles\.E003\) The prefix 'lib\/' must not end with a slash/)
    assert.match(stderr, /\(staticfiles\.W004\) The directory .*missing does not exist/)
    assert.match((await run('collectstatic')).stderr, /staticfiles\.E002/)
  })

  test('find nothing where there is nothing', async (t) => {
    const { run } = makeProject(t, FILES)
    assert.match((await run('check', '--tag', 'staticfiles')).stdout, /no issues/)
  })
})

function canMount(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
}
