/** The commands of the guides and of the reference, typed in a project from the first of a page to its last. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Client } from 'nuages/test'
import type { Application } from 'nuages/gateway'
import { scaffold } from '../management/scaffold.ts'
import { temporaryDirectory, writeTree } from '../management/support.ts'
import { type Block, readPage } from './pages.ts'
import { Terminal } from './terminal.ts'
import { blocksOf } from './ways.ts'

/** What a page takes for granted: it is done before its block of this number is typed, counted from 0. */
const BEFORE: Readonly<Record<string, Readonly<Record<number, (directory: string) => void | Promise<void>>>>> = {
  'docs/how-to/debug-a-deployment.md': {
    2: async (directory) => {
      const { application } = (await import(pathToFileURL(path.join(directory, 'variables.ts')).href)) as {
        application: Application
      }
      const sent = await new Client(application).get('/polls/', { query: { page: 2 } })
      writeTree(directory, { 'variables.json': await sent.text() })
    },
  },
  'docs/how-to/https-while-developing.md': {
    1: (directory) => {
      fs.copyFileSync(path.join(directory, '.nuages/certificate.pem'), path.join(directory, 'localhost.pem'))
      fs.copyFileSync(path.join(directory, '.nuages/key.pem'), path.join(directory, 'localhost-key.pem'))
    },
  },
  'docs/reference/commands.md': {
    0: (directory) => {
      edit(directory, 'mysite/settings.ts', "'templates')],", "'templates')], precompiled: 'dist/templates.js',")
      writeTree(directory, { 'public/index.html': '<h1>A file</h1>' })
    },
    15: (directory) =>
      writeTree(directory, { 'polls/votes.test.ts': "import { test } from 'node:test'\ntest('votes', () => {})\n" }),
  },
}

/** Blocks that are typed elsewhere than in a project, by a command of theirs. */
const OUTSIDE = ['$ npx nuages startproject mysite']

/** Commands that shall not end with 0: a new project is none for production yet. */
const CODES: Readonly<Record<string, number>> = { './manage.ts check --deploy --fail-level WARNING': 1 }

const pages = [...new Set(blocksOf('console.test.ts').map(({ page }) => page))]

describe('the commands of each page', { concurrency: 2, timeout: 170_000 }, () => {
  for (const page of pages) {
    test(page, async (t) => {
      const directory = await scaffold(t)
      const terminal = await Terminal.open(t, directory)
      // What the page itself shows of the project's files is there before anything is typed.
      for (const block of readPage(page).blocks) if (block.file !== undefined) terminal.write(block)
      for (const [index, block] of blocksOf('console.test.ts', page).entries()) {
        await BEFORE[page]?.[index]?.(directory)
        await terminal.interrupt()
        await type(t, terminal, block)
      }
    })
  }
})

/** Type a block where it belongs. */
async function type(t: TestContext, terminal: Terminal, block: Block): Promise<void> {
  if (!OUTSIDE.some((words) => block.text.includes(words))) return terminal.run(block, CODES)
  const elsewhere = temporaryDirectory(t)
  const text = block.text.replaceAll('/srv/', `${elsewhere}/srv/`)
  await (await Terminal.open(t, elsewhere)).run({ ...block, text })
  for (const place of ['mysite', 'srv/mysite']) assert.ok(fs.existsSync(path.join(elsewhere, place, 'manage.ts')))
}

function edit(directory: string, name: string, from: string, to: string): void {
  const file = path.join(directory, name)
  const source = fs.readFileSync(file, 'utf8')
  assert.ok(source.includes(from), `${name} has no ${from}`)
  fs.writeFileSync(file, source.replace(from, to))
}
