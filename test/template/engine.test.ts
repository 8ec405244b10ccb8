import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, describe, test } from 'node:test'
import { configureTemplates, Engine, getEngine, renderToString, TemplateDoesNotExist } from 'nuages/template'
import { renderText, Templates, thrownBy } from './templates.ts'

describe('Engine', () => {
  test('renders a template with what extends, includes, imports and macros bring', () => {
    using templates = new Templates({
      'base.html': '<title>{% block title %}Site{% endblock %}</title>{% block body %}{% endblock %}',
      'page.html':
        '{% extends "base.html" %}{% import "macros.html" as m %}\n{% block title %}{{ title }} · {{ super() }}{% endblock %}\n{% block body %}{% for x in list %}{% include "part.html" %}{% endfor %}{{ m.bold("&") }}{% endblock %}',
      'part.html': '[{{ x }}{{ loop.index }}]',
      'macros.html': '{% macro bold(text) %}<b>{{ text }}</b>{% endmacro %}',
    })
    const context = { title: 'Größe', list: ['a', 'b'] }
    assert.equal(templates.render('page.html', context), '<title>Größe · Site</title>[a1][b2]<b>&amp;</b>')
  })

  test('super() reaches through several templates', () => {
    using templates = new Templates({
      'a.html': '{% block x %}a{% endblock %}',
      'b.html': '{% extends "a.html" %}{% block x %}b{{ super() }}{% endblock %}',
      'c.html': '{% extends "b.html" %}{% block x %}c{{ super() }}{% endblock %}',
    })
    assert.equal(templates.render('c.html'), 'cba')
  })

  test('a relative name is beside the template that gives it', () => {
    using templates = new Templates({
      'news/list.html': '{% include "./part.html" %}{% include "../part.html" %}{% include "news/deep/x.html" %}',
      'news/part.html': 'inner ',
      'news/deep/x.html': '{% include "../part.html" %}',
      'part.html': 'outer ',
    })
    assert.equal(templates.render('news/list.html'), 'inner outer inner ')
  })

  const OPERATORS: ReadonlyArray<readonly [template: string, output: string]> = [
    ['{% if not a == 2 %}yes{% endif %}', 'yes'],
    ['{{ not a == 2 }} {{ not (a == 1) }} {{ not a in [2] }}', 'true false true'],
    ['{{ "x" ~ 1 + 2 }} {{ 1 ~ 2 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ 2 ** 3 }} {{ -a + 3 }}', 'x3 12 9 3 8 2'],
    [
      '{{ a is odd }} {{ a is not odd }} {{ 6 is divisibleby(3) }} {{ none is null }} {{ b is defined }}',
      'true false true true false',
    ],
    ['{{ "yes" if a else "no" }} {{ b or "none" }} {{ a and "both" }}', 'yes none both'],
    [
      '{% for k, v in { x: 1, y: 2 } %}{{ k }}{{ v }}{% endfor %} {% for a, b in [[1, 2]] %}{{ a }}{{ b }}{% endfor %}',
      'x1y2 12',
    ],
    ['{% for x in [] %}{{ x }}{% else %}none{% endfor %}', 'none'],
    ['{% switch a %}{% case 1 %}one{% case 2 %}two{% default %}more{% endswitch %}', 'one'],
    ['{{ b|default("x") }} {{ n|default("x") }} {{ ""|default("x", true) }} {{ ""|default("x") }}', 'x x x x'],
    ['{% raw %}{{ a }}{% endraw %}{# nothing #}', '{{ a }}'],
  ]
  for (const [template, output] of OPERATORS) {
    test(`operators and tags mean what they say: ${template}`, () => {
      assert.equal(renderText(template, { a: 1, n: null }), output)
    })
  }

  test('an include in an else, a case or a captured text is in its place', () => {
    using templates = new Templates({
      'part.html': '[{{ x }}]',
      'page.html':
        '{% for y in [] %}{% else %}{% include "part.html" %}{% endfor %}|{% switch x %}{% case 1 %}{% include "part.html" %}{% default %}{% include "part.html" %}{% endswitch %}|{% if x %}{% include "part.html" %}{% endif %}|{% set kept %}{% include "part.html" %}{% endset %}{{ kept }}.',
    })
    assert.equal(templates.render('page.html', { x: 1 }), '[1]|[1]|[1]|[1].')
  })

  test('several variables of a loop are known in what it includes', () => {
    using templates = new Templates({
      'part.html': '{{ name }}={{ value }};',
      'page.html': '{% for name, value in pairs %}{% include "part.html" %}{% endfor %}',
    })
    assert.equal(
      templates.render('page.html', {
        pairs: [
          ['a', 1],
          ['b', 2],
        ],
      }),
      'a=1;b=2;',
    )
  })

  test('a context without a prototype will do, and a hostile one does no harm', () => {
    const bare = Object.assign(Object.create(null) as Record<string, unknown>, { name: 'x', toString: 'own' })
    assert.equal(renderText('{{ name }} {{ toString }}', bare), 'x own')
    const hostile = JSON.parse(
      '{"__proto__": {"name": "inherited"}, "constructor": "c", "hasOwnProperty": 1}',
    ) as Record<string, unknown>
    assert.equal(renderText('[{{ name }}][{{ constructor }}]', hostile), '[][]')
  })

  test('names with umlauts are names', () => {
    assert.equal(
      renderText('{% block größe %}{{ größe }}{% endblock %}{% set süß = "ja" %}{{ süß }}{{ maß.länge }}', {
        größe: 'XL',
        maß: { länge: 7 },
      }),
      'XLja7',
    )
    using templates = new Templates({
      'größe/ÿ.html': '{% include "./naïve part.html" %}',
      'größe/naïve part.html': 'ja',
    })
    assert.equal(templates.render('größe/ÿ.html'), 'ja')
  })

  test('rendering changes nothing of the context, nor of what comes after', () => {
    const context = Object.freeze({ list: Object.freeze(['b', 'a']) })
    using templates = new Templates({ 'page.html': '[{{ x }}]{% set x = 1 %}{% set list = list|sort %}{{ list }}' })
    assert.equal(templates.render('page.html', context), '[]a,b')
    assert.equal(templates.render('page.html', context), '[]a,b')
  })

  test('white space that tags leave behind is taken away', () => {
    assert.equal(
      renderText('<ul>\n  {% for x in [1, 2] %}\n  <li>{{ x }}</li>\n  {% endfor %}\n</ul>\n'),
      '<ul>\n  <li>1</li>\n  <li>2</li>\n</ul>\n',
    )
  })

  test('a template is compiled once, however often it is rendered', () => {
    using templates = new Templates({ 'page.html': '{% include "part.html" %}', 'part.html': '{{ x }}' })
    const compiled = countingFunctions(() => {
      for (let x = 0; x < 100; x++) assert.equal(templates.render('page.html', { x }), String(x))
    })
    assert.equal(compiled, 2)
  })

  test('with debug a template is compiled once for each state of its file', () => {
    using templates = new Templates({ 'page.html': '1{% include "part.html" %}', 'part.html': 'a' }, { debug: true })
    const compiled = countingFunctions(() => {
      for (let i = 0; i < 10; i++) assert.equal(templates.render('page.html'), '1a')
      templates.write('part.html', 'b')
      for (let i = 0; i < 10; i++) assert.equal(templates.render('page.html'), '1b')
    })
    assert.equal(compiled, 3)
  })

  test('a change on the disk is seen with debug, and not without', () => {
    for (const debug of [true, false]) {
      using templates = new Templates({ 'page.html': '{% extends "base.html" %}', 'base.html': 'one' }, { debug })
      assert.equal(templates.render('page.html'), 'one')
      templates.write('base.html', 'two')
      assert.equal(templates.render('page.html'), debug ? 'two' : 'one')
      fs.rmSync(path.join(templates.directory, 'base.html'))
      if (debug) assert.ok(thrownBy(() => templates.render('page.html')) instanceof TemplateDoesNotExist)
      else assert.equal(templates.render('page.html'), 'one')
    }
  })

  test('a template that could not be compiled is read again', () => {
    using templates = new Templates({ 'page.html': '{% if %}' })
    thrownBy(() => templates.render('page.html'))
    templates.write('page.html', 'mended')
    assert.equal(templates.render('page.html'), 'mended')
  })

  test('a directory earlier in the list wins, also when its file comes later', () => {
    using first = new Templates({})
    using second = new Templates({ 'page.html': 'second' })
    const engine = new Engine({ dirs: [first.directory, second.directory], debug: true })
    assert.equal(engine.render('page.html'), 'second')
    first.write('page.html', 'first')
    assert.equal(engine.render('page.html'), 'first')
  })

  test('selectTemplate gives the first that is there', () => {
    using templates = new Templates({ 'b.html': 'b', 'c.html': 'c' })
    assert.equal(templates.engine.selectTemplate(['a.html', 'b.html', 'c.html']).render(), 'b')
    const error = thrownBy(() => templates.engine.selectTemplate(['x.html', 'y.html']))
    assert.ok(error instanceof TemplateDoesNotExist)
    assert.deepEqual(
      error.tried,
      ['x.html', 'y.html'].map((name) => path.join(templates.directory, name)),
    )
    assert.ok(templates.engine.has('b.html'))
    assert.ok(!templates.engine.has('a.html'))
  })

  test('globals and filters are known in every template, in included ones and in macros too', () => {
    using templates = new Templates(
      {
        'page.html':
          '{% import "m.html" as m %}{{ site }} {{ twice("a") }} {{ "x"|loud }} {% include "part.html" %} {{ m.show() }}',
        'part.html': '{{ site }}',
        'm.html': '{% macro show() %}{{ site|loud }}{% endmacro %}',
      },
      { globals: { site: 'Nuages', twice: (x: string) => x + x }, filters: { loud: (x: string) => `${x}!` } },
    )
    templates.engine.addGlobal('later', 1)
    templates.engine.addFilter('quiet', (x: string) => `${x}.`)
    assert.equal(templates.render('page.html'), 'Nuages aa x! Nuages Nuages!')
    templates.write('late.html', '{{ later|quiet }}')
    assert.equal(templates.render('late.html'), '1.')
  })

  test('a filter or global has a name that templates can write', () => {
    using templates = new Templates({})
    for (const name of ['a-b', '', 'a"b', 'constructor', '__proto__']) {
      assert.throws(
        () => templates.engine.addFilter(name, (x: string) => x),
        /cannot be the name of a filter or a global/,
      )
      assert.throws(() => templates.engine.addGlobal(name, 1), TypeError)
      assert.throws(() => new Engine({ filters: { [name]: (x: string) => x } }).render('x'), TypeError)
    }
  })
})

describe('the project’s engine', () => {
  afterEach(() => configureTemplates({}))

  test('renderToString renders one template, or the first of several', () => {
    using templates = new Templates({ 'b.html': 'b{{ x }}' })
    configureTemplates({ dirs: [templates.directory] })
    assert.equal(renderToString('b.html', { x: 1 }), 'b1')
    assert.equal(renderToString(['a.html', 'b.html']), 'b')
    assert.equal(getEngine(), getEngine())
  })

  test('configureTemplates({}) takes all back', () => {
    using templates = new Templates({ 'b.html': 'b' })
    configureTemplates({ dirs: [templates.directory] })
    configureTemplates({})
    assert.throws(() => renderToString('b.html'), TemplateDoesNotExist)
  })
})

/** How many functions are made out of text meanwhile. */
function countingFunctions(fn: () => void): number {
  const real = globalThis.Function
  let count = 0
  globalThis.Function = new Proxy(real, {
    construct(target, args: string[]) {
      count++
      return Reflect.construct(target, args)
    },
  })
  try {
    fn()
  } finally {
    globalThis.Function = real
  }
  return count
}
