/** Every name of ours in "From Django" is there: exported by the door, a member of the class, a setting, a command, a tag … */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { resetForTests, setup } from 'nuages'
import { defaultSettings, defineSettings } from 'nuages/conf'
import { humanize } from 'nuages/contrib/humanize'
import { staticfiles } from 'nuages/contrib/staticfiles'
import { getEngine } from 'nuages/template'
import { packageRoot } from 'nuages/utils'
import { linkFramework, manage, temporaryDirectory, writeTree } from '../management/support.ts'
import { DJANGO_NAMES } from './django-names.ts'
import { readPage } from './pages.ts'

/** What one cell promises. */
interface Promised {
  readonly line: number
  /** The words of one piece of code, without the signs around them. */
  readonly words: readonly string[]
  readonly where: string
}

const root = packageRoot()
const page = readPage('docs/from-django.md')
const promised = page.prose.split('\n').flatMap((text, index) => promisesOf(text, index + 1))
const settings = defineSettings({ installedApps: [staticfiles, humanize] })

/** Of a row `| Django | here | where | what differs |`, each name in the second cell. */
function promisesOf(row: string, line: number): Promised[] {
  const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim())
  if (!row.startsWith('|') || cells.length !== 6) return []
  const [, , here = '', where = ''] = cells
  return [...here.matchAll(/`([^`]+)`/g)].map(([, code = '']) => ({
    line,
    words: code.replaceAll(/^\{[%{] | [%}]\}$|\(\)$/g, '').split(' '),
    where: where.replaceAll('`', ''),
  }))
}

function those(...places: readonly string[]): Promised[] {
  return promised.filter(({ where }) => places.includes(where))
}

function shown({ line, words, where }: Promised): string {
  return `docs/from-django.md:${line}: ${words.join(' ')} (${where})`
}

describe('every name of Django is there, or it is said why not:', () => {
  const rows = page.prose.split('\n').filter((row) => row.startsWith('|'))
  const code = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).join('\n')
  for (const [topic, names] of Object.entries(DJANGO_NAMES)) {
    test(topic, () => {
      const missing = names
        .trim()
        .split(/\s+/)
        .filter((name) => !stands(name.replace(/\(\)$/, '')))
      assert.deepEqual(missing, [])
    })
  }

  function stands(name: string): boolean {
    return new RegExp(`(?<![\\w-])${name.replaceAll('.', String.raw`\.`)}(?![\\w-])`).test(code)
  }
})

test('every row says where its names are, in words that a test understands', () => {
  const known = /^(?:nuages(?:\/[a-z/]+)?|[A-Z]\w+|setting|command|tag|filter|check|logger|file)$/
  const elsewhere = new Set(['', 'program', 'environment', 'template', 'node:test', 'node:crypto', 'the platform'])
  const strange = promised.filter(
    ({ where }) => !known.test(where) && !elsewhere.has(where) && !/^options? of /.test(where),
  )
  assert.deepEqual(strange.map(shown), [])
  assert.ok(promised.length > 400, String(promised.length))
})

test('every export and every member is there', { timeout: 60_000 }, (t) => {
  const rows = promised.filter(({ where }) => /^(?:nuages|[A-Z])/.test(where))
  const lines = rows.map((row, index) => `${declarationOf(row, index)} // ${shown(row)}`)
  const directory = temporaryDirectory(t)
  linkFramework(directory)
  fs.mkdirSync(path.join(directory, 'node_modules/@types'))
  fs.symlinkSync(path.join(root, 'node_modules/@types/node'), path.join(directory, 'node_modules/@types/node'))
  const config = JSON.parse(fs.readFileSync(path.join(root, 'templates/project/tsconfig.json-tpl'), 'utf8')) as object
  writeTree(directory, {
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({ ...config, include: ['names.ts'] }),
    'names.ts': ["import 'nuages/middleware'", "import 'nuages/views'", ...lines].join('\n'),
  })
  const words = [path.join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false']
  const { stdout } = spawnSync(process.execPath, words, { cwd: directory, encoding: 'utf8', timeout: 50_000 })
  const missing = [...stdout.matchAll(/^names\.ts\((\d+),/gm)].map(([, line]) =>
    shown(rows[Number(line) - 3] as Promised),
  )
  assert.deepEqual(missing, [])
})

/** TypeScript that compiles where the name is there. */
function declarationOf({ words: [name = ''], where }: Promised, index: number): string {
  const [first = ''] = name.split('.')
  if (where.startsWith('nuages')) return `export type { ${first} as N${index} } from '${where}'`
  return `export type N${index} = ${typeOf(where)}['${name}']`
}

/** A class or an interface as a type, imported by the door of the room that declares it. */
function typeOf(name: string): string {
  const framework = path.join(root, 'framework')
  const declared = new RegExp(`^export (?:abstract )?(?:class|interface) ${name}\\b(<?)`, 'm')
  for (const file of fs.readdirSync(framework, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const found = declared.exec(fs.readFileSync(path.join(framework, file), 'utf8'))
    if (found === null) continue
    const door = (file.split(path.sep)[0] as string).replace(/\.ts$/, '')
    return `import('nuages/${door}').${name}${found[1] === '<' ? '<never>' : ''}`
  }
  return assert.fail(`There is no class or interface ${name}.`)
}

test('every setting is one', () => {
  const unknown = those('setting').filter(({ words: [name = ''] }) => !(name in defaultSettings()))
  assert.deepEqual(unknown.map(shown), [])
})

describe('every command', () => {
  for (const row of those('command')) {
    const [name = '', ...options] = row.words
    test(`${row.words.join(' ')} is one`, async () => {
      const { code, stdout } = await manage(['help', name], { settings: () => Promise.resolve({ default: settings }) })
      assert.equal(code, 0, shown(row))
      for (const option of options) assert.ok(stdout.includes(option), `${shown(row)}: ${option}`)
    })
  }
})

describe('every tag and filter', () => {
  before(() => setup(settings))
  after(resetForTests)

  test('is known to templates', () => {
    const unknown = those('tag', 'filter').filter(({ words: [name = ''], where }) => {
      const text = where === 'tag' ? `{% ${name} %}` : `{% if false %}{{ 1|${name} }}{% endif %}`
      try {
        getEngine().fromString(text).render()
        return false
      } catch (error) {
        // What is known may still want arguments or an end.
        return /There is no tag|There is no filter/.test((error as Error).message)
      }
    })
    assert.deepEqual(unknown.map(shown), [])
  })
})

test('every check, logger and file is there', () => {
  const [checks, loggers] = ['docs/reference/checks.md', 'docs/reference/settings.md'].map(
    (name) => readPage(name).text,
  )
  const isThere: Readonly<Record<string, (name: string) => boolean>> = {
    check: (name) => checks?.includes(`| \`${name}\` |`) === true,
    logger: (name) => loggers?.includes(`| \`${name.replace('*', '<error>')}\` |`) === true,
    file: (name) =>
      fs.existsSync(path.join(root, 'templates/project', `${name.replace('mysite', 'project_name')}-tpl`)),
  }
  const missing = those('check', 'logger', 'file').filter(({ words: [name = ''], where }) => !isThere[where]?.(name))
  assert.deepEqual(missing.map(shown), [])
})
