/** The tutorial, done from its first line to its last: files written, commands typed, pages looked at, nginx in front. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { temporaryDirectory } from '../management/support.ts'
import { installed } from '../management/tarball.ts'
import { type Block, type Page, readPage } from './pages.ts'
import { Terminal } from './terminal.ts'
import { blocksOf } from './ways.ts'

const PARTS = ['docs/tutorial/part-1.md', 'docs/tutorial/part-2.md'] as const
const hasNginx = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].some((file) => fs.existsSync(file))
const mayLackNginx = process.env['CI'] === undefined

/** What the programs of a part say at some time. */
const SAID: Readonly<Record<(typeof PARTS)[number], readonly RegExp[]>> = {
  'docs/tutorial/part-1.md': [/changed, reloading\./, /GET \/hello\/ 200 /],
  'docs/tutorial/part-2.md': [/INFO journal: Somebody still has \/first-light\.html\./, /GET \/first-light\.html 301 /],
}

test('the tutorial does what it says, with the package as it is published', { timeout: 300_000 }, async (t) => {
  const framework = installed(temporaryDirectory(t))
  let directory = temporaryDirectory(t)
  for (const name of PARTS) {
    await t.test(name, async (t) => {
      const terminal = await Terminal.open(t, directory, framework)
      await follow(t, readPage(name), terminal)
      for (const words of SAID[name]) assert.match(terminal.output, words)
      directory = terminal.directory
    })
  }
})

/** Type a page from its first line to its last. */
async function follow(t: TestContext, page: Page, terminal: Terminal): Promise<void> {
  const behindNginx = page.blocks.findIndex((block) => block.text.includes('$ nginx '))
  const blocks = blocksOf('tutorial.test.ts', page.name)
  const steps = hasNginx || !mayLackNginx || behindNginx === -1 ? blocks : blocks.slice(0, behindNginx)
  /** Files that the compiler has not seen yet. */
  const unchecked = new Set<string>()
  const checkTypes = () => {
    assertTypes(terminal.directory)
    unchecked.clear()
  }
  for (const block of steps) {
    if (block.language === 'console') {
      await terminal.run(block)
      if (block.text.includes('npm run types')) unchecked.clear()
    } else if (block.language === 'text') assertTree(terminal.directory, block)
    else {
      if (block.file !== undefined && unchecked.has(block.file)) checkTypes()
      terminal.write(block)
      if (block.language === 'ts') unchecked.add(block.file as string)
    }
  }
  checkTypes()
  if (steps !== blocks) t.diagnostic('nginx is missing: the pages behind it were not looked at')
}

/** A tree of the project's files, one a line before some words about it. */
function assertTree(directory: string, block: Block): void {
  for (const line of block.text.split('\n').filter((each) => each !== '')) {
    const [name = ''] = line.split(/\s/)
    assert.ok(fs.existsSync(path.join(directory, name)), `${block.page}:${block.line}: there is no ${name}`)
  }
}

function assertTypes(directory: string): void {
  const { status, stdout } = spawnSync(path.join(directory, 'node_modules/.bin/tsc'), {
    cwd: directory,
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.deepEqual([status, stdout], [0, ''])
}

test('the settings that part 2 shows are those of a new project, and what it adds to them', () => {
  const made = fs.readFileSync(path.join(packageRoot(), 'templates/project/project_name/settings.ts-tpl'), 'utf8')
  const blocks = readPage('docs/tutorial/part-2.md').blocks.filter(({ file }) => file === 'mysite/settings.ts')
  assert.equal(blocks.length, 2)
  for (const { text } of blocks) {
    const shown = new Set(text.split('\n'))
    assert.deepEqual(
      made.split('\n').filter((line) => !shown.has(line)),
      [
        '  installedApps: [staticfiles],',
        '    contextProcessors: [cspContext, debugContext, requestContext, staticContext],',
      ],
    )
  }
})
