import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { BadRequest, Http404, PermissionDenied, TooManyFieldsSent } from 'nuages/exceptions'
import { sourceFrame, TemplateDoesNotExist, TemplateRenderError, TemplateSyntaxError } from 'nuages/template'
import { renderText, Templates, thrownBy } from './templates.ts'

/** What cannot be written, what is said of it, and where. */
const SYNTAX: ReadonlyArray<readonly [template: string, reason: RegExp, line: number, column: number]> = [
  // What is open at the end of the template.
  ['a\n{% if a %}\nx', /^\{% if %\} of line 2 has no end: write \{% endif %\}\.$/, 2, 4],
  ['{% if a %}{% elif b %}x', /\{% if %\} of line 1 has no end: write \{% endif %\}/, 1, 4],
  ['{% if a %}x{% else %}', /\{% if %\} of line 1 has no end: write \{% endif %\}/, 1, 4],
  ['\n{% block a %}\n{% block b %}x{% endblock %}', /\{% block %\} of line 2 has no end: write \{% endblock %\}/, 2, 4],
  ['{% for x in y %}', /\{% for %\} of line 1 has no end: write \{% endfor %\}/, 1, 4],
  ['{% for x in y %}{% empty %}', /\{% for %\} of line 1 has no end: write \{% endfor %\}/, 1, 4],
  ['{% macro m() %}', /write \{% endmacro %\}/, 1, 4],
  ['{% call m() %}', /write \{% endcall %\}/, 1, 4],
  ['{% set x %}', /write \{% endset %\}/, 1, 4],
  ['{% switch x %}{% case 1 %}', /write \{% endswitch %\}/, 1, 4],
  ['{% with a=1 %}', /write \{% endwith %\}/, 1, 4],
  ['{% filter upper %}', /write \{% endfilter %\}/, 1, 4],
  ['{% raw %}x', /\{% raw %\} of line 1 has no end: write \{% endraw %\}/, 1, 4],
  ['\n{% verbatim x %}', /\{% verbatim %\} of line 2 has no end: write \{% endverbatim x %\}/, 2, 4],
  ['\n{% comment %}', /has no end: write \{% endcomment %\}/, 2, 4],
  ['a\nb {# c', /^The comment that begins here has no end: write "#\}"\.$/, 2, 3],
  ['\n {{ a', /The template ends before "\{\{" does: is there a "\}\}", a bracket or a quote missing\?/, 2, 2],
  ['\n {{ "a }}', /The template ends before "\{\{" does/, 2, 2],
  ['{{ a|', /The template ends before "\{\{" does/, 1, 1],
  ['{{ a(', /The template ends before "\{\{" does/, 1, 1],
  ['x{% if a', /The template ends before "\{%" does: is there a "%\}"/, 1, 2],
  ['{%', /The template ends before "\{%" does/, 1, 1],
  // Tags that there are not, or not here.
  ['\n {% nothing %}', /^There is no tag "nothing"\.$/, 2, 5],
  ['{% forr x in y %}{% endfor %}', /^There is no tag "forr"\. Did you mean "for"\?$/, 1, 4],
  ['{% regruop x by y as z %}', /Did you mean "regroup"\?/, 1, 4],
  ['{% 1 %}', /"1" is not expected here: the name of a tag is/, 1, 4],
  ['{% endif %}', /\{% endif %\} cannot stand here: no tag is open that it could belong to/, 1, 4],
  [
    '{% block a %}{% for b in c %}\n{% endblock %}',
    /\{% endblock %\} cannot stand here: \{% for %\} of line 1 is still open/,
    2,
    4,
  ],
  ['{% if a %}\n{% case 1 %}{% endif %}', /\{% case %\} cannot stand here: \{% if %\} of line 1 is still open/, 2, 4],
  ['{% block a %}\n{% extends "x" %}{% endblock %}', /extends another in its main part/, 2, 4],
  ['{% block a %}{% endblock %}\n{% block a %}{% endblock %}', /two blocks "a"/, 2, 4],
  ['\n{% asyncEach x in y %}{% endeach %}', /rendered synchronously/, 2, 4],
  ['{% asyncAll x in y %}{% endall %}', /rendered synchronously/, 1, 4],
  ['{% ifAsync x %}{% endif %}', /rendered synchronously/, 1, 4],
  // Tags that are not as they must be.
  ['\n\n{% if %}', /"%\}" is not expected here: a value or an expression is/, 3, 7],
  [
    '{% if a = b %}{% endif %}',
    /"=" is not expected in \{% if %\}: write "%\}" to end the tag\. To compare, write "=="/,
    1,
    9,
  ],
  ['{% if a %}{% else if b %}{% endif %}', /"if" is not expected in \{% else %\}: write \{% elif condition %\}/, 1, 19],
  ['{% for 1 in x %}{% endfor %}', /name of a variable is expected here: write \{% for item in list %\}/, 1, 10],
  ['{% for a x %}{% endfor %}', /There is no "in": write \{% for item in list %\}/, 1, 10],
  ['{% for a in b backwards %}{% endfor %}', /"backwards" is not expected in \{% for %\}/, 1, 15],
  ['{% block "a" %}{% endblock %}', /without quotes: write \{% block name %\}/, 1, 14],
  ['{% extends "a" "b" %}', /"b" is not expected in \{% extends %\}/, 1, 16],
  ['{% include "a" ignore %}', /"missing" is expected after "ignore"/, 1, 23],
  ['{% include "a" with %}', /"%\}" is not expected here: a value/, 1, 21],
  ['{% include "a" with b %}', /"=" and a value are expected after "b"/, 1, 23],
  ['{% import "a" %}', /There is no "as": write \{% import "file\.html" as name %\}/, 1, 15],
  ['{% import "a" as b with x %}', /Write "with context" or "without context"/, 1, 25],
  ['{% from "a" %}', /There is no "import"/, 1, 13],
  ['{% from "a" import %}', /There is no name: write/, 1, 20],
  ['{% from "a" import b c %}', /"c" is not expected here: write a comma between the names/, 1, 22],
  ['{% from "a" import _b %}', /private to its template/, 1, 23],
  ['{% macro a %}{% endmacro %}', /as in \{% macro name\(a, b\) %\}/, 1, 12],
  ['{% macro a(1) %}{% endmacro %}', /name of a variable is expected/, 1, 4],
  ['{% call a %}{% endcall %}', /^\{% call %\} is not written as it must be\.$/, 1, 4],
  ['{% set x y %}', /"y" is not expected here: write \{% set name = value %\}/, 1, 10],
  ['{% set a.b = 1 %}', /name of a variable is expected/, 1, 4],
  ['{% set constructor = 1 %}', /cannot be called "constructor"/, 1, 4],
  // Expressions.
  ['{{ }}', /"\}\}" is not expected here: a value or an expression is/, 1, 4],
  ['{{ a-b c }}', /"c" is not expected here: write an operator, a filter, or "\}\}"/, 1, 8],
  ['{{ a && b }}', /"&&" is not expected here.*Write "and"\.$/, 1, 6],
  ['{{ a || b }}', /Write "or"\.$/, 1, 7],
  ['{{ a ? b : c }}', /Write "a if condition else b"\.$/, 1, 6],
  ['{{ a| }}', /the name of a filter is/, 1, 7],
  ['{{ a. }}', /the name of a member is/, 1, 7],
  ['{{ [1 2] }}', /"2" is not expected here: write a comma, or close the bracket/, 1, 7],
  ['{{ {a 1} }}', /write \{ key: value \}/, 1, 7],
  ['{{ f(1=2) }}', /name of an argument is expected before "="/, 1, 5],
  ['{{ x[1:2:3:4] }}', /^Between the brackets an index is expected, or a slice/, 1, 13],
  ['{{ x[] }}', /an index is expected/, 1, 6],
  ['{{ r/[/ }}', /Invalid regular expression/, 1, 4],
  ['\n{{ x|f(1).y }}', /^This expression is not written as it must be\.$/, 2, 1],
  ['{{ x\n | uper }}', /There is no filter "uper"\. Did you mean "upper"\?/, 2, 4],
  ['{{ x is evn }}', /There is no test "evn"\. Did you mean "even"\?/, 1, 9],
  ['{{ super() }}', /must stand in a block/, 1, 9],
  ['{% block a %}{% macro m() %}{{ super() }}{% endmacro %}{% endblock %}', /must stand in a block/, 1, 37],
]

describe('a template that is not written as it must be', () => {
  for (const [template, reason, line, column] of SYNTAX) {
    test(`is refused, with the place: ${JSON.stringify(template)}`, () => {
      using templates = new Templates({ 'page.html': template })
      const error = thrownBy(() => templates.render('page.html', { a: 1, x: 'x' }))
      assert.ok(error instanceof TemplateSyntaxError, String(error))
      assert.match(error.reason, reason)
      assert.equal(error.templateName, 'page.html')
      assert.equal(error.place.file, path.join(templates.directory, 'page.html'))
      assert.deepEqual([error.line, error.column], [line, column], error.message)
      assert.match(error.frame ?? '', new RegExp(`> ${line} \\|`))
      assert.ok(error.message.includes(path.join(templates.directory, 'page.html')))
      assert.doesNotMatch(error.message, /\[Line|undefined|unknown path/)
    })
  }

  test('is named itself, not the template that includes, extends or imports it', () => {
    for (const tag of [
      'include "bad.html"',
      'extends "bad.html"',
      'import "bad.html" as x',
      'from "bad.html" import x',
    ]) {
      using templates = new Templates({ 'page.html': `\n\n{% ${tag} %}`, 'bad.html': 'a\n{{ x|nothing }}' })
      const error = thrownBy(() => templates.render('page.html'))
      assert.ok(error instanceof TemplateSyntaxError)
      assert.deepEqual([error.templateName, error.line], ['bad.html', 2], tag)
    }
  })

  test('shows its lines', () => {
    using templates = new Templates({
      'page.html': '<ul>\r\n  {% for x in y %}\r\n  <li>{{ x|uper }}\r\n  {% endfor %}\r\n</ul>\r\n',
    })
    const error = thrownBy(() => templates.render('page.html'))
    assert.ok(error instanceof TemplateSyntaxError)
    assert.equal(
      error.frame,
      [
        '    1 | <ul>',
        '    2 |   {% for x in y %}',
        '  > 3 |   <li>{{ x|uper }}',
        '      |            ^',
        '    4 |   {% endfor %}',
        '    5 | </ul>',
      ].join('\n'),
    )
  })

  test('shows what moves the cursor as one column, so that the mark stands where it should', () => {
    using templates = new Templates({ 'page.html': 'a\rb\t{{ x|uper }}' })
    const error = thrownBy(() => templates.render('page.html'))
    assert.ok(error instanceof TemplateSyntaxError)
    assert.deepEqual([error.line, error.column], [1, 10])
    assert.equal(error.frame, '  > 1 | a b {{ x|uper }}\n      |          ^')
  })
})

const failing = {
  fail(): never {
    throw new RangeError('It failed.')
  },
  thing: {
    get broken(): never {
      throw new RangeError('It failed.')
    },
    fail(): never {
      throw new RangeError('It failed.')
    },
  },
  unprintable: {
    toString(): never {
      throw new RangeError('It failed.')
    },
  },
}

/** Templates that fail, and the template, line and column that is to blame. */
const FAILING: ReadonlyArray<readonly [files: Record<string, string>, place: readonly [string, number, number]]> = [
  [{ 'page.html': '\n  {{ fail() }}' }, ['page.html', 2, 6]],
  [{ 'page.html': '\n  {{ thing.fail() }}' }, ['page.html', 2, 12]],
  [{ 'page.html': '\n  {{ thing.broken }}' }, ['page.html', 2, 12]],
  [{ 'page.html': '{{ "a" }}\n{{ unprintable }}' }, ['page.html', 2, 4]],
  [{ 'page.html': '{% if a %}\n{% elif fail() %}{% endif %}' }, ['page.html', 2, 9]],
  [
    { 'page.html': '{% for x in [1] %}\n{% for y in [1] %}\n{{ fail() }}{% endfor %}{% endfor %}' },
    ['page.html', 3, 4],
  ],
  [{ 'page.html': '{% set x = 1 %}\n{% set y = fail() %}' }, ['page.html', 2, 12]],
  [{ 'page.html': '{{ x|upper }}\n{{ 1|string|indent(2000) }}\n{{ null|first }}' }, ['page.html', 2, 13]],
  [{ 'page.html': '\n{{ [1][::0] }}' }, ['page.html', 2, 7]],
  [{ 'page.html': 'a\n{% include "part.html" %}', 'part.html': '\n\n {{ fail() }}' }, ['part.html', 3, 5]],
  // After an include it is the including template again.
  [{ 'page.html': '{% include "part.html" %}\n\n {{ fail() }}', 'part.html': 'x\nx\nx\nx' }, ['page.html', 3, 5]],
  [{ 'page.html': '{% include "part.html" %}\n\n {{ [1][::0] }}', 'part.html': 'x' }, ['page.html', 3, 8]],
  [
    {
      'page.html': '{% extends "base.html" %}\n{% block a %}{{ fail() }}{% endblock %}',
      'base.html': '\n\n\n{% block a %}{% endblock %}',
    },
    ['page.html', 2, 17],
  ],
  [{ 'page.html': '{% extends "base.html" %}', 'base.html': '\n\n{{ fail() }}' }, ['base.html', 3, 4]],
  [
    {
      'page.html': '{% extends "base.html" %}{% block a %}{{ super() }}{% endblock %}',
      'base.html': '\n{% block a %}{{ fail() }}{% endblock %}',
    },
    ['base.html', 2, 17],
  ],
  [
    {
      'page.html': '{% import "m.html" as m %}\n\n{{ m.show(thing) }}',
      'm.html': '{% macro show(x) %}\n  {{ x.broken }}{% endmacro %}',
    },
    ['m.html', 2, 8],
  ],
  [{ 'page.html': '{% macro show(x) %}\n\n  {{ x.fail() }}{% endmacro %}{{ show(thing) }}' }, ['page.html', 3, 8]],
  [
    { 'page.html': '{% macro show() %}{{ caller() }}{% endmacro %}\n{% call show() %}\n{{ fail() }}{% endcall %}' },
    ['page.html', 3, 4],
  ],
  [
    { 'page.html': '{% set x %}\n{% include "part.html" %}{% endset %}', 'part.html': '{{ fail() }}' },
    ['part.html', 1, 4],
  ],
  [
    { 'page.html': '{% include "a.html" %}', 'a.html': '{% include "b.html" %}', 'b.html': '\n{{ fail() }}' },
    ['b.html', 2, 4],
  ],
]

describe('a template that fails while it is rendered', () => {
  for (const [files, [name, line, column]] of FAILING) {
    test(`is named with line and column: ${JSON.stringify(files)}`, () => {
      using templates = new Templates(files)
      const error = thrownBy(() => templates.render('page.html', failing))
      assert.ok(error instanceof TemplateRenderError, String(error))
      assert.deepEqual([error.templateName, error.line, error.column], [name, line, column])
      assert.match(error.frame ?? '', new RegExp(`> ${line} \\|`))
      if (error.cause instanceof RangeError && error.cause.message === 'It failed.')
        assert.match(error.message, /^RangeError: It failed\.\n {2}at .*:\d+:\d+\n/)
    })
  }

  test('has the error itself as its cause, whatever was thrown', () => {
    for (const thrown of [
      new RangeError('x'),
      'text',
      undefined,
      null,
      0,
      Symbol('sign'),
      Object.freeze(new Error('x')),
      { message: 'no error' },
    ]) {
      const error = thrownBy(() =>
        renderText('\n{{ fail() }}', {
          fail() {
            throw thrown
          },
        }),
      )
      assert.ok(error instanceof TemplateRenderError)
      assert.equal(error.cause, thrown)
      assert.equal(error.line, 2)
    }
  })

  test('lets an error through that is an answer of its own', () => {
    for (const answer of [
      new Http404('x'),
      new PermissionDenied('x'),
      new BadRequest('x'),
      new TooManyFieldsSent('x'),
    ]) {
      using templates = new Templates({ 'page.html': '{% include "part.html" %}', 'part.html': '{{ query.a }}' })
      const query = {
        get a(): never {
          throw answer
        },
      }
      assert.equal(
        thrownBy(() => templates.render('page.html', { query })),
        answer,
      )
    }
  })

  test('begins its stack at who asked for it', () => {
    const error = thrownBy(() => renderText('{{ fail() }}', failing))
    assert.match((error as Error).stack ?? '', /\n {4}at Templates\.render \(.*templates\.ts/)
    assert.doesNotMatch((error as Error).stack ?? '', /nunjucks\/src/)
  })

  test('that calls what is not there says what', () => {
    for (const [template, message] of [
      ['{{ nothing() }}', /"nothing" cannot be called: there is no such function/],
      ['{{ thing.nothing() }}', /"thing\.nothing" cannot be called/],
      ['{{ text() }}', /"text" cannot be called: it is no function/],
    ] as const) {
      assert.match(String(thrownBy(() => renderText(template, { text: 'x', thing: {} }))), message)
    }
  })

  test('that includes itself, or extends itself, ends with an error', { timeout: 20_000 }, () => {
    for (const tag of ['include', 'extends']) {
      using templates = new Templates({ 'page.html': `{% ${tag} "page.html" %}` })
      assert.ok(thrownBy(() => templates.render('page.html')) instanceof Error)
      assert.equal(renderText('still {{ a }}', { a: 1 }), 'still 1')
    }
  })
})

describe('a promise in a template', () => {
  const promise = (): Promise<never> => Promise.reject(new Error('Nobody waits for it.'))
  const WAYS: ReadonlyArray<readonly [template: string, name: string]> = [
    ['{{ articles }}', '"articles"'],
    ['{{ user.articles }}', '"user.articles"'],
    ['{% for a in articles %}{% endfor %}', '"articles"'],
    ['{% if articles %}{% endif %}', '"articles"'],
    ['{% set x = articles %}', '"articles"'],
    ['{{ articles|length }}', '"articles"'],
    ['{{ load() }}', '"load()"'],
    ['{{ user.load() }}', '"user.load()"'],
    ['{{ "x"|slow }}', 'What the filter "slow" gives'],
    ['{{ list[0] }}', '"list[0]"'],
    ['{{ articles.length }}', '"articles"'],
    ['{% for x in list %}{{ x }}{% endfor %}', 'An item of "list"'],
    ['{% include name %}', '"name"'],
  ]
  for (const [template, name] of WAYS) {
    test(`is named: ${template}`, () => {
      const context = {
        articles: promise(),
        user: { articles: promise(), load: promise },
        load: promise,
        list: [promise()],
        name: promise(),
      }
      for (const each of [context.articles, context.user.articles, ...context.list, context.name]) each.catch(() => {})
      const error = thrownBy(() => renderText(`\n${template}`, context, { filters: { slow: promise } }))
      assert.ok(error instanceof TemplateRenderError, String(error))
      assert.ok(
        error.reason.includes(`${name} is a promise: templates cannot wait. Await it in the view`),
        error.reason,
      )
      assert.equal(error.line, 2)
    })
  }
})

describe('a template that is not there', () => {
  test('is named, with the files that were looked for', () => {
    using templates = new Templates({})
    const error = thrownBy(() => templates.render('nothing.html'))
    assert.ok(error instanceof TemplateDoesNotExist)
    assert.equal(error.templateName, 'nothing.html')
    assert.deepEqual(error.tried, [path.join(templates.directory, 'nothing.html')])
    assert.match(error.message, /^There is no template "nothing\.html"\. Looked for: \//)
    assert.equal(error.place, undefined)
  })

  test('is named with the place of the tag that asks for it', () => {
    for (const [tag, column] of [
      ['include "nothing.html"', 12],
      ['extends "nothing.html"', 12],
      ['import "nothing.html" as x', 11],
      ['from "nothing.html" import x', 9],
    ] as const) {
      using templates = new Templates({ 'page.html': `{% include "part.html" %}`, 'part.html': `\n{% ${tag} %}` })
      const error = thrownBy(() => templates.render('page.html'))
      assert.ok(error instanceof TemplateDoesNotExist, String(error))
      assert.deepEqual(
        [error.place?.templateName, error.place?.line, error.place?.column],
        ['part.html', 2, column],
        tag,
      )
      assert.match(error.message, /> 2 \| \{%/)
    }
  })

  test('may be missing where the tag says so, but what it includes may not', () => {
    using templates = new Templates({
      'page.html': 'a{% include "nothing.html" ignore missing %}b',
      'other.html': '{% include "part.html" ignore missing %}',
      'part.html': '{% include "nothing.html" %}',
    })
    assert.equal(templates.render('page.html'), 'ab')
    assert.throws(() => templates.render('other.html'), TemplateDoesNotExist)
  })

  test('a name that is none is an error with its place', () => {
    for (const name of [undefined, null, 7, {}]) {
      const error = thrownBy(() => renderText('\n{% include name %}', { name }))
      assert.ok(error instanceof Error)
      assert.match(error.message, /page\.html:2:12/)
    }
  })
})

describe('sourceFrame', () => {
  test('shows the lines around, as far as there are any', () => {
    assert.equal(sourceFrame('a\nb\nc\nd\ne\nf', 1, undefined), '  > 1 | a\n    2 | b\n    3 | c')
    assert.equal(sourceFrame('a\nb\nc\nd\ne\nf', 6, 1), '    4 | d\n    5 | e\n  > 6 | f\n      | ^')
    assert.equal(sourceFrame('x\n'.repeat(100), 100, 1).split('\n')[2], '  > 100 | x')
  })

  test('cuts a long line around the place', () => {
    const frame = sourceFrame(`${'x'.repeat(100_000)}HERE${'x'.repeat(100_000)}`, 1, 100_001)
    assert.ok(frame.length < 500)
    const [line = '', mark = ''] = frame.split('\n')
    assert.equal(line.slice(mark.indexOf('^'), mark.indexOf('^') + 4), 'HERE')
  })
})
