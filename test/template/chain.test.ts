/** How a template was reached that is at fault. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type TemplatePlace, TemplateDoesNotExist, TemplateRenderError, TemplateSyntaxError } from 'nuages/template'
import { Templates, thrownBy } from './templates.ts'

const context = {
  fail(): never {
    throw new RangeError('It failed.')
  },
}

/** Templates of which `page.html` fails, and the places from the innermost outwards. */
const CHAINS: ReadonlyArray<readonly [files: Record<string, string>, chain: readonly string[]]> = [
  [{ 'page.html': '\n{{ fail() }}' }, ['page.html:2:4']],
  [
    { 'page.html': 'a\n {% include "a.html" %}', 'a.html': '\n\n{% include "b.html" %}', 'b.html': '{{ fail() }}' },
    ['b.html:1:4', 'a.html:3:12', 'page.html:2:13'],
  ],
  [
    { 'page.html': '{% include "ok.html" %}\n{% include "a.html" %}', 'ok.html': '', 'a.html': '{{ x|upper|y }}' },
    ['a.html:1:12', 'page.html:2:12'],
  ],
  [{ 'page.html': '{% extends "base.html" %}', 'base.html': '\n{{ fail() }}' }, ['base.html:2:4', 'page.html:1:12']],
  [
    {
      'page.html': '{% extends "base.html" %}\n{% block a %}{{ fail() }}{% endblock %}',
      'base.html': '\n\n{% block a %}{% endblock %}',
    },
    ['page.html:2:17', 'base.html:3:4', 'page.html:1:12'],
  ],
  [
    {
      'page.html': '{% import "m.html" as m %}\n{{ m.show(fail) }}',
      'm.html': '{% macro show(f) %}\n{{ f() }}{% endmacro %}',
    },
    ['m.html:2:4', 'page.html:2:6'],
  ],
  [{ 'page.html': '\n{% import "m.html" as m %}', 'm.html': '{{ x|y }}' }, ['m.html:1:6', 'page.html:2:11']],
  [{ 'page.html': '\n{% from "m.html" import m %}', 'm.html': '\n{{ [1][::0] }}' }, ['m.html:2:7', 'page.html:2:9']],
  [
    { 'page.html': '\n{% include "a.html" %}', 'a.html': '\n{% include "nothing.html" %}' },
    ['a.html:2:12', 'page.html:2:12'],
  ],
  [
    {
      'page.html': '{% set x %}\n{% for i in [1] %}{% include "a.html" %}{% endfor %}{% endset %}',
      'a.html': '{{ fail() }}',
    },
    ['a.html:1:4', 'page.html:2:30'],
  ],
]

describe('a template that is at fault', () => {
  for (const [files, chain] of CHAINS) {
    test(`is shown with those that lead to it: ${JSON.stringify(files)}`, () => {
      using templates = new Templates(files)
      const error = thrownBy(() => templates.render('page.html', context))
      const place = placeOf(error)
      assert.deepEqual([place, ...place.includedFrom].map(textOf), chain)
      for (const each of place.includedFrom) assert.deepEqual(each.includedFrom, [])
      const { message } = error as Error
      for (const each of place.includedFrom) {
        assert.ok(message.includes(`\n  from ${String(each.file)}:${String(each.line)}:`), message)
        assert.match(each.frame ?? '', new RegExp(`> ${String(each.line)} \\|`))
      }
    })
  }

  test('for templates that extend each other in a circle, the circle is shown', () => {
    using templates = new Templates({
      'page.html': '{% extends "a.html" %}',
      'a.html': '\n{% extends "b.html" %}',
      'b.html': '\n\n{% extends "a.html" %}',
      'self.html': '{% extends "self.html" %}',
    })
    const error = thrownBy(() => templates.render('page.html'))
    assert.ok(error instanceof TemplateRenderError)
    assert.match(error.reason, /"a\.html" extends itself/)
    assert.deepEqual([error.place, ...error.place.includedFrom].map(textOf), [
      'b.html:3:12',
      'a.html:2:12',
      'page.html:1:12',
    ])
    assert.match(String(thrownBy(() => templates.render('self.html'))), /"self\.html" extends itself/)
  })

  test('for what has no end, there is a place, and the chain has one', () => {
    using templates = new Templates({
      'a.html': '\n{% include "b.html" %}',
      'b.html': '{% include "a.html" %}',
      'self.html': 'x\n{% include "self.html" %}',
      'macro.html': '{% macro m() %}\n{{ m() }}{% endmacro %}\n{{ m() }}',
      'data.html': '\n\n{{ list }}',
    })
    const list: unknown[] = []
    list.push(list)
    for (const name of ['a.html', 'self.html', 'macro.html', 'data.html']) {
      const error = thrownBy(() => templates.render(name, { list }))
      assert.ok(error instanceof TemplateRenderError, String(error))
      assert.match(error.reason, /no end: a template includes itself, a macro calls itself, or data holds itself/, name)
      assert.ok((error.line ?? 0) >= 1)
      assert.ok(error.place.includedFrom.length < 20)
      assert.ok(error.message.length < 5000)
    }
  })
})

function placeOf(error: unknown): TemplatePlace {
  for (const kind of [TemplateSyntaxError, TemplateRenderError, TemplateDoesNotExist]) {
    if (error instanceof kind && error.place !== undefined) return error.place
  }
  throw error
}

function textOf({ templateName, line, column }: TemplatePlace): string {
  return `${templateName}:${String(line)}:${String(column)}`
}
