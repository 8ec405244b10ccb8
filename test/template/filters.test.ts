import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { markSafe } from 'nuages/template'
import { renderText, thrownBy } from './templates.ts'

const people = [
  { name: 'zoë', age: 30, team: { id: 'b' } },
  { name: 'Ada', age: 36, team: { id: 'a' } },
  { name: 'bob', age: 20, team: { id: 'b' } },
]

const CASES: ReadonlyArray<readonly [template: string, output: string]> = [
  ['{{ people|sort(attribute="name")|join(" ", "name") }}', 'Ada bob zoë'],
  ['{{ people|sort(false, true, "name")|join(" ", "name") }}', 'Ada bob zoë'],
  ['{{ people|sort(reverse=true, attribute="age")|join(" ", "age") }}', '36 30 20'],
  ['{{ people|sort(attribute="team.id")|join(" ", "name") }}', 'Ada zoë bob'],
  [
    '{{ ["b", "A", "c"]|sort|join }} {{ ["b", "A", "c"]|sort(true)|join }} {{ [10, 9]|sort|join(",") }}',
    'Abc cbA 9,10',
  ],
  ['{% for id, group in people|groupby("team.id") %}{{ id }}:{{ group|length }} {% endfor %}', 'b:2 a:1 '],
  ['{{ people|sum("age") }} {{ [1, 2]|sum }} {{ [1, 2]|sum(start=3) if false else "" }}', '86 3 '],
  ['{{ flags|selectattr("on")|length }} {{ flags|rejectattr("on")|length }}', '1 2'],
  ['{{ missing|join(",") }}{{ missing|length }}', '0'],
  ['[{{ "  a b "|trim }}] [{{ "ab"|center(6) }}] [{{ "abc"|center(6) }}]', '[a b] [  ab  ] [ abc  ]'],
  ['{{ "a\\nb\\n"|indent(2) }}|{{ "a\\nb"|indent(2, true) }}', 'a\n  b\n  |  a\n  b'],
  ['{{ "<p class=x>a  <b>b</b></p><!-- c <i> -->"|striptags }}', 'a  b'],
  ['{{ "a < b <3 <"|striptags }}', 'a &lt; b &lt;3 &lt;'],
  ['{{ "a  \\n\\n\\n\\n  b"|striptags(true) }}', 'a\n\nb'],
  [
    '{{ "a b/ä&"|urlencode }} {{ { q: "a b", "ü": 1 }|urlencode }} {{ half|urlencode }}',
    'a%20b/%C3%A4%26 q=a%20b&amp;%C3%BC=1 %EF%BF%BD',
  ],
  [
    '{{ { a: "</script><!--&" }|json_script("data") }}',
    '<script id="data" type="application/json">{"a":"\\u003C/script\\u003E\\u003C!--\\u0026"}</script>',
  ],
  ['{{ missing|json_script("a\\"b") }}', '<script id="a&quot;b" type="application/json">null</script>'],
  [
    '{{ text|upper|lower|capitalize|title }} {{ text|replace("e", "3") }} {{ text|reverse }} {{ text|truncate(4) }}',
    'Text t3xt txet text',
  ],
]

describe('a filter', () => {
  for (const [template, output] of CASES) {
    test(`does what it says: ${template}`, () => {
      const context = { people, flags: [{ on: true }, { on: false }, {}], text: 'text', half: '\ud800' }
      assert.equal(renderText(template, context), output)
    })
  }

  test('takes a value of any kind for a text', () => {
    const filters = [
      'capitalize',
      'lower',
      'nl2br',
      'replace("x", "y")',
      'safe',
      'string',
      'title',
      'truncate(9)',
      'upper',
      'urlize',
      'wordcount',
    ]
    for (const filter of filters) {
      assert.match(renderText(`{{ value|${filter} }}`, { value: 5 }), /^[15]$/, filter)
      for (const value of [null, undefined, {}, [], [null], { toString: 1 }, Object.create(null), () => 1]) {
        assert.doesNotMatch(renderText(`{{ value|${filter} }}`, { value }), /=>/, filter)
      }
    }
  })

  test('sorts a copy', () => {
    const list = ['b', 'a']
    renderText('{{ list|sort }}', { list })
    assert.deepEqual(list, ['b', 'a'])
  })

  test('keeps HTML that is safe, and only that', () => {
    for (const filter of ['trim', 'center(3)', 'indent(0)', 'striptags', 'escape', 'e']) {
      assert.equal(renderText(`{{ x|${filter} }}`, { x: markSafe('&amp;') }).trim(), '&amp;', filter)
      assert.equal(renderText(`{{ x|${filter} }}`, { x: '&amp;' }).trim(), '&amp;amp;', filter)
    }
  })

  test('groups by names that clients may choose', () => {
    const items = ['constructor', '__proto__', 'toString', '<b>', '1', 'constructor'].map((name) => ({ name }))
    const output = renderText(
      '{% for name, group in items|groupby("name") %}{{ name }}:{{ group|length }} {% endfor %}',
      { items },
    )
    assert.equal(output, '1:1 constructor:2 __proto__:1 toString:1 &lt;b&gt;:1 ')
  })

  test('says what it needs', () => {
    assert.match(String(thrownBy(() => renderText('{{ 7|sum }}'))), /This filter needs a list/)
  })
})
