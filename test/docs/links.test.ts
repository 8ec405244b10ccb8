/** Links lead somewhere, and files that pages name are there. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { packageRoot } from 'nuages/utils'
import { allPages, anchorsOf, type Page, readPage } from './pages.ts'

const root = packageRoot()
const pages = allPages()

/** Directories of the repository that pages name files in; of the rooms of the framework, also without `framework/`. */
const PLACES = new Set(['.ci', 'bench', 'docs', 'framework', 'project', 'templates', 'test'])
const ROOMS = new Set(fs.readdirSync(path.join(root, 'framework')))

test('every link within the repository leads to a file, and to a heading of it', () => {
  const broken = pages.flatMap((page) => linksOf(page).flatMap((link) => faultOf(page, link)))
  assert.deepEqual(broken, [])
})

test('every page of docs/ can be reached from its index', () => {
  const reached = new Set(['docs/README.md'])
  for (const name of reached) {
    for (const link of linksOf(readPage(name))) {
      const target = path.join(path.dirname(name), link.split('#')[0] as string)
      if (target.startsWith('docs/') && target.endsWith('.md') && fs.existsSync(path.join(root, target)))
        reached.add(target)
    }
  }
  const lost = pages.filter(({ name }) => name.startsWith('docs/') && !reached.has(name))
  assert.deepEqual(
    lost.map(({ name }) => name),
    [],
  )
})

test('every file that a page names is there', () => {
  const missing = pages.flatMap((page) =>
    [...page.prose.matchAll(/`([^`\s]+\.\w+|[^`\s]+\/)`/g)]
      .map(([, name = '']) => name)
      .filter((name) => isOfRepository(name) && !isThere(page, name))
      .map((name) => `${page.name}: ${name}`),
  )
  assert.deepEqual(missing, [])
})

test('every entry of the package that a page names is one', () => {
  const { exports } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { exports: object }
  const entries = new Set(Object.keys(exports).map((entry) => entry.replace('.', 'nuages')))
  const unknown = pages.flatMap((page) =>
    [...page.text.matchAll(/[`']nuages(?:\/[a-z/]+)?[`']/g)]
      .map(([quoted]) => quoted.slice(1, -1))
      .filter((name) => !entries.has(name))
      .map((name) => `${page.name}: ${name}`),
  )
  assert.deepEqual(unknown, [])
})

test('every npm script that a page names is one', () => {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: object }
  const project = JSON.parse(
    fs
      .readFileSync(path.join(root, 'templates/project/package.json-tpl'), 'utf8')
      .replace('{{ optional_dependencies }}', ''),
  ) as { scripts: object }
  const unknown = pages.flatMap((page) => {
    const known = page.name.startsWith('docs/') ? { ...scripts, ...project.scripts } : scripts
    return [...page.text.matchAll(/npm (?:run )?(?!ci\b|install\b|run\b)([a-z:]+)(?=[`\s]| --)/g)]
      .filter(([whole, name = '']) => /^npm (?:run |start|test)/.test(whole) && !(name in known))
      .map(([whole]) => `${page.name}: ${whole}`)
  })
  assert.deepEqual(unknown, [])
})

function linksOf(page: Page): string[] {
  return [...page.prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
}

function faultOf(page: Page, link: string): string[] {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? page.name : path.join(path.dirname(page.name), file)
  if (!fs.existsSync(path.join(root, target))) return [`${page.name}: ${link} (there is no ${target})`]
  if (anchor === undefined || anchorsOf(readPage(target)).has(anchor)) return []
  return [`${page.name}: ${link} (there is no such heading)`]
}

function isOfRepository(name: string): boolean {
  const [place = '', ...rest] = name.split('/')
  return rest.length > 0 && (PLACES.has(place) || ROOMS.has(place)) && /^[\w./-]+$/.test(name)
}

/** In the repository, in the framework, in what a new project has, or made by the page itself. */
function isThere(page: Page, name: string): boolean {
  const candidates = [name, `framework/${name}`, `templates/project/${name}`, `templates/project/${name}-tpl`]
  if (candidates.some((candidate) => fs.existsSync(path.join(root, candidate)))) return true
  return page.blocks.some(({ file }) => file === name)
}
