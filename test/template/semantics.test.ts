/** What is true, equal, smaller and contained in templates, as Django has it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  conditionalEscape,
  Engine,
  formatHtml,
  formatHtmlJoin,
  markSafe,
  MemoryLoader,
  type SafeString,
  templateRendered,
} from 'nuages/template'
import { configureLogging, type LogRecord } from 'nuages/utils'
import { renderText } from './templates.ts'

const TRUE = [true, 1, -1, 'x', '0', [0], { a: 1 }, new Map([[1, 1]]), new Set([1]), new Date(0), () => 1, 1n]
const FALSE = [
  undefined,
  null,
  false,
  0,
  0n,
  '',
  [],
  {},
  new Map(),
  new Set(),
  markSafe(''),
  Object.create(null) as object,
  new Uint8Array(),
  new URLSearchParams(),
]
/** Ways to ask whether `v` is true; each says `y` or `n`. */
const QUESTIONS = [
  '{% if v %}y{% else %}n{% endif %}',
  '{% if v %}{% for i in [1] %}y{% endfor %}{% else %}n{% endif %}',
  '{% if false %}{% elif v %}y{% else %}n{% endif %}',
  '{% if not v %}n{% else %}y{% endif %}',
  '{% if v and true %}y{% else %}n{% endif %}{# and #}',
  '{% if false or (v) %}y{% else %}n{% endif %}',
  '{% if o.v %}y{% else %}n{% endif %}',
  '{{ "y" if v else "n" }}',
  '{{ (v and "y") and "y" or "n" }}',
  '{{ v|yesno:"y,n,n" }}',
  '{% firstof v "-" as f %}{{ "n" if f == "-" else "y" }}',
  '{{ "y" if v is truthy else "n" }}{# test #}',
  '{{ "y" if [o]|selectattr("v")|length else "n" }}',
]

describe('what is true', () => {
  for (const question of QUESTIONS) {
    test(question, () => {
      const engine = new Engine({ loaders: [new MemoryLoader({ a: question })] })
      const ask = (v: unknown): string => engine.render('a', { v, o: { v } })
      assert.deepEqual(
        TRUE.map(ask),
        TRUE.map(() => 'y'),
      )
      assert.deepEqual(
        FALSE.map(ask),
        FALSE.map(() => 'n'),
      )
    })
  }

  test('`and` and `or` give one of the two', () => {
    assert.equal(renderText('{{ [] or "d" }} {{ [1] or "d" }} {{ "" and x }} {{ [2] and [3] }}'), 'd 1  3')
  })
})

/** Kinds of values between which there is an order; `undefined` is Python's `None`. */
const scalar = fc.oneof(
  fc.constantFrom(undefined, null, true, false, 0, 1, 2, 1n, 2n, '', '1', 'a', 'b', 'true', 'null'),
  fc.constantFrom(0, 1).map((time) => new Date(time)),
  fc.constantFrom('1', 'a').map(markSafe),
)
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), fc.dictionary(fc.constantFrom('a', 'b'), scalar))

/** What Python would compare: a kind, and a value of it. */
function known(given: unknown): readonly [kind: string, value: unknown] {
  if (given === undefined || given === null) return ['none', 0]
  if (given instanceof Date) return ['date', given.getTime()]
  if (Array.isArray(given)) return ['list', JSON.stringify(given.map(known))]
  if (typeof given === 'string') return ['text', given]
  if (typeof given !== 'object') return ['number', Number(given)]
  if (Object.hasOwn(given, 'val')) return ['text', (given as SafeString).toString()]
  const pairs = Object.entries(given).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return ['dict', JSON.stringify(pairs.map(([name, member]) => [name, known(member)]))]
}

function reference(operator: string, one: unknown, other: unknown): boolean {
  const [[kind, a], [otherKind, b]] = [known(one), known(other)] as [[string, number], [string, number]]
  const isEqual = kind === otherKind && a === b
  if (operator === '==') return isEqual
  if (operator === '!=') return !isEqual
  if (kind !== otherKind || !['number', 'text', 'date'].includes(kind)) return false
  return { '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[operator] as boolean
}

describe('comparisons', () => {
  const templates = Object.fromEntries(
    ['==', '!=', '<', '<=', '>', '>='].map((operator) => [operator, `{{ a ${operator} b }}`]),
  )
  const members = Object.fromEntries(Object.keys(templates).map((name) => [`o${name}`, `{{ o.a ${name} o.b }}`]))
  const lists = { in: '{{ a in l }}', 'not in': '{% if a not in l %}true{% else %}false{% endif %}' }
  const engine = new Engine({ loaders: [new MemoryLoader({ ...templates, ...members, ...lists })] })

  for (const operator of Object.keys(templates)) {
    test(`${operator} is Python's`, () => {
      fc.assert(
        fc.property(value, value, (a, b) => {
          const wanted = String(reference(operator, a, b))
          assert.equal(engine.render(operator, { a, b }), wanted)
          assert.equal(engine.render(`o${operator}`, { o: { a, b } }), wanted)
        }),
        { numRuns: 500 },
      )
    })
  }

  test('what is in a list equals one of its items', () => {
    fc.assert(
      fc.property(value, fc.array(value, { maxLength: 4 }), (a, l) => {
        const wanted = l.some((item) => reference('==', a, item))
        assert.equal(engine.render('in', { a, l }), String(wanted))
        assert.equal(engine.render('not in', { a, l }), String(!wanted))
      }),
    )
  })

  const FORMS: ReadonlyArray<readonly [template: string, output: string]> = [
    [
      '{{ "5" == 5 }} {{ null < 1 }} {{ nope == null }} {{ 1 < "2" }} {{ "a" == ("a"|safe) }}',
      'false false true false true',
    ],
    ['{{ x == "a" }} {{ "a" != x }} {{ x == 1 }} {{ 1 < 2 < 3 }} {{ 1 < 2 == true }}', 'true false false true true'],
    ['{{ "b" in "abc" }} {{ 1 in "123" }} {{ nope in "abc" }} {{ ("b"|safe) in ["b"] }}', 'true false false true'],
    [
      '{{ "k" in map }} {{ "v" in map }} {{ 1 in set }} {{ "page" in query }} {{ "a" in { a: 1 } }}',
      'true false true true true',
    ],
    ['{{ 1 in nope }} {{ 1 not in nope }} {{ not (1 in nope) }} {{ 1 in 2 }}', 'false false true false'],
    ['{{ nope is None }} {{ 0 is not None }} {{ nope is none }} {{ null is none }}', 'true true false true'],
    [
      '{{ true is True }} {{ 1 is True }} {{ 1 is not True }} {{ false is false }} {{ x is "a" }}',
      'true false true true true',
    ],
    ['{% if True %}T{% endif %}{% if False or None %}F{% endif %}{{ [None, True, False]|length }}', 'T3'],
    [
      '{{ 1e3 }} {{ 1.5E1 }} {{ 25e-1 }} {{ .5 }} {{ .5e1 }} {{ -.5 }} {{ 1 + .5 }} {{ list.0 }}',
      '1000 15 2.5 0.5 5 -0.5 1.5 1',
    ],
    [
      '{{ map.k }} {{ map.size }} {{ map["k"] }} {{ map.1 }} {{ map.nope }} {{ query.page }} {{ set.size }}',
      'v 7 v one  2 2',
    ],
    ['{{ list[-1] }} {{ list["-1"] }} {{ list[-9] }}', '3  '],
  ]
  const context = {
    x: 'a',
    list: [1, 2, 3],
    set: new Set([1, 2]),
    query: new URLSearchParams('page=2'),
    map: new Map<unknown, unknown>([
      ['k', 'v'],
      ['size', 7],
      [1, 'one'],
    ]),
  }
  for (const [template, output] of FORMS) test(template, () => assert.equal(renderText(template, context), output))
})

test('HTML is put together out of what is escaped once', () => {
  const links = formatHtmlJoin('<br>', ['<a>', markSafe('<i>')], (item) => formatHtml`<li>${item}</li>`)
  assert.equal(String(links), '<li>&lt;a&gt;</li>&lt;br&gt;<li><i></li>')
  assert.equal(String(formatHtmlJoin(markSafe('<br>'), new Set([1, '&']), (item) => item)), '1<br>&amp;')
  assert.equal(String(conditionalEscape(conditionalEscape('<'))) + String(conditionalEscape(null)), '&lt;')
  assert.equal(renderText('{{ links }}', { links }), String(links))
})

test('a receiver of templateRendered that throws is logged, and the page rendered', async () => {
  const records: LogRecord[] = []
  const handler = { handle: (record: LogRecord) => void records.push(record) }
  configureLogging({ 'nuages.dispatch': { handlers: [handler], propagate: false } })
  const receiver = (): never => {
    throw new RangeError('No.')
  }
  templateRendered.connect(receiver)
  try {
    assert.equal(renderText('page'), 'page')
    await new Promise(setImmediate)
  } finally {
    templateRendered.disconnect(receiver)
    configureLogging({})
  }
  assert.match(records.map(({ message }) => message).join(), /The receiver receiver\(\) of a signal failed/)
})
