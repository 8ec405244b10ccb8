import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { cleanEnvironment, linkFramework, Running, startNode, temporaryDirectory, writeTree } from './support.ts'

const MAIN = `
  import 'nuages/register'
  const { EXIT_FINAL, isReloaded, runWithReloader, stopWithParent } = await import('nuages/management')
  if (!isReloaded()) process.exit(await runWithReloader({ root: import.meta.dirname, poll: POLL }))
  stopWithParent()
  const { value } = await import('./app/value.ts')
  if (value === 'final') process.exit(EXIT_FINAL + 2)
  setInterval(() => {}, 1e6)
  process.on('SIGTERM', () => { console.log('asked to stop'); process.exit(0) })
  console.log('child ' + process.pid + ' has ' + value + '.')
`

/** A program with a reloading parent, and how to change what its child reads. */
function program(
  t: TestContext,
  poll?: number,
): { directory: string; start: () => Running; setValue: (source: string) => void } {
  const directory = temporaryDirectory(t)
  linkFramework(directory)
  writeTree(directory, {
    'package.json': '{ "type": "module" }',
    'main.ts': MAIN.replace('POLL', String(poll)),
    'app/value.ts': "export const value = 'one'",
  })
  return {
    directory,
    start: () => startNode(t, ['main.ts'], { cwd: directory }),
    setValue: (source) => fs.writeFileSync(path.join(directory, 'app/value.ts'), source),
  }
}

/** Within a namespace of its own a process may have fewer of the system's watches than others. */
const withoutNamespaces =
  spawnSync('unshare', ['-Ur', 'sh', '-c', 'echo 1 > /proc/sys/user/max_inotify_watches']).status === 0
    ? false
    : 'this system makes no namespaces for users'

describe('autoreload', { timeout: 60_000 }, () => {
  for (const [how, poll] of [
    ['told by the system', undefined],
    ['by polling', 20],
  ] as const)
    test(`starts the child anew when a file changes, ${how}`, async (t) => {
      const { start, setValue } = program(t, poll)
      const running = start()
      await running.waitFor(/has one\./)
      setValue("export const value = 'a longer two'")
      await running.waitFor(/app\/value\.ts changed, reloading\.\n[^]*asked to stop\n[^]*has a longer two\./)
      setValue("export const value = 'three, longer still'")
      await running.waitFor(/has three, longer still\./)
    })

  test('survives a syntax error, shows it, and goes on when it is put right', async (t) => {
    const { start, setValue } = program(t)
    const running = start()
    await running.waitFor(/has one\./)
    setValue('export const value = = 1')
    await running.waitFor(
      /SyntaxError: .*value\.ts[^]*The server has stopped \(exit code 1\)\. Waiting for a file to change\./,
    )
    setValue("export const value = 'mended'")
    await running.waitFor(/has mended\./)
  })

  test('begins with an error too', async (t) => {
    const { start, setValue } = program(t)
    setValue("throw new Error('broken from the start')")
    const running = start()
    await running.waitFor(/broken from the start[^]*Waiting for a file to change\./)
    setValue("export const value = 'mended'")
    await running.waitFor(/has mended\./)
  })

  test('sees new files, in new directories too, and removed ones', async (t) => {
    const { directory, start } = program(t)
    const running = start()
    await running.waitFor(/has one\./)
    writeTree(directory, { 'new/deep/file.ts': '' })
    await running.waitFor(/new\/deep\/file\.ts changed, reloading\.[^]*has one\./)
    const from = running.output.length
    fs.rmSync(path.join(directory, 'new'), { recursive: true })
    await running.waitFor(/new\/deep\/file\.ts changed, reloading\.[^]*has one\./, from)
    writeTree(directory, { 'new/deep/again.ts': '' })
    await running.waitFor(/again\.ts changed, reloading\./, from)
  })

  test('leaves out packages, hidden directories, uploads, and files that are no source', async (t) => {
    const { directory, start, setValue } = program(t)
    for (const name of ['.git', 'uploads', 'node_modules/x'])
      fs.mkdirSync(path.join(directory, name), { recursive: true })
    const running = start()
    await running.waitFor(/has one\./)
    writeTree(directory, {
      '.git/hook.ts': '',
      'uploads/evil.ts': '',
      'node_modules/x/index.js': '',
      'app/notes.txt': '',
      'app/.value.ts.swp': '',
    })
    fs.chmodSync(path.join(directory, 'app/value.ts'), 0o600)
    setValue("export const value = 'a longer two'")
    await running.waitFor(/has a longer two\./)
    assert.equal(running.output.match(/changed, reloading/g)?.length, 1, running.output)
    assert.match(running.output, /^app\/value\.ts changed, reloading\.$/m)
  })

  test('looks into a directory of any name that is an app', async (t) => {
    const { directory, start } = program(t)
    writeTree(directory, { 'media/apps.ts': '', 'media/views.ts': '' })
    const running = start()
    await running.waitFor(/has one\./)
    writeTree(directory, { 'media/views.ts': 'export {}' })
    await running.waitFor(/media\/views\.ts changed, reloading\./)
  })

  test('ends the parent where no change of a file can help', async (t) => {
    const { start, setValue } = program(t)
    setValue("export const value = 'final'")
    assert.deepEqual(await start().exit, { code: 2, signal: null })
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    test(`ends both on ${signal}`, async (t) => {
      const running = program(t).start()
      await running.waitFor(/has one\./)
      running.child.kill(signal)
      assert.deepEqual(await running.exit, { code: 0, signal: null })
      assert.match(running.output, /asked to stop/)
    })

  test('goes through a directory whose place another takes at once, and where others are never quiet', async (t) => {
    const { directory, start, setValue } = program(t)
    const running = start()
    await running.waitFor(/has one\./)
    const app = path.join(directory, 'app')
    fs.renameSync(app, path.join(directory, 'old'))
    writeTree(directory, { 'app/value.ts': "export const value = 'another'" })
    await running.waitFor(/has another\./)
    let log = ''
    const writing = setInterval(() => fs.writeFileSync(path.join(app, `${((log += '.')).length % 7}.ts`), log), 10)
    t.after(() => clearInterval(writing))
    const from = running.output.length
    await running.waitFor(/app\/\d\.ts( and \d more)? changed, reloading\./, from)
    clearInterval(writing)
    setValue("export const value = 'the last'")
    await running.waitFor(/has the last\./, from)
  })

  test('sees a file that is put in the place of another, and one that is deleted', async (t) => {
    const { directory, start } = program(t)
    writeTree(directory, { 'app/more.ts': '' })
    const running = start()
    await running.waitFor(/has one\./)
    writeTree(directory, { 'app/.value.tmp': "export const value = 'two'" })
    fs.renameSync(path.join(directory, 'app/.value.tmp'), path.join(directory, 'app/value.ts'))
    await running.waitFor(/^app\/value\.ts changed, reloading\.$[^]*has two\./m)
    fs.rmSync(path.join(directory, 'app/more.ts'))
    await running.waitFor(/^app\/more\.ts changed, reloading\.$[^]*has two\./m)
  })

  test('follows links to sources, but none in a circle, to packages, to data or to what is around', async (t) => {
    const { directory, start } = program(t)
    const elsewhere = temporaryDirectory(t)
    writeTree(elsewhere, {
      'shared/index.ts': '',
      'shared/deep/file.ts': '',
      'single/target.ts': '',
      'data/2026/many.json': '',
      'node_modules/x/index.ts': '',
    })
    const link = (name: string, target: string) => fs.symlinkSync(target, path.join(directory, name))
    link('shared', path.join(elsewhere, 'shared'))
    link('single.ts', path.join(elsewhere, 'single/target.ts'))
    link('data', path.join(elsewhere, 'data'))
    link('package', path.join(elsewhere, 'node_modules/x'))
    link('around', path.dirname(directory))
    link('circle', 'circle')
    link('self', '.')
    link('again', 'app')
    const running = start()
    await running.waitFor(/has one\./)
    for (const [file, name] of [
      ['shared/deep/file.ts', 'shared/deep/file.ts'],
      ['shared/new/file.ts', 'shared/new/file.ts'],
      ['single/target.ts', 'single.ts'],
    ] as const) {
      const from = running.output.length
      writeTree(elsewhere, { 'data/2026/many.json': file, 'node_modules/x/index.ts': file, [file]: `'${name}'` })
      await running.waitFor(new RegExp(`^${name} changed, reloading\\.$[^]*has one\\.`, 'm'), from)
    }
  })

  test('says what to do where the system watches no more directories', { skip: withoutNamespaces }, async (t) => {
    const { directory, setValue } = program(t)
    const script = 'echo 1 > /proc/sys/user/max_inotify_watches && exec "$0" main.ts'
    const child = spawn('unshare', ['-Ur', 'sh', '-c', script, process.execPath], {
      cwd: directory,
      env: cleanEnvironment(),
    })
    const running = new Running(t, child)
    await running.waitFor(/Looking for changes every second, for .*\. To be told of them, raise fs\.inotify\.max_user_/)
    await running.waitFor(/has one\./)
    setValue("export const value = 'a longer two'")
    await running.waitFor(/has a longer two\./)
  })

  test('waits for nobody who is asked to end a second time', async (t) => {
    const { directory, start } = program(t)
    const main = path.join(directory, 'main.ts')
    const stubborn = "console.log('asked to stop'); setTimeout(() => console.log('still here'), 1000)"
    fs.writeFileSync(
      main,
      fs.readFileSync(main, 'utf8').replace(/console\.log\('asked to stop'\).*?\}/, `${stubborn} }`),
    )
    const running = start()
    await running.waitFor(/has one\./)
    running.child.kill('SIGINT')
    await running.waitFor(/asked to stop/)
    running.child.kill('SIGINT')
    assert.deepEqual(await running.exit, { code: 0, signal: null })
    assert.doesNotMatch(running.output, /still here/)
  })

  test('ends both where the terminal is closed', async (t) => {
    const running = program(t).start()
    await running.waitFor(/has one\./)
    running.child.kill('SIGHUP')
    assert.deepEqual(await running.exit, { code: null, signal: 'SIGHUP' })
  })

  test('leaves no orphan where the parent is killed before the child has begun', async (t) => {
    const { directory, start } = program(t)
    const main = path.join(directory, 'main.ts')
    const waiting = `
      console.log('begins')
      while (process.connected) await new Promise((resolve) => setTimeout(resolve, 10))
      stopWithParent()`
    fs.writeFileSync(main, fs.readFileSync(main, 'utf8').replace('stopWithParent()\n', `${waiting}\n`))
    const running = start()
    await running.waitFor(/begins/)
    running.child.kill('SIGKILL')
    assert.deepEqual(await running.exit, { code: null, signal: 'SIGKILL' })
    assert.doesNotMatch(running.output, /has one/)
  })

  test('leaves no orphan when the parent is killed', async (t) => {
    const running = program(t).start()
    await running.waitFor(/has one\./)
    running.child.kill('SIGKILL')
    // The child holds the pipe open as long as it lives, so this waits for both.
    assert.deepEqual(await running.exit, { code: null, signal: 'SIGKILL' })
  })
})
