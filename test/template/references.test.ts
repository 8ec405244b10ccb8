/** What is found out about templates without rendering them, and what the check says of it. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { runChecks } from 'nuages/checks'
import {
  checkTemplates,
  configureTemplates,
  Engine,
  getEngine,
  Library,
  type Loader,
  MemoryLoader,
  TagReader,
  type TemplateOptions,
  type TemplateTag,
} from 'nuages/template'
import { DJANGO_TAGS } from './django-tags.ts'
import { oursOf, outcome } from './stock/compare.ts'
import { SAME } from './stock/corpus.ts'
import { Templates } from './templates.ts'

type Files = Readonly<Record<string, string>>

/** The messages about some templates as text. */
async function said(files: Files, options: Partial<TemplateOptions> = {}): Promise<string[]> {
  configureTemplates({ loaders: [new MemoryLoader(files)], ...options })
  const messages = await checkTemplates()
  return messages.map(
    ({ id, object, message, hint }) => `${object}: (${id}) ${message}${hint === undefined ? '' : ` | ${hint}`}`,
  )
}

const BASE: Files = {
  'base.html': '<title>{% block title %}{% endblock %}</title>{% block content %}{% endblock %}',
  'forms.html': '{% macro field(name) %}{% endmacro %}{% set color = 1 %}{% set _own = 2 %}',
  'somewhere/far/deep.html': '',
  'parts.html': '{% partialdef row inline %}r{% endpartialdef %}',
}

const LIBRARY = new Library('shop').inclusionTag('shop/prise.html', 'price', () => ({}))

/** Mistakes, and what is said of each: the place, the id, the message and the hint. */
const MISTAKES: ReadonlyArray<readonly [template: string, ...said: readonly string[]]> = [
  ['\n{% extends "bse.html" %}', '2:12: (templates.E005) There is no template "bse.html". | Did you mean "base.html"?'],
  [
    '{% include "x/nowhere.html" %}',
    '1:12: (templates.E005) There is no template "x/nowhere.html". | Put the file into one of the directories of templates, or correct the name.',
  ],
  [
    '{% include ["q1/one.html", "q2/two.html"] %}',
    '1:12: (templates.E005) There is no template "q1/one.html" or "q2/two.html". | Put the file into one of the directories of templates, or correct the name.',
  ],
  [
    '{% import "form.html" as f %}',
    '1:11: (templates.E005) There is no template "form.html". | Did you mean "forms.html"?',
  ],
  [
    '{% from "./fors.html" import x %}',
    '1:9: (templates.E005) There is no template "fors.html". | Did you mean "forms.html"?',
  ],
  [
    '{% price 1 %}',
    '1:4: (templates.E005) There is no template "shop/prise.html". | Put the file into one of the directories of templates, or correct the name.',
  ],
  ['{% include "parts.html#roe" %}', '1:12: (templates.E006) There is no partial "roe". | Did you mean "row"?'],
  ['x {% partial foo %}', '1:6: (templates.E006) There is no partial "foo". | Define it with {% partialdef foo %}.'],
  [
    '{% from "forms.html" import feild, color %}',
    '1:29: (templates.E007) The template "forms.html" has no macro or variable "feild". | Did you mean "field"?',
  ],
  [
    '{% import "forms.html" as f %}\n{{ f.fiel("x") }}{{ f.color }}',
    '2:6: (templates.E007) The template "forms.html" has no macro or variable "fiel". | Did you mean "field"?',
  ],
  [
    '{% extends "base.html" %}\n{% block tilte %}{% endblock %}',
    '2:10: (templates.W004) No parent template has a block "tilte": it is never shown. | Did you mean "title"?',
  ],
  [
    '{% extends "base.html" %}{% block sidebar %}{% endblock %}',
    '1:35: (templates.W004) No parent template has a block "sidebar": it is never shown. | Put it inside of a block that the parent template has, or add it there.',
  ],
  [
    '{% extends "page.html" %}',
    '1:12: (templates.E010) The template "page.html" extends itself. | Let one of the templates that extend each other extend none.',
  ],
  [
    '{{ a|uper }}\n{{ b|lowr }}{{ c is od }}',
    '1:6: (templates.E004) There is no filter "uper". Did you mean "upper"?',
    '2:6: (templates.E004) There is no filter "lowr". Did you mean "lower"?',
    '2:21: (templates.E004) There is no test "od". Did you mean "odd"?',
  ],
  ['{% load shpo %}', '1:4: (templates.E004) {% load %}: there is no library "shpo". Did you mean "shop"?'],
  [
    '{% block a %}{% endblock %}{% block a %}{% endblock %}',
    '1:31: (templates.E004) There are two blocks "a" in this template.',
  ],
  [
    '{% for x in y %}{{ loop.indx }}{% for z in x %}{{ forloop.parent }}{% endfor %}{% endfor %}',
    '1:25: (templates.W007) loop has no "indx". | Did you mean "index"?',
    '1:59: (templates.W007) forloop has no "parent". | It has counter, counter0, revcounter, revcounter0, first, last, length, parentloop.',
  ],
]

/** Templates of which nothing is said. */
const FINE: readonly string[] = [
  '{% extends name %}{% block whatever %}{% endblock %}',
  '{% extends "base.html" if wide else "slim.html" %}{% block whatever %}{% endblock %}',
  '{% extends "base.html" %}{% block title %}{% block inner %}{% endblock %}{% endblock %}',
  '{% include "nowhere.html" ignore missing %}{% include ["nowhere.html", "base.html"] %}',
  '{% include part %}{% include "a" + b %}{% include "parts.html#row" %}{% include "parts.html#" + c %}',
  '{% from "forms.html" import field, color as c %}{% import "forms.html" as f %}{{ f.field("x") }}',
  '{% import "forms.html" as f %}{% set f = other %}{{ f.anything() }}',
  '{% partialdef p %}{% endpartialdef %}{% partial p %}',
  '{{ loop.anything }}{% for x in loop.items %}{{ loop.index }}{{ forloop.parentloop.counter }}{% endfor %}',
  '{% for loop in loops %}{{ loop.name }}{% endfor %}',
  '{% for x in y %}{% macro m() %}{{ loop.mine }}{% endmacro %}{% endfor %}',
  '{% raw %}{% forr %}{% endraw %}{# {% forr #}{% comment %}{{ x|uper }}{% endcomment %}',
  '',
]

/** What texts like templates are made of. */
const PIECES = [
  ...'{% %} {{ }} {# #} " \' | ( ) [ ] { } , = . : # 1 x'.split(' '),
  ...'if|else|endif|endfor|block a|endblock|extends|include|import|from|endmacro|call|endcall|set x|endset'.split('|'),
  ...'with|only|as f|partial p|partialdef p|endpartialdef|load|raw|endraw|loop.x|url|static|for x in y'.split('|'),
  ...'{% block b %};{% endblock %};{% endfor %};{% for a in b %};{{ x|upper }};{% include "page.html" %}'.split(';'),
  ...'macro m(a, b=1);"base.html";"base.html#p"; ;\n'.split(';'),
]

describe('the check of templates', () => {
  afterEach(() => configureTemplates({}))

  for (const [template, ...wanted] of MISTAKES) {
    test(`finds the mistake in ${template}`, async () => {
      const files = { ...BASE, 'page.html': template }
      assert.deepEqual(
        await said(files, { libraries: [LIBRARY] }),
        wanted.map((message) => `page.html:${message}`),
      )
    })
  }

  for (const [template, place] of [
    ['a\n  {% forr x in y %}', '2:6'],
    ['{% if a %}{% endfor %}', '1:14'],
    ['{{ a', '1:'],
    ['{% block a %}\n\nend', ''],
  ] as const) {
    test(`finds the syntax wrong in ${template}`, async () => {
      const [message, ...others] = await said({ ...BASE, 'page.html': template })
      assert.match(message ?? '', new RegExp(String.raw`^page\.html:${place}.*\(templates\.E004\) .`))
      assert.deepEqual(others, [])
    })
  }

  for (const template of FINE) {
    test(`has nothing to say of ${template}`, async () => {
      assert.deepEqual(await said({ ...BASE, 'page.html': template }), [])
    })
  }

  test('knows the blocks and macros of all templates above, and nothing of what it cannot read', async () => {
    const files = {
      ...BASE,
      'mid.html': '{% extends "base.html" %}{% block content %}{% block main %}{% endblock %}{% endblock %}',
      'leaf.html': '{% extends "mid.html" %}{% block main %}{% endblock %}{% block mian %}{% endblock %}',
      'more.html': '{% extends "forms.html" %}{% macro button() %}{% endmacro %}',
      'use.html': '{% from "more.html" import button, field, buton %}',
      'broken.html': '{% if %}',
      'below.html': '{% extends "broken.html" %}{% block x %}{% endblock %}{% from "broken.html" import y %}',
    }
    const found = (await said(files)).map((each) => each.split(') ', 1)[0])
    assert.deepEqual(found, [
      'leaf.html:1:64: (templates.W004',
      'use.html:1:43: (templates.E007',
      'broken.html:1:7: (templates.E004',
    ])
  })

  test('says of templates that extend each other in a circle that they do', async () => {
    const files = {
      'a.html': '{% extends "b.html" %}',
      'b.html': '{% extends "a.html" %}',
      'c.html': '{% extends "a.html" %}{% block x %}{% endblock %}',
    }
    const found = await said(files)
    assert.deepEqual(
      found.map((each) => each.slice(0, 27)),
      ['a.html:1:12: (templates.E010', 'b.html:1:12: (templates.E010', 'c.html:1:32: (templates.W004'].map((each) =>
        each.slice(0, 27),
      ),
    )
  })

  test('looks at every file once, also at one that another hides, and says where it is', async () => {
    using first = new Templates({ 'page.html': '{{ a|uper }}', 'base.html': '{% block a %}{% endblock %}' })
    using second = new Templates({
      'page.html': '{% extends "base.html" %}{{ b|lowr }}',
      'sub/own.html': '{% include "../page.html" %}{% include "./no.html" %}',
    })
    const dirs = [first.directory, second.directory, first.directory]
    const found = (await said({}, { dirs, loaders: [] })).map((each) => each.split(') ', 1)[0])
    assert.deepEqual(found, [
      `${first.directory}/page.html:1:6: (templates.E004`,
      `${second.directory}/page.html:1:31: (templates.E004`,
      `${second.directory}/sub/own.html:1:40: (templates.E005`,
    ])
  })

  test('passes over what is no template, and warns of text in another encoding', async () => {
    using templates = new Templates({ '.hidden.html': '{% if', 'page.html~': '{% if', '.git/x.html': '{% if' })
    templates.write('logo.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0x7b, 0x25]))
    templates.write('utf-16.html', Buffer.from('{% if', 'utf16le'))
    templates.write('latin.html', Buffer.from('Zo\xeb', 'latin1'))
    fs.symlinkSync('nowhere', path.join(templates.directory, 'broken-link.html'))
    fs.symlinkSync('/etc/hostname', path.join(templates.directory, 'outside.html'))
    const file = path.join(templates.directory, 'latin.html')
    assert.deepEqual(await said({}, { dirs: [templates.directory, '/nowhere/at/all'], loaders: [] }), [
      `${file}: (templates.W006) The template ${file} is not encoded as UTF-8: save it so. | Keep what is no template out of the directories of templates.`,
    ])
  })

  test('takes templates that were compiled before for what is there', async () => {
    const source = new Engine({ loaders: [new MemoryLoader(BASE)] }).precompile()
    const url = `data:text/javascript,${encodeURIComponent(source)}`
    const { default: precompiled } = (await import(url)) as { default: NonNullable<TemplateOptions['precompiled']> }
    const page =
      '{% extends "base.html" %}{% block x %}{% endblock %}{% from "forms.html" import nothing %}{% include "no.html" %}'
    const found = await said({ 'page.html': page }, { precompiled })
    assert.deepEqual(found.length, 1)
    assert.match(found[0] ?? '', /^page\.html:1:102: \(templates\.E005\)/)
    assert.deepEqual(await said(BASE, { precompiled }), [])
  })

  test('reads a template again only after it has changed', async () => {
    const memory = new MemoryLoader({ 'a.html': '{{ x|uper }}', 'b.html': 'b' })
    let reads = 0
    const loader: Loader = {
      read: (name) => {
        reads++
        return memory.read(name)
      },
      version: (name) => memory.version(name),
      names: () => memory.names(),
    }
    configureTemplates({ loaders: [loader] })
    assert.equal((await checkTemplates()).length, 1)
    assert.equal((await checkTemplates()).length, 1)
    assert.equal(reads, 2)
    memory.set('a.html', '{{ x|upper }}')
    assert.deepEqual(await checkTemplates(), [])
    assert.equal(reads, 3)
    getEngine().addFilter('uper', String)
    memory.set('b.html', '{{ x|uper }}')
    assert.deepEqual(await checkTemplates(), [])
  })

  test('runs where all is asked for, or its tag, for it takes its time', async () => {
    configureTemplates({ loaders: [new MemoryLoader({ 'a.html': '{% if %}' })] })
    const ids = async (options: Parameters<typeof runChecks>[0]): Promise<string[]> =>
      (await runChecks(options)).map(({ id }) => id).filter((id) => id.startsWith('templates.'))
    assert.deepEqual(await ids({}), [])
    assert.deepEqual(await ids({ deep: true }), ['templates.E004'])
    assert.deepEqual(await ids({ tags: ['templates'] }), ['templates.E004'])
  })

  test('finds no mistake in what can be rendered', async () => {
    const render = oursOf(SAME)
    const sound = Object.keys(SAME).filter((name) => outcome(render, name) !== undefined)
    assert.ok(sound.length > 100)
    const found = await said(SAME, { globals: { gg: '', gfn: String }, libraries: [] })
    const wrong = found.filter((each) => sound.includes(each.split(':', 1)[0] as string))
    assert.deepEqual(
      wrong.map((each) => each.split(' |', 1)[0]),
      ['loop12:1:29: (templates.W007) loop has no "foo".'],
    )
    const tags = Object.fromEntries(DJANGO_TAGS.map(([template], index) => [`${index}.html`, template]))
    assert.deepEqual(await said(tags), [])
  })

  test('finds what the tag of a library has put where it cannot stand, as rendering does', async () => {
    const make = (kind: string): TemplateTag => ({
      tags: ['strange'],
      parse(parser, nodes, lexer) {
        const reader = new TagReader(parser, nodes, lexer)
        const name = reader.name()
        reader.end()
        const [value, text] = [reader.symbol(name), new nodes.TemplateData(0, 0, 'text')]
        const condition = Object.assign(new nodes.If(0, 0), { cond: value, body: reader.sequence([]), else_: null })
        if (kind === 'statement in expression') return reader.output(reader.list([condition]))
        if (kind === 'expression as statement') return value
        if (kind === 'text as statement') return reader.sequence([text])
        if (kind === 'text in expression') return reader.set('a', reader.list([text]))
        if (kind === 'unknown') return { ...value, typename: 'Unheard', fields: [] }
        return reader.sequence([reader.output(text), condition])
      },
    })
    const files = { 'page.html': 'a\n{% strange a %}' }
    for (const kind of [
      'statement in expression',
      'expression as statement',
      'text as statement',
      'text in expression',
      'unknown',
    ]) {
      const libraries = [new Library('strange').tag(make(kind))]
      assert.match(
        (await said(files, { libraries }))[0] ?? '',
        /^page\.html:\d+:\d+: \(templates\.E004\) This cannot stand here\.$/,
        kind,
      )
      assert.throws(() => getEngine().render('page.html'), /TemplateSyntaxError: This cannot stand here\./, kind)
    }
    assert.deepEqual(await said(files, { libraries: [new Library('strange').tag(make('sound'))] }), [])
    assert.equal(getEngine().render('page.html', { a: true }), 'a\ntext')
  })

  test('says something of any text, and never throws', async () => {
    const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4, unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 25 }), async (pieces) => {
        const text = pieces.join('')
        const found = await said({ ...BASE, 'page.html': text })
        const engine = new Engine({ loaders: [new MemoryLoader({ ...BASE, 'page.html': text })] })
        let compiles = true
        try {
          engine.getTemplate('page.html')
        } catch {
          compiles = false
        }
        if (!text.includes('\0'))
          assert.equal(
            found.some((each) => each.includes('(templates.E004)')),
            !compiles,
          )
      }),
      { numRuns: 150 },
    )
  })
})
