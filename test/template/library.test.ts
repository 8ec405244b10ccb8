/** Libraries of tags and filters: of an app, of a project, and alone. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests, setup } from 'nuages'
import { defineApp } from 'nuages/apps'
import { defineSettings, type UserSettings } from 'nuages/conf'
import { HttpResponse } from 'nuages/http'
import {
  Engine,
  getEngine,
  Library,
  markSafe,
  type SafeString,
  TagReader,
  type TemplateContext,
  TemplateSyntaxError,
} from 'nuages/template'
import { RequestFactory } from 'nuages/test'
import { path as route, rePath, urlpatterns, withScriptPrefix } from 'nuages/urls'
import { Templates, thrownBy } from './templates.ts'

function rendered(library: Library, text: string, context: Record<string, unknown> = {}): string {
  return new Engine({ libraries: [library] }).fromString(text).render(context)
}

describe('a library', () => {
  test('has filters, with what Django says of them', () => {
    const library = new Library('x')
      .filter('shout', (text: string, mark = '!') => text.toUpperCase() + mark)
      .filter('trimmed', (text: string) => text.trim(), { stringfilter: true, isSafe: true })
      .filter(
        'bold',
        (text: string, { autoescape }, tag: string) => markSafe(`<${tag}>${autoescape ? 'E' : ''}${text}</${tag}>`),
        {
          needsAutoescape: true,
        },
      )
    assert.equal(rendered(library, '{{ "a"|shout }}{{ "a"|shout("?") }}{{ "<"|shout }}'), 'A!A?&lt;!')
    assert.equal(
      rendered(library, '{{ 5|trimmed }}{{ a|trimmed }}{{ b|trimmed }}', { a: ' <i>', b: markSafe(' <i>') }),
      '5&lt;i&gt;<i>',
    )
    assert.equal(
      rendered(
        library,
        '{{ "a"|bold("b") }}{{ "a"|safe|bold("b") }}{% autoescape off %}{{ "a"|bold("b") }}{% endautoescape %}',
      ),
      '<b>Ea</b><b>a</b><b>a</b>',
    )
  })

  test('has simple tags, whose values are escaped unless they are safe', () => {
    const library = new Library('x')
      .simpleTag('show', (...args: unknown[]) => args.map((each) => JSON.stringify(each)).join(' '))
      .simpleTag('bold', (text: string) => markSafe(`<b>${text}</b>`))
      .simpleTag('name', (context: TemplateContext, suffix = '') => `${String(context.get('name'))}${suffix}`, {
        takesContext: true,
      })
    assert.equal(
      rendered(library, "{% autoescape off %}{% show %}|{% show 1 'a' n|upper %}|{% show 1 b=2 %}{% endautoescape %}", {
        n: 'x',
      }),
      '|1 "a" "X"|1 {"b":2}',
    )
    assert.equal(rendered(library, "{% show '<' %}{% bold 'x' %}"), '&quot;&lt;&quot;<b>x</b>')
    assert.equal(
      rendered(library, "{% bold 'x' as y %}[{{ y }}]{% show '<' as z %}{{ z }}"),
      '[<b>x</b>]&quot;&lt;&quot;',
    )
    assert.equal(rendered(library, "{% name %}{% name '!' %}", { name: 'Zoë' }), 'ZoëZoë!')
  })

  test('has tags around a body', () => {
    const library = new Library('x')
      .simpleBlockTag('box', (content: SafeString, kind = 'plain') =>
        markSafe(`<div class="${kind}">${String(content)}</div>`),
      )
      .simpleBlockTag('quiet', () => undefined, { endName: 'loud' })
    assert.equal(
      rendered(library, "{% box 'a' %}<i>{{ x }}</i>{% endbox %}{% box as b %}{% endbox %}{{ b }}", { x: '<' }),
      '<div class="a"><i>&lt;</i></div><div class="plain"></div>',
    )
    assert.equal(rendered(library, 'a{% quiet %}b{% loud %}c'), 'ac')
  })

  test('has tags that show a template of their own', () => {
    using templates = new Templates(
      {
        'list.html': '{% for x in items %}<li>{{ x }}</li>{% endfor %}{{ secret }}',
        'page.html': "{% results '<' %}{% first 1 as f %}[{{ f }}]",
      },
      {
        libraries: [
          new Library('x')
            .inclusionTag('list.html', 'results', (item: string) => ({ items: [item] }))
            .inclusionTag(
              ['missing.html', 'list.html'],
              'first',
              (context: TemplateContext, item: number) => ({ items: [item, context.get('secret')] }),
              { takesContext: true },
            ),
        ],
      },
    )
    assert.equal(templates.render('page.html', { secret: 's' }), '<li>&lt;</li>[<li>1</li><li>s</li>]')
    const wrong = new Library('y').inclusionTag('list.html', 'wrong', (() => 5) as never)
    assert.match(String(thrownBy(() => rendered(wrong, '{% wrong %}'))), /must give an object of variables/)
  })

  test('has tags that read themselves, and globals', () => {
    const library = new Library('x').global('site', 'S').tag({
      tags: ['twice'],
      parse(parser, nodes, lexer) {
        const reader = new TagReader(parser, nodes, lexer)
        const value = reader.value()
        reader.end()
        return reader.sequence([reader.output(value), reader.output(value)])
      },
    })
    assert.equal(rendered(library, '{% twice site %}'), 'SS')
  })

  test('refuses what cannot be, and says why', () => {
    const library = new Library('money').filter('euros', String)
    assert.throws(() => library.filter('euros', String), /"money" has a filter "euros" already/)
    assert.throws(() => library.filter('a b', String), /cannot be the name of a filter/)
    assert.throws(() => library.filter('constructor', String), /cannot be the name of a filter/)
    assert.throws(
      () => library.simpleTag('x', undefined as never),
      /The tag "x" of the library "money" needs a function/,
    )
    assert.throws(() => new Library('a-b'), /cannot be the name of a library/)
    assert.throws(
      () => new Engine({ libraries: [library, new Library('shop').filter('euros', String)] }).fromString(''),
      /The libraries "money" and "shop" both have a filter "euros"/,
    )
    assert.throws(
      () => new Engine({ libraries: [library, new Library('money')] }).fromString(''),
      /Two template libraries are called "money"/,
    )
  })

  test('is named by load, which checks it', () => {
    const library = new Library('money').filter('euros', String).simpleTag('price', String)
    assert.equal(rendered(library, '{% load money %}{% load euros price from money %}ok'), 'ok')
    for (const [text, reason] of [
      ['{% load mony %}', /there is no library "mony". Did you mean "money"/],
      ['{% load euro from money %}', /the library "money" has no "euro". Did you mean "euros"/],
      ['{% load x from nowhere %}', /there is no library "nowhere"/],
    ] as const) {
      const error = thrownBy(() => rendered(library, text))
      assert.ok(error instanceof TemplateSyntaxError)
      assert.match(error.message, reason)
    }
  })

  test('a promise in a tag is an error that says so', () => {
    const library = new Library('x').simpleTag('later', async () => 'x')
    assert.match(String(thrownBy(() => rendered(library, '{% later %}'))), /promise/)
  })
})

describe('a tag that is written wrongly', () => {
  const WRONG: ReadonlyArray<readonly [template: string, reason: RegExp]> = [
    ['{% autoescape maybe %}{% endautoescape %}', /write "on" or "off"/],
    ['{% cycle %}', /write the values/],
    ['{% cycle name %}', /there is no cycle "name" before it/],
    ['{% resetcycle %}', /there is no cycle before it/],
    ['{% comment %}x', /has no end: write {% endcomment %}/],
    ['{% firstof %}', /at least 1 value/],
    ['{% now %}', /it takes 1 value, and has 0/],
    ['{% widthratio 1 2 %}', /it takes 3 values, and has 2/],
    ['{% templatetag brace %}', /"brace" is none of openblock/],
    ['{% with %}{% endwith %}', /write name=value/],
    ['{% with a=1 %}x', /has no end: write {% endwith %}/],
    ['{% regroup a %}', /regroup list by member as name/],
    ['{% regroup a by b %}', /write "as" and a name/],
    ['{% spaceless x %}{% endspaceless %}', /"x" is too much/],
    ['{% partialdef a %}{% endpartialdef b %}', /names another part than "a"/],
    ['{% partialdef %}{% endpartialdef %}', /a name is missing/],
    ['{% lorem 1 w 5 %}', /"5" is too much/],
    ['{% ifchanged %}x', /has no end: write {% endifchanged %}/],
  ]
  for (const [template, reason] of WRONG) {
    test(template, () => {
      const error = thrownBy(() => new Engine().fromString(template))
      assert.ok(error instanceof TemplateSyntaxError, String(error))
      assert.match(error.message, reason)
      assert.equal(error.line, 1)
    })
  }
})

const view = (): HttpResponse => new HttpResponse('')
const urls = urlpatterns(
  route('', view, 'home'),
  route('news/<int:year>/<str:slug>/', view, 'article'),
  rePath(/old\/(?<id>\d+)\//, view, 'old'),
)

async function render(
  text: string,
  settings: UserSettings = {},
  context: Record<string, unknown> = {},
): Promise<string> {
  await setup(defineSettings({ rootUrlconf: async () => ({ urls }), ...settings }))
  return getEngine().fromString(text).render(context)
}

describe('the tags of a project', () => {
  afterEach(resetForTests)

  test('url takes parameters by name and in their order', async () => {
    const text =
      "{% url 'home' %} {% url 'article' year=2026 slug='a b' %} {% url 'article' 2026 slug %} {% url 'old' 7 %}"
    assert.equal(await render(text, {}, { slug: 'ü' }), '/ /news/2026/a%20b/ /news/2026/%C3%BC/ /old/7/')
    assert.equal(
      withScriptPrefix('/shop', () => getEngine().fromString("{% url 'home' %}").render()),
      '/shop/',
    )
  })

  test('url gives a variable an address, or nothing', async () => {
    assert.equal(await render("{% url 'home' as a %}{% url 'nowhere' as b %}[{{ a }}][{{ b }}]"), '[/][]')
    assert.equal(await render("{% url 'home' as url %}{{ url }}{% url 'home' %}"), '//')
  })

  test('url says what is wrong', async () => {
    for (const [text, reason] of [
      ["{% url 'hom' %}", /hom/],
      ["{% url 'article' 1 %}", /does not take 1 parameters/],
      ["{% url 'article' 'x' 'y' %}", /does not take "x" for "year"/],
      ["{% url 'article' 1 slug='y' %}", /in their order or by name/],
      ['{% url missing %}', /needs the name of a route/],
    ] as const) {
      await assert.rejects(render(text), reason, text)
    }
  })

  // The outputs of Django's documentation, and of its tests.
  for (const [query, text, output] of [
    ['color=red&size=S', "{% querystring color=red size='S' %}", '?color=&size=S'],
    ['color=red', "{% querystring size='L' %}", '?color=red&size=L'],
    ['color=blue&size=M', '{% querystring size=none %}', '?color=blue'],
    ['color=blue&size=M', "{% querystring color='red' size='S' %}", '?color=red&size=S'],
    ['a=1&a=2', '{% querystring %}', '?a=1&a=2'],
    ['', '{% querystring %}', '?'],
    ['a=1', '{% querystring a=none %}', '?'],
    ['page=3', '{% querystring tag=["b", "ü c"] page=page + 1 %}', ''],
    ['page=3', '{% querystring tag=tags page=next as link %}{{ link|safe }}', '?page=4&tag=b&tag=%C3%BC+c'],
    ['a=1', '{% querystring fields query b=3 %}', '?x=%22%3E%3Cscript%3E&a=1&b=3'],
  ] as const) {
    test(`querystring of "${query}": ${text}`, async () => {
      const request = new RequestFactory().get(`/?${query}`)
      const context = {
        request,
        query: request.query,
        tags: ['b', 'ü c'],
        next: 4,
        red: '',
        fields: { x: '"><script>' },
      }
      if (output === '') return assert.rejects(render(text, {}, context), TemplateSyntaxError)
      return assert.equal((await render(text, {}, context)).replaceAll('&amp;', '&'), output)
    })
  }

  test('querystring without a request says what is missing', async () => {
    await assert.rejects(render('{% querystring page=2 %}'), /requestContext among the contextProcessors/)
    await assert.rejects(render('{% querystring 5 %}'), /takes objects with fields/)
    const context = { request: new RequestFactory().get('/?a=1') }
    assert.equal(await render('{% querystring b=2 %}', {}, context), '?a=1&amp;b=2')
  })

  test('static and get_static_prefix', async () => {
    const text = "{% load static %}{% static 'a b.css' %} {% static 'x' as y %}{{ y }} {% get_static_prefix %}"
    assert.equal(await render(text, { staticUrl: '/s/' }), '/s/a%20b.css /s/x /s/')
  })

  test('debug shows the context while debugging only', async () => {
    assert.equal(await render('{% debug %}', {}, { a: '<b>' }), '')
    assert.match(await render('{% debug %}', { debug: true }, { a: '<b>' }), /a: &#x27;&lt;b&gt;&#x27;/)
  })

  test('libraries of apps and of the project are known', async () => {
    const templateTags = new Library('shop').filter('euros', (cents: number) => `${cents / 100} €`)
    const installedApps = [defineApp({ name: 'shop', path: import.meta.dirname, templateTags })]
    const libraries = [new Library('mine').simpleTag('hello', () => 'hello')]
    assert.equal(
      await render('{% load shop mine %}{{ 250|euros }} {% hello %}', { installedApps, templates: { libraries } }),
      '2.5 € hello',
    )
    await assert.rejects(
      render('', { installedApps, templates: { libraries: [new Library('other').filter('euros', String)] } }),
      /"shop" and "other" both have a filter "euros"/,
    )
    assert.throws(
      () => defineSettings({ templates: { libraries: [undefined as never] } }),
      /templates.libraries\[0\] must be an object/,
    )
  })
})
