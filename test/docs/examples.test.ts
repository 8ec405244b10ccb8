/** Examples of pages that say what comes of them, run. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { resetForTests } from 'nuages'
import { defineApp } from 'nuages/apps'
import { defineSettings } from 'nuages/conf'
import { type Application, validator } from 'nuages/gateway'
import { createEnviron } from 'nuages/test'
import { cleanEnvironment, linkFramework, manage, temporaryDirectory, writeTree } from '../management/support.ts'
import { type Block, readPage } from './pages.ts'
import { blocksOf } from './ways.ts'

test('the gateway of the specification runs its application', async (t) => {
  const [first, writing, careless] = await Promise.all([
    importBlock(t, 'docs/gateway-interface.md', 'export const application: Application = (environ'),
    importBlock(t, 'docs/gateway-interface.md', 'export async function answer'),
    importBlock(t, 'docs/gateway-interface.md', 'careless'),
  ])
  const answer = writing['answer'] as (application: Application, path: string) => Promise<string>
  assert.equal(await answer(validator(first['application'] as Application), '/here/'), '200 OK\n\nGET /here/\n')
  const checked = careless['application'] as Application
  assert.throws(() => checked(createEnviron('/'), () => {}), /without calling startResponse\(\)/)
})

test('the command of the how-to shows the help that its page shows, and does its work', async (t) => {
  const page = readPage('docs/how-to/write-a-command.md')
  const [source] = page.blocks as [Block]
  const [help] = blocksOf('examples.test.ts', page.name) as [Block]
  const directory = project(t, { [source.file as string]: source.text })
  const polls = defineApp({ name: 'polls', path: path.join(directory, 'polls') })
  const settings = { settings: () => Promise.resolve({ default: defineSettings({ installedApps: [polls] }) }) }
  t.after(resetForTests)
  const shown = await manage(['help', 'closepoll'], settings)
  assert.ok(
    shown.stdout.replaceAll(/^ +| +(?= )/gm, '').includes(help.text.replaceAll(/^ +| +(?= )/gm, '')),
    shown.stdout,
  )
  const closed = await manage(['closepoll', '7', '--reason', 'enough', '--skip-checks'], settings)
  assert.deepEqual([closed.code, closed.stdout], [0, 'Closed poll 7: enough.\n'], closed.stderr)
  const refused = await manage(['closepoll', 'seven', '--skip-checks'], settings)
  assert.deepEqual([refused.code, refused.stderr], [1, "Error: 'seven' is no number of a poll.\n"])
})

test('the converter of the how-to converts', { timeout: 90_000 }, (t) => {
  const converter = readPage('docs/how-to/write-a-path-converter.md').blocks.filter(({ file }) => file !== undefined)
  const directory = project(t, {
    'test/converter.test.ts': CONVERTER_TEST,
    ...Object.fromEntries(converter.map((block) => [block.file as string, block.text])),
  })
  const words = ['--import', 'nuages/register', '--test', '--test-reporter=tap', 'test/*.test.ts']
  const options = { cwd: directory, env: cleanEnvironment(), encoding: 'utf8', timeout: 60_000 } as const
  const { stdout, stderr } = spawnSync(process.execPath, words, options)
  assert.match(stdout, /# pass 1\n# fail 0\n/, stdout + stderr)
})

const CONVERTER_TEST = `
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isValidPath, resolve, reverseUntyped } from 'nuages/urls'
import { urls } from '../mysite/urls.ts'

test('a date', () => {
  const { params } = resolve('/diary/2026-03-14/', urls)
  assert.deepEqual(params, { date: new Date('2026-03-14T00:00:00Z') })
  assert.equal(isValidPath('/diary/2026-02-30/', urls), false)
  assert.equal(reverseUntyped('day', params, { urls }), '/diary/2026-03-14/')
})
`

/** Files with this copy of the framework beside them. */
function project(t: TestContext, files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory(t)
  linkFramework(directory)
  writeTree(directory, { 'package.json': '{ "type": "module" }', ...files })
  return directory
}

/** The module that the block with these words is. */
function importBlock(t: TestContext, page: string, words: string): Promise<Record<string, unknown>> {
  const block = readPage(page).blocks.find(({ language, text }) => language === 'ts' && text.includes(words)) as Block
  const directory = project(t, { 'block.ts': block.text })
  return import(pathToFileURL(path.join(directory, 'block.ts')).href) as Promise<Record<string, unknown>>
}
