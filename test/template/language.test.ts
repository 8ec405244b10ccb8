/** What the language has beside nunjucks', where templates come from, and contexts that do harm. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type Loader, MemoryLoader, Engine, TemplateDoesNotExist, TemplateRenderError } from 'nuages/template'
import { configureLogging, type LogRecord } from 'nuages/utils'
import { renderText, Templates, thrownBy } from './templates.ts'

const engineOf = (templates: Readonly<Record<string, string>>, options: object = {}): Engine =>
  new Engine({ loaders: [new MemoryLoader(templates)], ...options })

describe('the language', () => {
  const people = [{ name: 'Ada' }, { name: 'Zoë' }]
  const FORMS: ReadonlyArray<readonly [template: string, output: string]> = [
    ['{% for p in people %}{{ forloop.counter }}{{ forloop.revcounter0 }}{{ p.name }}{% endfor %}', '11Ada20Zoë'],
    ['{% for a in [1,2] %}{% for b in [1] %}{{ forloop.parentloop.counter0 }}{% endfor %}{% endfor %}', '01'],
    ['{% for p in [] %}x{% empty %}none{% endfor %}', 'none'],
    ['{% for p in [1, 2, 3] reversed %}{{ forloop.counter }}{{ p }} {% endfor %}', '13 22 31 '],
    ['{% for k, v in { a: 1, b: 2 } reversed %}{{ k }}{{ v }}{% endfor %}', 'b2a1'],
    ['{% for p in "ab" reversed %}{% for q in [1, 2] %}{{ p }}{{ q }}{% endfor %}{% empty %}{% endfor %}', 'b1b2a1a2'],
    ['{% for p in [] reversed %}x{% empty %}none{% endfor %}', 'none'],
    ['{{ people.1.name }} {{ [[1, 2], [3]].0.1 }}', 'Zoë 2'],
    ['{{ list[1:3] }} {{ list[:2] }} {{ list[-2:] }} {{ list[::-1] }} {{ "abcdef"[1:5:2] }}', '2,3 1,2 3,4 4,3,2,1 bd'],
    ['{{ list|join:"-" }} {{ none|default:list.0 }}', '1-2-3-4 1'],
    ['{% for i in list %}{% set last = i %}{% endfor %}[{{ last }}]', '[]'],
    ['{% set n = 0 %}{% for i in list %}{% set n = n + i %}{{ n }}{% endfor %} {{ n }}', '1234 0'],
    ['{% set box %}<b>{{ hostile }}</b>{% endset %}{{ box }}', '<b>&lt;i&gt;</b>'],
    ['{{ big }}', '12345678901234567890'],
  ]
  for (const [template, output] of FORMS) {
    test(template, () => {
      const context = { people, list: [1, 2, 3, 4], hostile: '<i>', big: 12345678901234567890n }
      assert.equal(renderText(template, context), output)
    })
  }

  test('include takes names, and with `only` no others', () => {
    const engine = engineOf({
      'a.html':
        '{% include "b.html" with x=1 y=z only %}|{% include "b.html" with y=2 %}|{% include "no" ignore missing %}',
      'b.html': '{{ x }}{{ y }}{{ z }}',
    })
    assert.equal(engine.render('a.html', { x: 'X', z: 'Z' }), '1Z|X2Z|')
  })

  test('a part is included a thousand times, with the names of the loop', () => {
    const engine = engineOf({
      'a.html': '{% for row in rows %}{% include "row.html" %}{% endfor %}',
      'row.html': '{{ loop.index }}:{{ row }} ',
    })
    const page = engine.render('a.html', { rows: Array.from({ length: 1000 }, (_value, index) => index) })
    assert.ok(page.startsWith('1:0 2:1 ') && page.endsWith('1000:999 '))
  })

  test('autoescape holds for the blocks and parts that are written in it, and no others', () => {
    const files = {
      'base.html':
        '{% autoescape off %}{% block a %}{{ v }}{% autoescape on %}{% block b %}{{ v }}{% endblock %}{% endautoescape %}{% endblock %}' +
        '{% partialdef p %}{{ v }}{% block c %}{{ v }}{% endblock %}{% endpartialdef %}{% endautoescape %}{% partial p %}{{ v }}',
      'page.html': '{% extends "base.html" %}{% block c %}{{ v }}{{ super() }}{% endblock %}',
    }
    const engine = engineOf(files)
    assert.equal(engine.render('base.html', { v: '<' }), '<&lt;<<&lt;')
    assert.equal(engine.render('page.html', { v: '<' }), '<&lt;<&lt;<&lt;')
  })

  test('a template is named by a text', () => {
    const engine = engineOf({ 'a.html': '{% include given %}', 'b.html': 'b' })
    assert.match(
      String(thrownBy(() => engine.render('a.html', { given: {} }))),
      /named by a text, and this is an object/,
    )
    assert.equal(engine.render('a.html', { given: { toString: () => 'b.html' } }), 'b')
  })

  test('block.super is super(), also in a block inside another', () => {
    const engine = engineOf({
      'base.html': '{% block a %}A{% block b %}B{% endblock %}{% endblock %}',
      'page.html': '{% extends base %}{% block b %}<{{ block.super }}{{ super() }}>{% endblock %}',
    })
    assert.equal(engine.render('page.html', { base: 'base.html' }), 'A<BB>')
  })
})

describe('a variable that is not there', () => {
  test('is warned of while developing, once for each place, with its name', () => {
    const records: LogRecord[] = []
    const handler = { handle: (record: LogRecord) => void records.push(record) }
    configureLogging({ 'nuages.template': { handlers: [handler], propagate: false } })
    try {
      const engine = engineOf({ 'a.html': '\n{{ user.nmae }}{{ user.name }}' }, { debug: true })
      for (const _round of [1, 2]) assert.equal(engine.render('a.html', { user: { name: 'Ada' } }), '\nAda')
    } finally {
      configureLogging({})
    }
    assert.deepEqual(
      records.map(({ level, message }) => `${level} ${message}`),
      ['warning a.html:2:9: there is no "user.nmae".'],
    )
  })

  test('shows what stringIfInvalid says', () => {
    const engine = engineOf({ 'a.html': '[{{ a.b }}][{{ c }}][{{ null }}]' }, { stringIfInvalid: '?%s?' })
    assert.equal(engine.render('a.html', { a: {} }), '[?a.b?][?c?][]')
  })
})

describe('where templates come from', () => {
  test('loaders are asked in their order, directories first', () => {
    using templates = new Templates(
      { 'a.html': 'file' },
      { loaders: [new MemoryLoader({ 'a.html': 'memory', 'b.html': 'one' }), new MemoryLoader({ 'b.html': 'two' })] },
    )
    assert.equal(templates.render('a.html') + templates.render('b.html'), 'fileone')
    const error = thrownBy(() => templates.render('c.html'))
    assert.ok(error instanceof TemplateDoesNotExist)
    assert.equal(error.tried.length, 3)
  })

  test('a loader of one own is asked for no name that leads out, and has to give a source', () => {
    const asked: string[] = []
    const loader: Loader = {
      read: (name) => {
        asked.push(name)
        return { text: 7 } as never
      },
      version: () => '1',
      names: () => [],
    }
    const engine = new Engine({ loaders: [loader] })
    assert.match(String(thrownBy(() => engine.render('a.html'))), /gave no source for "a\.html"/)
    assert.ok(thrownBy(() => engine.render('../a.html')) instanceof TemplateDoesNotExist)
    assert.deepEqual(asked, ['a.html'])
  })

  test('a text of the program is a template, whose errors show its lines', () => {
    const engine = engineOf({ 'b.html': 'b' })
    assert.equal(engine.fromString('{{ a }}{% include "b.html" %}').render({ a: '<' }), '&lt;b')
    const error = thrownBy(() => engine.fromString('\n{{ f() }}', 'letter').render())
    assert.ok(error instanceof TemplateRenderError)
    assert.deepEqual([error.templateName, error.line], ['letter', 2])
    assert.match(error.frame ?? '', /> 2 \| \{\{ f\(\) \}\}/)
  })

  test('precompiled templates render the same, and no function is made out of text', async () => {
    using templates = new Templates({
      'base.html': '{% macro b(x) %}<b>{{ x }}</b>{% endmacro %}{% block a %}{{ 1|string|upper }}{% endblock %}',
      'page.html':
        '{% extends "base.html" %}{% from "base.html" import b %}{% block a %}{{ super() }}{{ b(v) }}{% endblock %}',
    })
    const file = path.join(templates.directory, 'templates.mjs')
    const wanted = templates.render('page.html', { v: '<' })
    fs.writeFileSync(file, templates.engine.precompile())
    const { default: precompiled } = (await import(pathToFileURL(file).href)) as { default: never }
    const real = globalThis.Function
    globalThis.Function = new Proxy(real, { construct: () => assert.fail('A function was made.') })
    try {
      assert.equal(new Engine({ precompiled }).render('page.html', { v: '<' }), wanted)
    } finally {
      globalThis.Function = real
    }
    assert.throws(() => new Engine({ precompiled, debug: true }), /leave `debug` or `precompiled` out/)
    assert.throws(() => new Engine({ precompiled: { nuages: '0', digests: {}, templates: {} } }), /made by Nuages 0/)
  })
})

describe('a context that does harm', () => {
  const failing = (): never => {
    throw new RangeError('No.')
  }
  const CONTEXTS: ReadonlyArray<readonly [what: string, context: object]> = [
    ['a getter of the context', Object.defineProperty({}, 'x', { get: failing, enumerable: true })],
    ['a getter of a member', { x: Object.defineProperty({}, 'y', { get: failing }) }],
    ['toString', { x: { toString: failing, y: { toString: failing } } }],
    ['a proxy', { x: new Proxy({}, { get: failing, has: failing, getPrototypeOf: failing }) }],
  ]
  for (const [what, context] of CONTEXTS) {
    test(`fails with its place: ${what}`, () => {
      const error = thrownBy(() => renderText('\n {{ x.y }}{{ x }}', context as Record<string, unknown>))
      assert.ok(error instanceof TemplateRenderError, String(error))
      assert.equal(error.line, 2)
    })
  }

  test('a list that holds itself ends with an error', () => {
    const x: unknown[] = []
    x.push(x)
    assert.ok(thrownBy(() => renderText('{{ x }}', { x })) instanceof TemplateRenderError)
  })
})
