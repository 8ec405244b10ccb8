import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { linkFramework, type Running, startNode, temporaryDirectory, writeTree } from './support.ts'

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

  test('leaves no orphan when the parent is killed', async (t) => {
    const running = program(t).start()
    await running.waitFor(/has one\./)
    running.child.kill('SIGKILL')
    // The child holds the pipe open as long as it lives, so this waits for both.
    assert.deepEqual(await running.exit, { code: null, signal: 'SIGKILL' })
  })
})
