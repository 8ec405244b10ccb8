/** The commands on the README's first screen, and those of the guides, as far as they can be typed here. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { defineSettings } from 'nuages/conf'
import { staticfiles } from 'nuages/contrib/staticfiles'
import { packageRoot } from 'nuages/utils'
import { manage, temporaryDirectory } from '../management/support.ts'
import { allPages, type Block, commandsOf, readPage } from './pages.ts'
import { Terminal } from './terminal.ts'
import { blocksOf } from './ways.ts'

describe('README.md', () => {
  const consoles = blocksOf('commands.test.ts', 'README.md')

  test('npm start serves the bundled project', { timeout: 90_000 }, async (t) => {
    const [first] = consoles as [Block]
    assert.equal(first.text, '$ npm ci && npm start\n')
    const terminal = await Terminal.open(t, packageRoot())
    await terminal.run({ ...first, text: '$ npm start\nDevelopment server at http://127.0.0.1:8000/\n' })
    await terminal.run({ ...first, text: '$ curl http://127.0.0.1:8000/\n<h1>The road of a request</h1>\n' })
  })

  test('a project of one’s own is made, tested, started, and run by CGI', { timeout: 170_000 }, async (t) => {
    const block = consoles.find(({ text }) => text.includes('startproject')) as Block
    const checkout = path.join(temporaryDirectory(t), 'nuages')
    fs.mkdirSync(checkout)
    fs.symlinkSync(path.join(packageRoot(), 'manage.ts'), path.join(checkout, 'manage.ts'))
    const terminal = await Terminal.open(t, checkout)
    await terminal.run(block)
    await terminal.run({ ...block, text: '$ curl http://127.0.0.1:8000/\n<h1>It works.</h1>\n' })
    const byCgi = blocksOf('commands.test.ts', 'docs/how-to/deploy-cgi.md')
    assert.equal(byCgi.length, 2)
    for (const each of byCgi) await terminal.run(each)
  })
})

test('README.ko.md shows what README.md shows', () => {
  const [english, korean] = ['README.md', 'README.ko.md'].map((name) =>
    readPage(name).blocks.map(({ language, text }) => ({ language, text })),
  )
  assert.ok(blocksOf('commands.test.ts', 'README.ko.md').length > 0)
  assert.deepEqual(korean, english)
})

test('a directory of CGI programs is served as the how-to says', { timeout: 90_000 }, async (t) => {
  const terminal = await Terminal.open(t, temporaryDirectory(t))
  const [make, serve] = blocksOf('commands.test.ts', 'docs/how-to/run-cgi-programs.md') as [Block, Block]
  assert.deepEqual([make.language, serve.language], ['sh', 'console'])
  fs.writeFileSync(path.join(terminal.directory, 'make.sh'), make.text)
  await terminal.run({ ...make, text: '$ sh make.sh\n' })
  await terminal.run(serve)
})

test('every command line that a page shows is one that the command understands', async () => {
  const settings = { settings: () => Promise.resolve({ default: defineSettings({ installedApps: [staticfiles] }) }) }
  const blocks = allPages().flatMap(({ blocks: all }) => all)
  const lines = blocks.flatMap((block) =>
    block.language === 'console' ? commandsOf(block).map(({ text }) => text) : block.text.split('\n'),
  )
  const commands = lines.flatMap(
    (line) => /^(?:\w+=\S+ )*(?:\.\/manage\.ts|(?:npx )?nuages) (\w.*)$/.exec(line)?.[1] ?? [],
  )
  assert.ok(commands.length > 20)
  for (const command of new Set(commands)) {
    const words = command.split(/\s+/).map((word) => word.replaceAll("'", ''))
    const { code, stderr } = await manage([...words, '--help'], settings)
    assert.equal(code, 0, `${command}\n${stderr}`)
  }
})
