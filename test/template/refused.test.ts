/** What is written in a template and cannot be meant: names, partials, parents, and items that do not fit their loop. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Engine, MemoryLoader, TemplateRenderError, TemplateSyntaxError } from 'nuages/template'
import { renderText, thrownBy } from './templates.ts'

const UNDERSCORES = /Variables and attributes may not begin with underscores: /i
const FIRST = /must be the first tag of the template/
const WRONG: ReadonlyArray<readonly [template: string, place: string, reason: RegExp]> = [
  ['{{ o._a }}', '1:6', UNDERSCORES],
  ['{{ o["_a"].b }}', '1:6', UNDERSCORES],
  ['{{ o.b.__class__ }}', '1:8', UNDERSCORES],
  ['{% if a %}\n{{ _a }}{% endif %}', '2:4', UNDERSCORES],
  ['{% regroup o by a._b as c %}', '1:4', UNDERSCORES],
  ['{% partial nope %}', '1:4', /There is no partial "nope" in this template\. Define it/],
  ['{% partialdef row %}{% endpartialdef %}{% partial rwo %}', '1:43', /Did you mean "row"\?/],
  ['{% extends "base" %}{% block a %}{% partial part %}{% endblock %}', '1:37', /There is no partial "part"/],
  ['{% extends "base" %}\n{% extends "base" %}', '2:4', /There are two {% extends %}/],
  ['{% if a %}{% extends "base" %}{% endif %}{% extends "base" %}', '1:45', /There are two {% extends %}/],
  ['x{% extends "base" %}', '1:5', FIRST],
  ['{{ x }}{% extends "base" %}', '1:11', FIRST],
  ['{% block a %}{% endblock %}{% extends "base" %}', '1:31', FIRST],
  ['{% if a %}x{% endif %}{% extends "base" %}', '1:26', FIRST],
  ['{% if a %}x{% extends "base" %}{% endif %}', '1:15', FIRST],
  ['{{ 2. }}', '1:4', /"2\." is no number/],
  ['{{ list.-1 }}', '1:9', /the name of a member is/],
]
const base = 'B{% block a %}a{% endblock %}{% partialdef part %}P{% endpartialdef %}'
const engineOf = (text: string): Engine => new Engine({ loaders: [new MemoryLoader({ base, page: text })] })

describe('what a template may not do', () => {
  for (const [template, place, reason] of WRONG) {
    test(template, () => {
      const error = thrownBy(() => engineOf(template).render('page'))
      assert.ok(error instanceof TemplateSyntaxError, String(error))
      assert.equal(`${error.line}:${error.column}`, place)
      assert.match(error.reason, reason)
    })
  }

  const RIGHT: ReadonlyArray<readonly [template: string, output: string]> = [
    [
      '{% set _n = 2 %}{% macro _m(_a) %}{{ _a }}{% endmacro %}{{ _m(_n) }}{% for _, v in { k: 1 } %}{{ _ }}{{ v }}{% endfor %}',
      '2k1',
    ],
    ['{{ o[key] }}{{ [o]|join(",", "_a") }}{{ [o]|dictsort("_a") }}{{ [o]|sum("b._a") }}', 'NaN'],
    ['{{ { _a: 1 }|dump|safe }}{{ _("t") }}{% block _b %}b{% endblock %}', '{"_a":1}Tb'],
    [
      ' {# c #}\n{% comment %}c{% endcomment %}{% set n = "base" %}{% extends n %}lost{% block a %}b{% endblock %}',
      'Bb',
    ],
    ['{% if o %}{% extends "base" %}{% else %}{% extends "nope" %}{% endif %}', 'Ba'],
    ['{% partialdef own %}O{% endpartialdef %}{% extends "base" %}{% block a %}{% partial own %}{% endblock %}', 'BO'],
  ]
  for (const [template, output] of RIGHT) {
    test(`but this: ${template}`, () => {
      assert.equal(engineOf(template).render('page', { o: { _a: 1, b: 2 }, key: '_a', _: () => 'T' }), output)
    })
  }

  const UNEVEN: ReadonlyArray<readonly [list: unknown, got: number]> = [
    [[[1, 2], [3]], 1],
    [[[1, 2, 3]], 3],
    [[1], 1],
    [[null], 1],
    [['abc'], 3],
    [[new Set()], 0],
  ]
  for (const [list, got] of UNEVEN) {
    test(`go over ${JSON.stringify(list)} with two names, of which one has ${got}`, () => {
      const error = thrownBy(() => renderText('\n{% for a, b in list %}{{ a }}{% endfor %}', { list }))
      assert.ok(error instanceof TemplateRenderError)
      assert.deepEqual([error.line, error.column], [2, 16])
      assert.match(error.reason, new RegExp(`Need 2 values to unpack in for loop; got ${got}\\.`))
    })
  }
})
