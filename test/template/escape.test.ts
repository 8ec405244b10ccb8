import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { formatHtml, isSafe, markSafe } from 'nuages/template'
import { renderText, Templates } from './templates.ts'

const RUNS = Number(process.env['NUAGES_FUZZ'] ?? 2000)
const HOSTILE = `<script>alert("x")</script>&'`
const ESCAPED = '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#x27;'

describe('what a template shows', () => {
  test('is some text for every value that a client can send', () => {
    const values = [
      '{ "toString": 1 }',
      '{ "toString": null, "valueOf": 2 }',
      '[{ "toString": "x" }]',
      '[[1, null], 2]',
    ]
    const shown = values.map((json) =>
      renderText('{{ v }}|{{ v ~ "" }}|{{ [v]|join }}', { v: JSON.parse(json) as unknown }),
    )
    const object = '[object Object]|[object Object]|[object Object]'
    assert.deepEqual(shown, [object, object, object, '1,,2|1,,2|1,,2'])
    assert.equal(renderText('{{ v }}', { v: [Object.create(null)] }), '[object Object]')
    assert.equal(renderText('{{ missing ~ "a" ~ 1 ~ null }}'), 'a1')
  })

  for (const name of ['page.html', 'page.txt', 'page.js', 'page.xml', 'page', 'page.html.j2', 'größe.html']) {
    test(`is escaped, whatever the file is called: ${name}`, () => {
      using templates = new Templates({ [name]: '{{ text }}' })
      assert.equal(templates.render(name, { text: HOSTILE }), ESCAPED)
    })
  }

  const WAYS: readonly string[] = [
    '{{ text }}',
    '{{ record.text }}',
    '{{ record["text"] }}',
    '{{ list[0] }}',
    '{{ fn() }}',
    '{{ record.fn() }}',
    '{% for each in list %}{{ each }}{% endfor %}',
    '{% for key, value in record %}{% if key == "text" %}{{ value }}{% endif %}{% endfor %}',
    '{% set copy = text %}{{ copy }}',
    '{{ text if true else "" }}',
    '{{ missing or text }}',
    '{{ text ~ "" }}',
    '{{ text|trim }}',
    '{{ text|default("x") }}',
    '{{ list|first }}',
    '{{ list|join("") }}',
    '{{ objects|join("", "text") }}',
    '{{ text|string }}',
    '{% include "part.html" %}',
    '{% macro show(value) %}{{ value }}{% endmacro %}{{ show(text) }}',
    '{% macro show() %}{{ caller() }}{% endmacro %}{% call show() %}{{ text }}{% endcall %}',
    '{% from "macros.html" import show %}{{ show(text) }}',
    '{% extends "base.html" %}{% block body %}{{ text }}{% endblock %}',
    '{{ thing }}',
    '{{ text|escape|escape }}',
    '{{ text|e }}',
    '{{ text|forceescape }}',
  ]
  for (const template of WAYS) {
    test(`is escaped once, whichever way it comes: ${template}`, () => {
      using templates = new Templates({
        'page.html': template,
        'part.html': '{{ text }}',
        'macros.html': '{% macro show(value) %}{{ value }}{% endmacro %}',
        'base.html': '{% block body %}{% endblock %}',
      })
      const context = {
        text: HOSTILE,
        record: { text: HOSTILE, fn: () => HOSTILE },
        list: [HOSTILE],
        objects: [{ text: HOSTILE }],
        fn: () => HOSTILE,
        thing: { toString: () => HOSTILE },
      }
      assert.equal(templates.render('page.html', context), ESCAPED)
    })
  }

  test('any text comes out as text that reads as what went in', () => {
    using templates = new Templates({ 'page.html': '<p title="{{ text }}">{{ text }}</p>' })
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const [, title = '', content = ''] =
          /^<p title="([^"]*)">([^<]*)<\/p>$/.exec(templates.render('page.html', { text })) ?? []
        assert.equal(unescapeHtml(title), text)
        assert.equal(unescapeHtml(content), text)
      }),
      { numRuns: RUNS },
    )
  })

  test('any value at all comes out without a bare < or ", or is refused', () => {
    using templates = new Templates({ 'page.html': '{{ value }}{% for x in [value] %}{{ x }}{% endfor %}' })
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
        (value) => {
          try {
            assert.doesNotMatch(templates.render('page.html', { value }), /[<"]/)
          } catch (error) {
            assert.equal((error as Error).name, 'TemplateRenderError')
          }
        },
      ),
      { numRuns: RUNS },
    )
  })

  const VALUES: ReadonlyArray<readonly [value: unknown, output: string]> = [
    [undefined, ''],
    [null, ''],
    [0, '0'],
    [-0, '0'],
    [Number.NaN, 'NaN'],
    [10n ** 20n, '100000000000000000000'],
    [true, 'true'],
    [false, 'false'],
    ['', ''],
    [['a', '<'], 'a,&lt;'],
    [{ a: 1 }, '[object Object]'],
    [Object.create(null), '[object Object]'],
    [new URL('https://example.com/?a=1&b=2'), 'https://example.com/?a=1&amp;b=2'],
    ['Größe ✓ 𝒳', 'Größe ✓ 𝒳'],
  ]
  for (const [value, output] of VALUES) {
    test(`shows a value of the type ${typeof value} as ${output || 'nothing'}`, () => {
      assert.equal(renderText('{{ value }}', { value }), output)
    })
  }

  test('1 MiB of hostile text takes less than a second', { timeout: 20_000 }, () => {
    using templates = new Templates({ 'page.html': '{{ text }}' })
    for (const part of ['<', '&', '"', "'", '<script>', '&amp;', '\\', '\u{1f4a9}']) {
      const text = part.repeat(1_048_576 / part.length)
      const start = performance.now()
      const output = templates.render('page.html', { text })
      assert.ok(performance.now() - start < 1000, part)
      assert.doesNotMatch(output, /[<>"']|&(?!amp;|lt;|gt;|quot;|#x27;)/)
      assert.ok(output.length >= text.length)
    }
  })
})

describe('markSafe', () => {
  test('has a text shown as it is', () => {
    assert.equal(renderText('{{ html }}', { html: markSafe('<b>&amp;</b>') }), '<b>&amp;</b>')
    assert.ok(isSafe(markSafe('x')))
    assert.equal(String(markSafe('<b>')), '<b>')
    assert.equal(markSafe('<b>').length, 3)
  })

  test('is not forged by what a client can send', () => {
    for (const forged of [
      { val: '<b>', length: 3 },
      JSON.parse('{"val":"<b>","__proto__":{"val":"<b>"}}') as unknown,
      { toString: () => '<b>' },
      ['<b>'],
    ]) {
      assert.equal(isSafe(forged), false)
      assert.doesNotMatch(renderText('{{ value }}', { value: forged }), /<b>/)
    }
  })

  test('a macro gives HTML, its arguments escaped', () => {
    const template =
      '{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}{{ bold("<i>") }}{% set kept = bold(1) %}{{ kept }}'
    assert.equal(renderText(template), '<b>&lt;i&gt;</b><b>1</b>')
  })
})

describe('formatHtml', () => {
  test('escapes values and leaves the rest', () => {
    assert.equal(
      String(formatHtml`<a href="${'/?a=1&b="2"'}">${'<b>'}</a>`),
      '<a href="/?a=1&amp;b=&quot;2&quot;">&lt;b&gt;</a>',
    )
  })

  test('leaves what is safe already, and may be nested', () => {
    const inner = formatHtml`<b>${'&'}</b>`
    assert.equal(String(formatHtml`<p>${inner}${markSafe('<hr>')}</p>`), '<p><b>&amp;</b><hr></p>')
    assert.equal(renderText('{{ html }}', { html: inner }), '<b>&amp;</b>')
  })

  test('shows nothing for what is missing', () => {
    assert.equal(String(formatHtml`[${undefined}][${null}][${0}][${Object.create(null)}]`), '[][][0][[object Object]]')
  })

  test('any value can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(unescapeHtml(String(formatHtml`${text}`)), text)
      }),
      { numRuns: RUNS },
    )
  })
})

function unescapeHtml(escaped: string): string {
  const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#x27': "'", amp: '&' }
  return escaped.replace(/&(lt|gt|quot|#x27|amp);/g, (_whole, name: string) => characters[name] as string)
}
