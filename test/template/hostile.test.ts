/** What a client sends, and what an author writes, reaches no code and no markup, and costs what it may. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Engine, markSafe, TemplateRenderError, TemplateSyntaxError } from 'nuages/template'
import { thrownBy } from './templates.ts'

const RUNS = Number(process.env['NUAGES_FUZZ'] ?? 2000) / 10
const EVIL = `<script>"x"&'</script>`

/** Every filter that gives a text, with hostile arguments where it takes some. */
const FILTERS = `
  add(evil) addslashes capfirst capitalize center(9) cut("a") cut(evil) date(evil) default(evil) default_if_none(evil)
  dictsort(evil) divisibleby(1) dump e escape escapejs filesizeformat first float floatformat(evil) force_escape
  get_digit(evil) groupby(evil)|dump indent(2) int iriencode join(evil) json_script(evil) last length linebreaks linebreaksbr
  linenumbers list ljust(40) lower make_list nl2br phone2numeric pluralize(evil) pprint random replace("a",evil)
  replace(evil,evil) replace(r/a/g,evil) reverse rjust(40) slice(":9") slugify string stringformat("s")
  stringformat(format) striptags striptags(true) time(evil) timesince timeuntil title trim truncate(1) truncate(1,true,evil)
  truncatechars(3) truncatechars_html(3) truncatewords(1) truncatewords_html(1) unordered_list upper urlencode urlize
  urlizetrunc(3) wordcount wordwrap(3) yesno(evil)
`
  .trim()
  .split(/\s+/)
  .filter((filter) => !/^(?:divisibleby|time|date)/.test(filter))

const engine = new Engine()

describe('a filter of hostile text', () => {
  const templates = FILTERS.map((filter) => ({ filter, template: engine.fromString(`{{ value|${filter} }}`) }))

  test('leaves no markup of it, nor of its arguments, where values are escaped', () => {
    const text = fc.string({
      unit: fc.constantFrom('<', '>', 'a', ' ', '&', '"', "'", '/', '\n', 'lt;', 'http://a.b', EVIL),
    })
    fc.assert(
      fc.property(text, text, (value, evil) => {
        for (const { filter, template } of templates) {
          for (const each of [value, [value, evil], markSafe('aaa bbb ccc')]) {
            const output = shown(template, { value: each, evil, format: `s${evil}` })
            assert.doesNotMatch(withoutOwnTags(output), /</, `${filter}: ${output}`)
          }
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('keeps markup that is safe beside it', () => {
    for (const [filter, output] of [
      ['replace("NAME", evil)', '<b>&lt;i&gt;</b>'],
      ['replace("NAME", good)', '<b><i></b>'],
      ['truncate(3, true, evil)', '<b>&lt;i&gt;'],
      ['replace(r/NAME/, evil)', '&lt;b&gt;&lt;i&gt;&lt;/b&gt;'],
      ['stringformat("s<")', '&lt;b&gt;NAME&lt;/b&gt;&lt;'],
      ['stringformat("s")', '<b>NAME</b>'],
      ['list|length', '11'],
      ['reverse', '&gt;b/&lt;EMAN&gt;b&lt;'],
      ['dump', '&quot;&lt;b&gt;NAME&lt;/b&gt;&quot;'],
      ['slice(":3")|join(evil)', '&lt;&lt;i&gt;b&lt;i&gt;&gt;'],
    ] as const) {
      const context = { value: markSafe('<b>NAME</b>'), evil: '<i>', good: markSafe('<i>') }
      assert.equal(engine.fromString(`{{ value|${filter} }}`).render(context), output, filter)
    }
    const off = engine.fromString('{% autoescape off %}{{ value|replace("NAME", evil) }}{% endautoescape %}')
    assert.equal(off.render({ value: markSafe('NAME'), evil: '<i>' }), '<i>')
  })
})

describe('a template of a size that nobody writes', () => {
  const one = ['x']
  for (const [what, text, output] of [
    ['ten thousand values', '{{ a }}'.repeat(10_000), 'a'.repeat(10_000)],
    ['a hundred thousand lines of values', '<p>{{ a }}</p>\n'.repeat(100_000), '<p>a</p>\n'.repeat(100_000)],
    ['ten thousand variables', numbered(10_000, (at) => `{% set v${at} = ${at} %}`) + '{{ v9999 }}', '9999'],
    ['a hundred conditions in each other', '{% if a %}'.repeat(100) + 'x' + '{% endif %}'.repeat(100), 'x'],
    ['a hundred loops in each other', '{% for x in one %}'.repeat(100) + 'x' + '{% endfor %}'.repeat(100), 'x'],
    ['a mebibyte of text', 'x'.repeat(1_048_576), 'x'.repeat(1_048_576)],
    ['twenty thousand comments', '{% comment %}{% endcomment %}{# x #}'.repeat(20_000), ''],
  ] as const) {
    test(`is rendered: ${what}`, { timeout: 60_000 }, () => {
      assert.ok(engine.fromString(text).render({ a: 'a', one }) === output)
    })
  }

  for (const [what, text] of [
    ['conditions', '{% if a %}'.repeat(20_000) + '{% endif %}'.repeat(20_000)],
    ['brackets', `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`],
    ['sums', `{{ 1${'+1'.repeat(50_000)} }}`],
    ['members', `{{ a${'.b'.repeat(50_000)} }}`],
    ['filters', `{{ a${'|upper'.repeat(20_000)} }}`],
    ['other conditions', `{% if a %}${'{% elif b %}'.repeat(20_000)}{% endif %}`],
    ['negations', `{{ ${'not '.repeat(3000)}1 }}`],
    ['lists', `{{ ${'['.repeat(20_000)}${']'.repeat(20_000)} }}`],
  ] as const) {
    test(`is refused with its place: ${what} without end`, { timeout: 60_000 }, () => {
      const error = thrownBy(() => engine.fromString(text, 'deep.html').render({}))
      assert.ok(error instanceof TemplateSyntaxError || error instanceof TemplateRenderError, String(error))
      assert.match(error.reason, /nested too deep|too long/)
      assert.deepEqual([error.templateName, error.line], ['deep.html', 1])
    })
  }
})

function numbered(count: number, write: (at: number) => string): string {
  return Array.from({ length: count }, (_value, at) => write(at)).join('')
}

/** A page, or nothing where the filter refuses the value. */
function shown(
  template: { render(context: Record<string, unknown>): string },
  context: Record<string, unknown>,
): string {
  try {
    return template.render(context)
  } catch (error) {
    assert.ok(error instanceof TemplateRenderError, String(error))
    return ''
  }
}

/** A page without the tags that filters make themselves. */
function withoutOwnTags(page: string): string {
  return page.replace(
    /<\/?(?:p|br|li|ul)>|<a href="[^"<>]*"(?: rel="nofollow")?>|<\/a>|<script(?: id="[^"<>]*")? type="application\/json">|<\/script>$/g,
    '',
  )
}
