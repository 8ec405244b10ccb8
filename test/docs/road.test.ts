/** The page that leads from a server of files to a framework: its nine programs, run. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { temporaryDirectory } from '../management/support.ts'
import { type Block, readPage } from './pages.ts'
import { Terminal } from './terminal.ts'
import { blocksOf } from './ways.ts'

const PAGE = 'from-cgi-to-django.md'

describe('From CGI to Django', () => {
  test('every program does what the page says', { timeout: 170_000 }, async (t) => {
    const terminal = await Terminal.open(t, temporaryDirectory(t))
    const [make, ...rest] = blocksOf('road.test.ts', `docs/${PAGE}`) as [Block, ...Block[]]
    await terminal.run(make)
    for (const block of rest) {
      if (block.file !== undefined) terminal.write(block)
      if (block.language !== 'console') continue
      if (Terminal.isLasting(block)) await terminal.interrupt()
      await terminal.run(block)
    }
  })

  test('the Korean page has the same programs and commands', () => {
    const korean = blocksOf('road.test.ts', `docs/ko/${PAGE}`)
    const { blocks } = readPage(`docs/${PAGE}`)
    assert.deepEqual(
      korean.map(({ language, text }) => ({ language, text })),
      blocks.map(({ language, text }) => ({ language, text })),
    )
  })
})
