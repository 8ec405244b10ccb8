/** No look-up, filter, name or text of a template leads to code. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TemplateDoesNotExist, TemplateRenderError, TemplateSyntaxError } from 'nuages/template'
import { renderText, thrownBy } from './templates.ts'

const breach = globalThis as { breached?: unknown }
const RUN = 'globalThis.breached = 1'

class Person {
  name = 'Zoë'
  get initial(): string {
    return this.name.charAt(0)
  }
  greet(other: string): string {
    return `${this.name} greets ${other}`
  }
}

/** Values of every kind to begin a look-up at. */
const context = (): Record<string, unknown> => ({
  text: 'text',
  list: ['b', 'a'],
  record: { a: 1 },
  person: new Person(),
  people: [new Person(), new Person()],
  fn: (value: unknown) => value,
  method() {
    return this
  },
  klass: Person,
  date: new Date(0),
  regex: /x/,
  map: new Map([['k', 'v']]),
  bare: Object.assign(Object.create(null) as object, { a: 1 }),
  key: 'constructor',
})

const HOSTILE: readonly string[] = [
  // Members that lead to a class.
  `{{ ''.constructor.constructor('${RUN}')() }}`,
  `{{ [].constructor.constructor('${RUN}')() }}`,
  `{{ {}.constructor.constructor('${RUN}')() }}`,
  `{{ (1).constructor.constructor('${RUN}')() }}`,
  `{{ text['constructor']['constructor']('${RUN}')() }}`,
  `{{ text['con' ~ 'structor']['con' ~ 'structor']('${RUN}')() }}`,
  `{{ text[key][key]('${RUN}')() }}`,
  `{{ text[['constructor']][['constructor']]('${RUN}')() }}`,
  `{{ text[{ toString: fn }] }}`,
  `{% set j = joiner('constructor') %}{% set o = { toString: j } %}{{ text[o][o]('${RUN}')() }}`,
  `{{ list.map.constructor('${RUN}')() }}`,
  `{{ fn.constructor('${RUN}')() }}`,
  `{{ fn['constructor']('${RUN}')() }}`,
  `{{ klass.constructor('${RUN}')() }}`,
  `{{ klass.prototype.greet.constructor('${RUN}')() }}`,
  `{{ person.greet.constructor('${RUN}')() }}`,
  `{{ person.constructor.constructor('${RUN}')() }}`,
  `{{ person.__proto__.constructor.constructor('${RUN}')() }}`,
  `{{ person['__proto__']['constructor']['constructor']('${RUN}')() }}`,
  `{{ date.constructor.constructor('${RUN}')() }}`,
  `{{ regex.constructor.constructor('${RUN}')() }}`,
  `{{ map.constructor.constructor('${RUN}')() }}`,
  `{{ r/x/.constructor.constructor('${RUN}')() }}`,
  `{{ record.__lookupGetter__('__proto__').constructor('${RUN}')() }}`,
  `{{ record.__defineGetter__('x', fn) }}{{ record.x }}`,
  `{{ fn.call.call(fn, 1) }}`,
  `{{ fn.apply(text) }}`,
  `{{ fn.bind(text) }}`,
  `{{ method().env.renderString("{{ ''.constructor.constructor('${RUN}')() }}") }}`,
  `{{ method().constructor }}`,
  // The library's own functions and variables.
  `{{ range.constructor('${RUN}')() }}`,
  `{{ cycler.constructor('${RUN}')() }}`,
  `{{ joiner.constructor('${RUN}')() }}`,
  `{{ cycler('a').next.constructor('${RUN}')() }}`,
  `{{ joiner(',').constructor('${RUN}')() }}`,
  `{{ constructor.constructor('${RUN}')() }}`,
  `{{ __proto__.constructor.constructor('${RUN}')() }}`,
  `{{ toString.constructor('${RUN}')() }}`,
  `{{ hasOwnProperty.constructor('${RUN}')() }}`,
  `{{ env.renderString('x') }}{{ context.env }}{{ runtime }}{{ frame }}{{ cb }}{{ output }}{{ lineno }}`,
  `{{ this.env }}{{ globalThis }}{{ process.exit() }}{{ require('fs') }}`,
  `{% for x in list %}{{ loop.constructor.constructor('${RUN}')() }}{% endfor %}`,
  `{% for x in list %}{{ loop['__proto__'] }}{% endfor %}`,
  // Macros, their arguments and callers.
  `{% macro m() %}{{ caller.constructor('${RUN}')() }}{% endmacro %}{% call m() %}x{% endcall %}`,
  `{% macro m() %}{{ caller }}{% endmacro %}{{ m.constructor('${RUN}')() }}`,
  `{% macro m(constructor) %}{{ constructor('x') }}{% endmacro %}{{ m() }}`,
  `{% macro m(valueOf) %}{{ valueOf().env.renderString("{{ ''.constructor.constructor('${RUN}')() }}") }}{% endmacro %}{{ m() }}`,
  `{% macro m(__lookupGetter__) %}{{ __lookupGetter__('__proto__')() }}{% endmacro %}{{ m() }}`,
  `{% macro m(toString=1) %}{{ toString }}{% endmacro %}{{ m() }}`,
  `{% macro m(__proto__) %}{{ __proto__ }}{% endmacro %}{{ m() }}`,
  `{% macro m(a) %}{{ a }}{% endmacro %}{{ m(__proto__={ a: 1 }) }}`,
  `{% macro m() %}{{ kwargs }}{{ l_a }}{{ t_1 }}{{ callerFrame }}{% endmacro %}{{ m() }}`,
  // What is set.
  `{% set constructor = 1 %}{{ constructor }}`,
  `{% set __proto__ = list %}{{ map }}`,
  `{% set c = text.constructor %}{{ c.constructor('${RUN}')() }}`,
  `{% set c %}{{ text.constructor }}{% endset %}{{ c.constructor('${RUN}')() }}`,
  `{% set d = { constructor: 1 } %}{{ d.constructor }}`,
  `{% set d = { "__proto__": person } %}{{ d.name }}`,
  `{% for constructor in list %}{{ constructor }}{% endfor %}`,
  `{% import "page.html" as constructor %}`,
  `{% block constructor %}x{% endblock %}`,
  `{% block __proto__ %}x{% endblock %}`,
  // Attribute paths in filters.
  `{{ list|join(',', 'constructor') }}`,
  `{{ list|join(',', ['constructor']) }}`,
  `{{ [list]|join(',', { toString: joiner('constructor') }) }}`,
  `{{ people|map('constructor') }}`,
  `{{ people|groupby('constructor')|dump }}`,
  `{{ people|groupby('constructor.name')|dump }}`,
  `{{ people|groupby('__proto__')|list|dump }}`,
  `{{ people|sort(false, false, 'constructor')|first }}`,
  `{{ people|sort(attribute='__proto__.constructor')|first }}`,
  `{{ people|selectattr('constructor')|first }}`,
  `{{ people|rejectattr('nothing')|selectattr('__proto__')|first }}`,
  `{{ people|sum('constructor') }}`,
  `{{ text|first|attr('constructor') }}`,
  `{{ people|select('constructor') }}`,
  `{{ text|constructor }}`,
  `{{ text|__proto__ }}`,
  `{{ text is constructor }}`,
  `{{ text is hasOwnProperty }}`,
  // Names and texts that would end the string in which the compiled code holds them.
  '{{ a"&Function`globalThis\\x2ebreached\\x3d1```&"b }}',
  "{{ a'&b }}",
  '{{ a\\u0022 }}',
  `{{ x is 'odd").call(context, (${RUN})),env.getTest("odd' }}`,
  `{{ a['\\\\", context, []),(${RUN})), true);//']() }}`,
  `{{ a["x\\ny"]() }}`,
  `{{ a['\\\\']() }}`,
  `{% set 'x", 1);(${RUN});("' = 1 %}`,
  `{% set a.b = 1 %}`,
  `{% for a, 'x");(${RUN});("' in { k: 1 } %}{{ a }}{% endfor %}`,
  `{% for 'x' in list %}{% endfor %}`,
  `{% macro 'x");(${RUN});("'() %}{% endmacro %}`,
  `{% macro m('x');(${RUN});(') %}{% endmacro %}`,
  `{% macro m(a, 'x", (${RUN})), ("'=1) %}{% endmacro %}{{ m() }}`,
  `{% import "page.html" as 'x", (${RUN})), ("' %}`,
  `{% from "page.html" import m as 'x' %}`,
  '{% block a"b %}x{% endblock %}',
  '{{ text|a"b }}',
  `{{ { 'a": 1}, ${RUN}, {"b': 1 }|dump }}`,
  `{{ "\\u2028\\u2029\\"; ${RUN}" }}`,
  // Other templates.
  `{% include "/etc/passwd" %}`,
  `{% include "../../../../../../etc/passwd" %}`,
  `{% include "./../../../../../../etc/passwd" %}`,
  `{% include "..\\\\..\\\\etc\\\\passwd" %}`,
  `{% include "page.html\\u0000" %}`,
  `{% include { raw: '/etc/passwd' } %}`,
  `{% include list %}`,
  `{% include fn %}`,
  `{% extends "file:///etc/passwd" %}`,
  `{% import "/etc/passwd" as x %}{{ x }}`,
]

describe('a hostile template', () => {
  for (const template of HOSTILE) {
    test(`runs and shows no code: ${template}`, () => {
      delete breach.breached
      let output = ''
      try {
        output = renderText(template, context())
      } catch (error) {
        assert.ok(
          error instanceof TemplateRenderError ||
            error instanceof TemplateSyntaxError ||
            error instanceof TemplateDoesNotExist,
          String(error),
        )
      }
      assert.equal(breach.breached, undefined)
      assert.doesNotMatch(output, /function|native code|class |=>|root:|\[object (?!Object\])/)
    })
  }

  test('changes no prototype', () => {
    for (const template of HOSTILE) {
      try {
        renderText(template, context())
      } catch {
        // Refused, as above.
      }
    }
    assert.deepEqual(Object.keys(Object.prototype), [])
    assert.equal(({} as { x?: unknown }).x, undefined)
  })
})

describe('an ordinary template', () => {
  const ORDINARY: ReadonlyArray<readonly [template: string, output: string]> = [
    ['{{ person.name }} {{ person.initial }} {{ person.greet("Ada") }}', 'Zoë Z Zoë greets Ada'],
    ['{{ text.length }} {{ text.toUpperCase() }} {{ text["length"] }}', '4 TEXT 4'],
    ['{{ list[0] }} {{ list.length }} {{ list.includes("a") }} {{ list.slice(1).join("") }}', 'b 2 true a'],
    ['{{ map.get("k") }} {{ map.size }} {{ bare.a }} {{ record.a }}', 'v 1 1 1'],
    ['{{ date.toISOString() }}', '1970-01-01T00:00:00.000Z'],
    ['{{ fn("x") }}', 'x'],
    ['{{ people|join("+", "name") }} {{ people|sum("name.length") }}', 'Zoë+Zoë 6'],
    [
      '{{ "a" in record }} {{ "toString" in record }} {{ "initial" in person }} {{ "k" in map }}',
      'true false true true',
    ],
    ['{{ range(3)|join }} {{ range(1, 4)|join }} {{ range(4, 0, -2)|join }}', '012 123 42'],
    ['{% set c = cycler("odd", "even") %}{{ c.next() }} {{ c.next() }} {{ c.next() }}', 'odd even odd'],
    ['{% set comma = joiner(", ") %}{% for x in list %}{{ comma() }}{{ x }}{% endfor %}', 'b, a'],
  ]
  for (const [template, output] of ORDINARY) {
    test(`may still do this: ${template}`, () => {
      assert.equal(renderText(template, context()), output)
    })
  }

  const NOTHING = [
    'constructor',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'isPrototypeOf',
    'caller',
    'propertyIsEnumerable',
    'toLocaleString',
    'globalThis',
    'process',
    'undefined',
  ]
  for (const name of NOTHING) {
    test(`a variable ${name} that nobody gave prints nothing, nor does the member`, () => {
      assert.equal(renderText(`[{{ ${name} }}][{{ record.${name} }}][{{ text["${name}"] }}]`, context()), '[][][]')
      assert.equal(renderText(`{% if ${name} %}yes{% else %}no{% endif %}`, context()), 'no')
    })
  }

  test('a function prints nothing, and none of its members is found', () => {
    assert.equal(
      renderText('[{{ fn }}][{{ person.greet }}][{{ klass }}][{{ fn.name }}][{{ fn.length }}]', context()),
      '[][][][][]',
    )
  })

  test('a function prints no code, whichever way it goes', () => {
    for (const way of ['fn|safe', 'fn|string', 'fn|escape', 'fn|upper', 'fn ~ ""', '[fn]', '[fn]|join']) {
      assert.equal(renderText(`{{ ${way} }}`, context()), '', way)
    }
  })

  test('data passes for no keyword arguments of a macro', () => {
    const forged: unknown = JSON.parse('{ "__keywords": true, "user": "Eve", "admin": true, "caller": 1 }')
    const macro = '{% macro show(user, admin=false) %}{{ user.user }} {{ admin }} {{ caller }}{% endmacro %}'
    assert.equal(renderText(`${macro}{{ show(forged) }}`, { forged }), 'Eve false ')
    assert.equal(renderText(`${macro}{{ show(forged, admin=1) }}`, { forged }), 'Eve 1 ')
    assert.equal(renderText(`${macro}{{ show(admin=2, user=forged) }}`, { forged }), 'Eve 2 ')
    assert.equal(renderText(`${macro}{{ show(forged, 3) }}`, { forged }), 'Eve 3 ')
    assert.equal(renderText(`${macro}{{ show(forged, forged).length > 0 }}`, { forged }), 'true')
  })

  test('a function of the context has no `this`, through which the engine could be reached', () => {
    const seen: unknown[] = []
    renderText('{{ look() }}', {
      look(this: unknown) {
        seen.push(this)
      },
    })
    assert.deepEqual(seen, [undefined])
  })

  test('a list that is asked for is bounded', () => {
    for (const template of [
      '{{ range(1000000000) }}',
      '{{ range(100001) }}',
      '{{ range(0, big) }}',
      '{{ "x"|center(big) }}',
      '{{ "x"|indent(big) }}',
      '{{ "x"|indent(1001) }}',
      '{{ [1]|slice(big) }}',
      '{{ [1]|batch(big, "x") }}',
    ]) {
      assert.match(
        String(thrownBy(() => renderText(template, { big: 1e300 }))),
        /out of bounds: a template can ask for 0 to (?:100000|1000)\./,
      )
    }
  })
})
