/** The reference holds what there is: every setting, command, option and check, and nothing else. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { type Settings, defaultSettings, defineSettings } from 'nuages/conf'
import { staticfiles } from 'nuages/contrib/staticfiles'
import { Engine } from 'nuages/template'
import { packageRoot, snakeCase } from 'nuages/utils'
import { manage, temporaryDirectory, writeTree } from '../management/support.ts'
import { type Page, readPage } from './pages.ts'
import { blocksOf } from './ways.ts'

const settings = defineSettings({ installedApps: [staticfiles] })
const inProject = { settings: () => Promise.resolve({ default: settings }) }

describe('docs/reference/settings.md', () => {
  const sections = sectionsOf(readPage('docs/reference/settings.md'), '### ')
  const defaults = defaultSettings()

  test('has every setting, once, and nothing else', () => {
    const documented = [...sections.keys()].filter((heading) => heading.startsWith('`'))
    assert.deepEqual(documented.toSorted(), Object.keys(defaults).map(quoted).toSorted())
  })

  for (const [name, standard] of Object.entries(defaults) as Array<[keyof Settings, unknown]>) {
    test(`says what ${name} is by default, and what Django calls it`, () => {
      const text = sections.get(quoted(name)) ?? ''
      assert.match(text, new RegExp(`Django: \`${djangoName(name)}\``))
      assert.ok(
        text.includes(defaultAs(name, standard)),
        `${name} is ${defaultAs(name, standard)} by default:\n${text}`,
      )
    })
  }
})

test('the loggers that docs/reference/settings.md names are those that the framework uses', () => {
  const section = sectionsOf(readPage('docs/reference/settings.md'), '### ').get('`logging`') ?? ''
  const named = [...section.matchAll(/^\| `(nuages\.[\w.<>]+)` \|/gm)].map(([, name = '']) => name)
  const used = sourcesBelow('framework').flatMap((file) =>
    [...fs.readFileSync(file, 'utf8').matchAll(/getLogger\(['`](nuages\.[^'`]+)['`]\)/g)].map(([, name = '']) =>
      name.replace('${error.name}', '<error>'),
    ),
  )
  assert.deepEqual(named.toSorted(), [...new Set(used)].toSorted())
})

function djangoName(name: string): string {
  return snakeCase(name.replace('XForwarded', 'X_Forwarded')).toUpperCase()
}

/** How a default reads on the page. */
function defaultAs(name: string, value: unknown): string {
  if (name === 'baseDir') return 'by default the directory of the process'
  if (name === 'fileUploadPermissions') return 'default `0o644`'
  if (value === null || value === undefined) return `or \`${String(value)}\`, the default`
  if (typeof value === 'string') return `default \`'${value}'\``
  if (typeof value === 'object' && !Array.isArray(value)) return inCode(value)
  return `default \`${JSON.stringify(value)}\``
}

function inCode(value: object): string {
  const entries = Object.entries(value).map(([name, each]) => `${name}: ${JSON.stringify(each)}`)
  return entries.length === 0 ? 'default `{}`' : `default \`{ ${entries.join(', ')} }\``
}

describe('docs/reference/commands.md', () => {
  const page = readPage('docs/reference/commands.md')
  const sections = sectionsOf(page, '### ')
  const seen = new Set<string>()

  test('has every command that help lists, in its order', async () => {
    const { stdout } = await manage(['help'], inProject)
    const listed = [...stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name as string)
    assert.ok(listed.length > 10, stdout)
    assert.deepEqual(
      [...sections.keys()].filter((name) => name.startsWith('`')),
      listed.toSorted().map(quoted),
    )
  })

  test('has the options of every command', async () => {
    const { stdout } = await manage(['help', 'version'], inProject)
    assert.deepEqual(
      documentedOptions(sectionsOf(page, '## ').get('Options of every command') ?? ''),
      optionsIn(stdout),
    )
  })

  for (const heading of [...sections.keys()].filter((name) => name.startsWith('`'))) {
    const name = heading.replaceAll('`', '')
    test(`has the usage and the options of ${name}`, async () => {
      const { stdout } = await manage(['help', name], inProject)
      const [own = ''] = stdout.split('options of every command:')
      const text = sections.get(heading) ?? ''
      assert.deepEqual(documentedOptions(text), optionsIn(own))
      seen.add(blockAfter(page, heading))
      const usage = (/^usage: manage\.ts (.*)$/m.exec(stdout) as RegExpExecArray)[1] as string
      const shown = blockAfter(page, heading).replace(/^(?:manage\.ts|nuages) /, '')
      assert.equal(shown.replace(/<(\w+) \.\.\.>/, '<$1 ...>'), usage)
    })
  }

  test('shows no other usage', () => {
    assert.deepEqual(
      blocksOf('reference.test.ts', page.name)
        .map(({ text }) => text.trim())
        .filter((text) => !seen.has(text)),
      [],
    )
  })

  /** The usage line of a section: its first `text` block. */
  function blockAfter(from: Page, heading: string): string {
    const line = from.text.split('\n').indexOf(`### ${heading}`) + 1
    const block = from.blocks.find((each) => each.line > line && each.language === 'text')
    return block?.text.trim() ?? ''
  }
})

/** Options as help shows them, each with its value's name and default. */
function optionsIn(help: string): string[] {
  const joined = help.replaceAll(/\n {20,}/g, ' ')
  return [...joined.matchAll(/^ {2}(?:-(\w), | {4})(--[\w-]+)(?: (\S+))?(.*)$/gm)]
    .map(([, short, flag, value, text = '']) => {
      const preset = / Default: (\S+)\.$/.exec(text)?.[1] ?? ''
      return `${short === undefined ? '' : `-${short}, `}${flag}${value === undefined ? '' : ` ${value}`} [${preset}]`
    })
    .toSorted()
}

/** The same out of a page's table. */
function documentedOptions(text: string): string[] {
  return [...text.matchAll(/^\| (`-(?:[^|]|\\\|)+`) \|([^|]*)\|/gm)]
    .map(([, option = '', preset = '']) => `${option.replaceAll(/[`\\]/g, '')} [${preset.trim()}]`)
    .toSorted()
}

describe('docs/reference/checks.md', () => {
  test('has every id that the framework knows, and no other', () => {
    const documented = [...readPage('docs/reference/checks.md').prose.matchAll(/^\| `([\w.]+)` \| (\w+) \|/gm)]
    const inSource = sourcesBelow('framework').flatMap((file) => {
      const source = fs.readFileSync(file, 'utf8')
      return [...source.matchAll(/check(Error|Warning)\(\s*'([\w.]+)'/g)].map(
        ([, level = '', id]) => `${id} ${level.toLowerCase()}`,
      )
    })
    assert.deepEqual(documented.map(([, id, level]) => `${id} ${level}`).toSorted(), [...new Set(inSource)].toSorted())
  })
})

function sourcesBelow(directory: string): string[] {
  const root = path.join(packageRoot(), directory)
  const names = fs.readdirSync(root, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.ts')).map((name) => path.join(root, name))
}

describe('docs/dependencies.md', () => {
  const page = readPage('docs/dependencies.md')
  const manifest = JSON.parse(fs.readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as Manifest

  for (const [heading, wanted] of [
    ['What every user gets', manifest.dependencies],
    ['What only a checkout gets', { ...manifest.devDependencies, ...manifest.optionalDependencies }],
  ] as const) {
    test(`has nothing under "${heading}" that package.json has not, and no other version`, () => {
      const cells = [...(sectionsOf(page, '## ').get(heading) ?? '').matchAll(/^\| (`[^|]+) \|/gm)].map(
        ([, cell]) => cell,
      )
      assert.ok(cells.length > 3)
      for (const cell of cells as string[]) {
        for (const [, name = '', version = ''] of cell.matchAll(/`([^`]+)`(?: ([\d.]+))?/g))
          assert.match(
            wanted[name]?.replace('~', '') ?? 'missing',
            new RegExp(`^${version.replaceAll('.', '\\.')}`),
            name,
          )
      }
    })
  }

  test('has every package that the framework imports', () => {
    const sources = sourcesBelow('framework').map((file) => fs.readFileSync(file, 'utf8'))
    const imported = sources.flatMap((source) =>
      [...source.matchAll(/(?:from |import\(|require\)?\()'((?:@[\w-]+\/)?[a-z][\w-]*)(?:\/[^']*)?'/g)].map(
        ([, name = '']) => name,
      ),
    )
    const foreign = new Set(imported.filter((name) => name !== 'nuages'))
    assert.ok(foreign.size > 2)
    for (const name of foreign) assert.ok(page.text.includes(`| \`${name}\``), name)
  })
})

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}

describe('docs/reference/templates.md', () => {
  const page = readPage('docs/reference/templates.md')

  test('its templates give with its contexts what it says', (t) => {
    const directory = temporaryDirectory(t)
    let count = 0
    const blocks = blocksOf('reference.test.ts', page.name)
    for (const [index, { language, text }] of blocks.entries()) {
      const [template, result] = [blocks[index + 1], blocks[index + 2]]
      if (language !== 'json' || template?.language !== 'html' || result?.language !== 'text') continue
      writeTree(directory, { [`${index}.html`]: template.text })
      const rendered = new Engine({ dirs: [directory] }).render(`${index}.html`, JSON.parse(text))
      assert.equal(rendered, result.text)
      count++
    }
    assert.equal(count * 3, blocks.length)
  })

  test('its tags do what they should', (t) => {
    const directory = temporaryDirectory(t)
    writeTree(directory, { 'forms.html': MACRO, 'tags.html': TAGS })
    assert.equal(new Engine({ dirs: [directory] }).render('tags.html'), 'aAABCone{{ x }}{{ y }}xp=1.')
    const listed = [...(sectionsOf(page, '## ').get('Tags') ?? '').matchAll(/\{% (\w+)/g)].map(([, tag = '']) => tag)
    for (const tag of listed.filter((each) => !TESTED_ELSEWHERE.has(each)))
      assert.match(TAGS, new RegExp(`{% ${tag}\\b`))
  })

  test('has every filter', (t) => {
    const directory = temporaryDirectory(t)
    const [section = ''] = [sectionsOf(page, '## ').get('Filters')]
    const names = [...section.split('Filters of a project')[0]!.matchAll(/`(\w+)(?:\(id\))?`/g)].map(([, name]) => name)
    for (const name of names) {
      writeTree(directory, { [`${name}.html`]: `{% if false %}{{ 1 | ${name} }}{% endif %}` })
      assert.equal(new Engine({ dirs: [directory] }).render(`${name}.html`), '')
    }
  })
})

/** In the page's own first look, and in the tutorial. */
const TESTED_ELSEWHERE = new Set(['block', 'else', 'elif', 'endblock', 'endif', 'endmacro', 'extends', 'if', 'macro'])
const MACRO = "{% macro field(name, type='text') %}{{ name }}{{ caller() if caller }}{% endmacro %}"
const TAGS = [
  "{% import 'forms.html' as forms %}{{ forms.field('a') }}",
  "{% from 'forms.html' import field %}{% call field('A') %}A{% endcall %}",
  '{% filter upper %}bc{% endfilter %}{% switch 1 %}{% case 1 %}one{% default %}other{% endswitch %}',
  '{% raw %}{{ x }}{% endraw %}{% verbatim %}{{ y }}{% endverbatim %}',
  "{% include 'missing.html' ignore missing %}{% set a %}x{% endset %}{{ a }}",
  '{% for name, value in { p: 1 } %}{{ name }}={{ value }}{% else %}none{% endfor %}{% for x in [] %}{% empty %}{% endfor %}.',
].join('')

/** The sections under headings of one level: heading to text. */
function sectionsOf(page: Page, mark: string): Map<string, string> {
  const sections = new Map<string, string>()
  let heading: string | undefined
  for (const line of page.prose.split('\n')) {
    if (line.startsWith(mark)) sections.set((heading = line.slice(mark.length)), '')
    else if (/^#{1,6} /.test(line) && line.indexOf(' ') < mark.length) heading = undefined
    else if (heading !== undefined) sections.set(heading, `${sections.get(heading)}${line}\n`)
  }
  return sections
}

function quoted(name: string): string {
  return `\`${name}\``
}
