/** The blocks of all pages: TypeScript is compiled as a user's would be, templates, JSON and nginx's lines are parsed. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { Engine } from 'nuages/template'
import { packageRoot } from 'nuages/utils'
import { linkFramework, temporaryDirectory, writeTree } from '../management/support.ts'
import { allPages, type Block, type Page } from './pages.ts'

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
  for (const page of pages) if (!isTutorial(page.name)) writeTree(path.join(directory, page.name), filesOf(page))
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

function hasTypeScript(page: Page): boolean {
  return page.blocks.some(({ language }) => language === 'ts')
}

/** A page that adds to the framework's own types is compiled alone, for what it adds would hold for all. */
function programsOf(all: readonly Page[]): string[][] {
  const alone = all.filter(({ text }) => text.includes('declare module'))
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
  for (const [index, block] of blocks
    .filter(({ language, page }) => language === 'html' && !isTutorial(page))
    .entries()) {
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

test('every command of a shell block is one that a shell can read', () => {
  for (const block of blocks.filter(({ language }) => language === 'sh')) {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: block.text, encoding: 'utf8' })
    assert.equal(status, 0, `${shown(block)}: ${stderr}`)
  }
})

describe('nginx', { skip: !hasNginx() && process.env['CI'] === undefined && 'nginx is not installed' }, () => {
  for (const block of blocks.filter(({ language }) => language === 'nginx')) {
    test(`accepts ${shown(block)}`, (t) => {
      assert.ok(hasNginx(), 'nginx is not installed, and CI is set: install it (apt-get install nginx-light)')
      const { status, stderr } = testConfiguration(t, block)
      assert.equal(status, 0, stderr)
    })
  }
})

function hasNginx(): boolean {
  return spawnSync('nginx', ['-v'], { env: searchable() }).status === 0
}

function searchable(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/usr/local/sbin` }
}

/** A whole configuration as it stands; of a part, one with the rest around it. Certificates are not there to be read. */
function testConfiguration(t: TestContext, block: Block): { status: number | null; stderr: string } {
  const directory = temporaryDirectory(t)
  const text = block.text
    .replace(/listen 443 ssl;\n *http2 on;/, 'listen 8443;')
    .replaceAll(/^ *ssl_certificate.*$/gm, '')
  const part = /^server \{/m.test(text) ? text : `server { ${text} }`
  const whole = /^http \{/m.test(text) ? text : wrapped(directory, part)
  writeTree(directory, { 'nginx.conf': whole, 'run/.keep': '', 'deploy/.keep': '' })
  const words = ['-t', '-q', '-p', directory, '-c', path.join(directory, 'nginx.conf')]
  return spawnSync('nginx', words, { encoding: 'utf8', env: searchable(), timeout: 20_000 })
}

function wrapped(directory: string, servers: string): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  )
  return `
    pid ${directory}/pid; error_log stderr; events {}
    http {
      access_log off; ${places.join(' ')}
      upstream mysite { server unix:${directory}/site.sock; }
      ${servers}
    }`
}

function shown({ page, line, language }: Block): string {
  return `${page}:${line} (${language})`
}
