/** Every `ts` block of the pages is a module that runs to its end. What the modules do is in the tests `examples-*`. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { moduleOf, Modules } from './modules.ts'
import { blocksOf, isOne, type Named, nameOf } from './ways.ts'

/** Modules that change the process they are imported into, or need a project around them, and the test that runs each. */
const ELSEWHERE: readonly Named[] = [
  ['docs/how-to/write-a-command.md', 'class ClosePollCommand', 'examples.test.ts'],
  ['docs/how-to/write-a-command.md', 'class PollsShell', 'examples-how-to.test.ts'],
  ['docs/how-to/write-a-path-converter.md', "registerConverter('date'", 'examples.test.ts'],
  ['docs/how-to/write-a-path-converter.md', "path('diary/", 'examples.test.ts'],
  ['docs/reference/checks.md', 'registerCheck(', 'examples-reference.test.ts'],
  ['docs/reference/commands.md', 'callCommand(', 'examples-reference.test.ts'],
  ['docs/reference/request-response.md', 'gotRequestException', 'examples-reference.test.ts'],
  ['docs/reference/settings.md', 'loadEnv(', 'examples-reference.test.ts'],
  ['docs/reference/signing.md', 'new Signer(', 'examples-reference.test.ts'],
  ['docs/topics/gateways.md', 'createServer(', 'examples-topics.test.ts'],
  ['docs/topics/gateways.md', 'runCGI(', 'examples-topics.test.ts'],
  ['docs/topics/settings.md', 'loadEnv(', 'console.test.ts'],
  ['docs/topics/settings.md', "from './settings.ts'", 'console.test.ts'],
  ['docs/topics/testing.md', '// mysite/urls.ts', 'console.test.ts'],
  ['docs/topics/testing.md', '// test/feedback.test.ts', 'console.test.ts'],
  ['docs/topics/urls.md', '<integer:slug>', 'examples-topics.test.ts'],
].map(([page, words, because]) => ({ page, words, because }) as Named)

const blocks = blocksOf('modules.test.ts')

describe('the modules of each page run', () => {
  for (const page of new Set(blocks.map((block) => block.page))) {
    const here = blocks.filter((block) => block.page === page && !ELSEWHERE.some((named) => isOne(block, named)))
    if (here.length === 0) continue
    test(page, { timeout: 60_000 }, async (t) => {
      t.after(resetForTests)
      const modules = new Modules(t, page, { 'cgi-bin/.keep': '', 'srv/site/cgi-bin/.keep': '' })
      for (const block of here) await assert.doesNotReject(() => modules.import(moduleOf(block)), nameOf(block))
    })
  }
})

test('every module that runs elsewhere is one', () => {
  for (const named of ELSEWHERE)
    assert.equal(blocks.filter((block) => isOne(block, named)).length, 1, `${named.page}: ${named.words}`)
})
