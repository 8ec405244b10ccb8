/** What a client sends costs a filter little time, and makes it give no more than is sensible. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { humanize } from 'nuages/contrib/humanize'
import { Engine, markSafe, TemplateRenderError } from 'nuages/template'
import { thrownBy } from './templates.ts'

const SIZE = 1_048_576

/**
 * How often the time of a plain escape of as much a filter may take. Each takes 6 times that at most where nothing else
 * runs; what is not linear takes thousands of times that, so that a machine which is slow or busy changes nothing.
 */
const TIMES_ESCAPE = 40

/** What an escape takes longest for. */
const QUOTES = '"'.repeat(SIZE)

const PARTS = [
  [' ', '\n', '\r\n', '\t', 'a\t', 'a\n\n', '"', '(', '1A', "it'S ", '_-', `.${';'.repeat(4000)} `],
  ['<', '<a ', '<b>', '<<b>>', '<!--', '&amp;', '\u0130', '\u3042', '\u{1f4a9}', '\ud800', 'e\u0301'],
  ['a.b) ', 'www.a.com ', 'a@b.', 'x@y.zz ', 'http://', 'http://a.b/?q=1&x=2 ', 'http://a.b/%ff '],
].flat()

/** The end of a tag that stands after all is an end that each `<` may look for; what is a number stands alone. */
const TEXTS = [
  ...PARTS.map((part) => `x${part.repeat(SIZE / part.length)}x>`),
  '1'.repeat(SIZE),
  `-${'0'.repeat(SIZE)}.0`,
]

const FILTERS = `
  add("x") addslashes capfirst capitalize center(9) cut("a") date default("x") dump e escape escapejs
  filesizeformat first float floatformat force_escape get_digit(1) indent int iriencode join(",")
  json_script("x") last length linebreaks linebreaksbr linenumbers list|length ljust(9) lower
  make_list|length nl2br phone2numeric pluralize pprint random replace("a","b") reverse rjust(9) safe
  slice(":-1") slice("::-1") slugify string stringformat("s") striptags striptags(true) time timesince title trim
  truncate(100) truncatechars(500000) truncatechars_html(500000) truncatewords(200000)
  truncatewords_html(200000) upper urlencode urlize urlizetrunc(9) wordcount wordwrap(20) yesno
  apnumber intcomma intword naturalday naturaltime ordinal
`
  .trim()
  .split(/\s+/)

describe('a filter of hostile text', () => {
  const engine = new Engine({ libraries: humanize.templateTags })
  const escape = engine.fromString('{{ text|escape }}')

  for (const filter of FILTERS) {
    test(`${filter} takes a time linear in it`, { timeout: 120_000 }, () => {
      const template = engine.fromString(`{{ text|${filter} }}`)
      const escapes = [1, 2, 3].map(() => processorTime(() => escape.render({ text: QUOTES })))
      const bound = TIMES_ESCAPE * Math.min(...escapes)
      for (const text of TEXTS) {
        const render = (): number => processorTime(() => template.render({ text }))
        // The first time may pay for warming up, and for another's garbage.
        const isFast = render() < bound || render() < bound || render() < bound
        assert.ok(isFast, `of ${JSON.stringify(text.slice(0, 30))} it takes ${TIMES_ESCAPE} times what an escape takes`)
      }
    })
  }

  test('makes no more than is asked for in reason', () => {
    for (const filter of [
      'ljust(1000000000)',
      'rjust(1000000000)',
      'center(1000000000)',
      'indent(1000000000)',
      'batch(1000000000)',
      'slice(1000000000)',
      'stringformat("99999999d")',
    ]) {
      const error = thrownBy(() =>
        engine.fromString(`{{ value|${filter} }}`).render({ value: filter[0] === 's' ? [1] : 'x' }),
      )
      assert.ok(error instanceof TemplateRenderError || filter.startsWith('stringformat'), filter)
    }
    assert.equal(engine.fromString('{{ 1|stringformat("999d")|length }}').render({}), '999')
    assert.throws(() => engine.fromString('{{ 1|stringformat("999999999d") }}').render({}), /out of bounds/)
    assert.throws(() => engine.fromString('{% lorem 1000000 p %}').render({}), /out of bounds/)
    const list: unknown[] = []
    list.push('a', list)
    assert.throws(() => engine.fromString('{{ list|unordered_list }}').render({ list }), /nested/)
  })

  test('leaves no tag in what it strips', () => {
    for (const html of [
      '<<b>script>alert(1)<<b>/script>',
      '<'.repeat(50) + 'b>'.repeat(50),
      '<scr<b>ipt>',
      '<<<<<<<<i>i>i>i>i>i>i>i>',
    ]) {
      const text = engine.fromString('{{ html|striptags }}').render({ html: markSafe(html) })
      assert.doesNotMatch(text, /<[a-z/!][^>]*>/i, html)
    }
  })

  test('looks up no member that leads to code', () => {
    const items = [{ a: 1 }, { a: 2 }]
    for (const path of ['constructor', '__proto__', 'prototype', 'a.constructor', 'constructor.constructor']) {
      for (const filter of [
        `dictsort("${path}")`,
        `dictsortreversed("${path}")`,
        `join(",", "${path}")`,
        `selectattr("${path}")`,
      ]) {
        const output = engine.fromString(`{{ items|${filter} }}`).render({ items })
        assert.doesNotMatch(output, /function|Object\]/, `${filter}: ${output}`)
      }
      if (path.startsWith('_')) continue
      const grouped = engine.fromString(
        `{% regroup items by ${path} as groups %}{{ groups|length }}{{ groups[0].grouper }}`,
      )
      assert.equal(grouped.render({ items }), '1', path)
    }
  })
})

/** Milliseconds that the processor has worked for `fn`. */
function processorTime(fn: () => unknown): number {
  const before = process.cpuUsage()
  fn()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
