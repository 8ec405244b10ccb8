/** The blocks of all pages: TypeScript is compiled as a user's would be, templates and JSON are parsed. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { callCommand } from 'nuages/management'
import { Engine } from 'nuages/template'
import { packageRoot } from 'nuages/utils'
import { linkFramework, Memory, temporaryDirectory, writeTree } from '../management/support.ts'
import { allPages, type Block, type Page } from './pages.ts'
import { blocksOf } from './ways.ts'

const root = packageRoot()
const pages = allPages()
const blocks = pages.flatMap((page) => page.blocks)

/** Its blocks need a whole project around them: its own test has that. */
const isTutorial = (page: string) => page.startsWith('docs/tutorial/')

const KNOWN = new Set(['apache', 'console', 'html', 'json', 'nginx', 'sh', 'text', 'ts'])

test('every block says what it is', () => {
  const strange = blocks.filter(({ language }) => !KNOWN.has(language))
  assert.deepEqual(strange.map(shown), [])
})

test('the TypeScript of every page compiles as in a project', { timeout: 120_000 }, async (t) => {
  const directory = temporaryDirectory(t)
  linkFramework(directory)
  fs.mkdirSync(path.join(directory, 'node_modules/@types'))
  fs.symlinkSync(path.join(root, 'node_modules/@types/node'), path.join(directory, 'node_modules/@types/node'))
  const manifest = { name: 'pages', private: true, type: 'module' }
  writeTree(directory, { 'package.json': JSON.stringify(manifest) })
  for (const page of pages.filter(({ name }) => !isTutorial(name))) {
    const files = filesOf(page)
    if (standsInProject(files))
      await callCommand('startproject', ['mysite', path.join(directory, page.name)], { stdout: new Memory() })
    writeTree(path.join(directory, page.name), files)
  }
  const programs = programsOf(pages.filter((page) => !isTutorial(page.name) && hasTypeScript(page)))
  const complaints = await Promise.all(programs.map((program, index) => compile(directory, program, index)))
  assert.equal(complaints.join(''), '')
})

/** A page's blocks as modules: under the names that they give themselves, or that of their line. */
function filesOf({ blocks: all }: Page): Record<string, string> {
  const files: Record<string, string> = {}
  for (const block of all.filter(({ language }) => language === 'ts')) {
    const name = block.file ?? `line-${block.line}.ts`
    assert.ok(!(name in files), `${shown(block)} has the name of an earlier block, ${name}`)
    files[name] = `${block.text}\nexport {}\n`
  }
  return files
}

/** True where a page's files import what it does not show: a file of every new project. */
function standsInProject(files: Readonly<Record<string, string>>): boolean {
  return Object.entries(files).some(([name, text]) =>
    [...text.matchAll(/ from '(\.[^']+)'/g)].some(
      ([, imported = '']) => !(path.join(path.dirname(name), imported) in files),
    ),
  )
}

function hasTypeScript(page: Page): boolean {
  return page.blocks.some(({ language }) => language === 'ts')
}

/** A page that adds to the framework's own types, or has a project that does, is compiled alone: what it adds would hold for all. */
function programsOf(all: readonly Page[]): string[][] {
  const alone = all.filter((page) => page.text.includes('declare module') || standsInProject(filesOf(page)))
  const together = all.filter((page) => !alone.includes(page))
  return [together, ...alone.map((page) => [page])].map((program) => program.map(({ name }) => name))
}

/** What the compiler has to say, with each module's place in its page. */
async function compile(directory: string, program: readonly string[], index: number): Promise<string> {
  const config = JSON.parse(fs.readFileSync(path.join(root, 'templates/project/tsconfig.json-tpl'), 'utf8'))
  const file = path.join(directory, `tsconfig-${index}.json`)
  fs.writeFileSync(file, JSON.stringify({ ...config, include: program.map((name) => `${name}/**/*`) }))
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
  const child = spawn(process.execPath, [compiler, '--pretty', 'false', '-p', file], {
    cwd: directory,
    timeout: 60_000,
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise((resolve) => child.once('close', resolve))
  assert.ok(code === 0 || output !== '', `The compiler ended with ${String(code)} and said nothing.`)
  return complaintsAbout(program, output)
}

/** What is said of the pages, lines that go on included; the framework's own types have their own test. */
function complaintsAbout(program: readonly string[], output: string): string {
  const complaints = output.split(/\n(?=\S)/)
  return complaints
    .filter((text) => program.some((page) => text.startsWith(`${page}/`)) || text.startsWith('error'))
    .join('\n')
}

test('every template compiles', (t) => {
  const directory = temporaryDirectory(t)
  for (const [index, block] of blocksOf('blocks.test.ts').entries()) {
    writeTree(directory, { 'base.html': '', [`${index}.html`]: block.text })
    const engine = new Engine({ dirs: [directory], globals: { url: () => '/', static: () => '/' } })
    try {
      engine.render(`${index}.html`)
    } catch (error) {
      // Without the page's context something may be missing; what is malformed fails before that.
      assert.notEqual((error as Error).name, 'TemplateSyntaxError', `${shown(block)}: ${(error as Error).message}`)
    }
  }
})

test('JSON is JSON', () => {
  for (const block of blocks.filter(({ language }) => language === 'json')) {
    assert.doesNotThrow(() => JSON.parse(block.text), shown(block))
  }
})

function shown({ page, line, language }: Block): string {
  return `${page}:${line} (${language})`
}
