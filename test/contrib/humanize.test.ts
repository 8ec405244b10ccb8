/** Numbers and dates as people say them, with Django's outputs. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { humanize } from 'nuages/contrib/humanize'
import { Engine } from 'nuages/template'

const DJANGO: ReadonlyArray<readonly [template: string, value: unknown, output: string]> = [
  ['{{ value|apnumber }}', 0, '0'],
  ['{{ value|apnumber }}', 1, 'one'],
  ['{{ value|apnumber }}', 2, 'two'],
  ['{{ value|apnumber }}', 3, 'three'],
  ['{{ value|apnumber }}', 4, 'four'],
  ['{{ value|apnumber }}', 5, 'five'],
  ['{{ value|apnumber }}', 6, 'six'],
  ['{{ value|apnumber }}', 7, 'seven'],
  ['{{ value|apnumber }}', 8, 'eight'],
  ['{{ value|apnumber }}', 9, 'nine'],
  ['{{ value|apnumber }}', 10, '10'],
  ['{{ value|apnumber }}', '5', 'five'],
  ['{{ value|apnumber }}', 'x', 'x'],
  ['{{ value|apnumber }}', null, ''],
  ['{{ value|apnumber }}', -3, '-3'],
  ['{{ value|apnumber }}', 2.7, 'two'],
  ['{{ value|intcomma }}', 0, '0'],
  ['{{ value|intcomma }}', 100, '100'],
  ['{{ value|intcomma }}', 1000, '1,000'],
  ['{{ value|intcomma }}', 10123, '10,123'],
  ['{{ value|intcomma }}', 10311, '10,311'],
  ['{{ value|intcomma }}', 1000000, '1,000,000'],
  ['{{ value|intcomma }}', -1000, '-1,000'],
  ['{{ value|intcomma }}', 4500.2, '4,500.2'],
  ['{{ value|intcomma }}', '4500', '4,500'],
  ['{{ value|intcomma }}', '4500.2', '4,500.2'],
  ['{{ value|intcomma }}', 'x', 'x'],
  ['{{ value|intcomma }}', -1234567.25, '-1,234,567.25'],
  ['{{ value|intcomma }}', '-12345', '-12,345'],
  ['{{ value|intcomma }}', 1000000000000000, '1,000,000,000,000,000'],
  ['{{ value|intword }}', 100, '100'],
  ['{{ value|intword }}', 1000000, '1.0 million'],
  ['{{ value|intword }}', 1200000, '1.2 million'],
  ['{{ value|intword }}', 1290000, '1.3 million'],
  ['{{ value|intword }}', 1000000000, '1.0 billion'],
  ['{{ value|intword }}', 2000000000, '2.0 billion'],
  ['{{ value|intword }}', '3500000', '3.5 million'],
  ['{{ value|intword }}', 999999, '999999'],
  ['{{ value|intword }}', 999999999, '1000.0 million'],
  ['{{ value|intword }}', 1300000000000000, '1.3 quadrillion'],
  ['{{ value|intword }}', 'x', 'x'],
  ['{{ value|intword }}', -1200000, '-1.2 million'],
  [
    '{{ value|intword }}',
    '10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    '1.0 googol',
  ],
  [
    '{{ value|intword }}',
    '12000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    '1.2 googol',
  ],
  [
    '{{ value|intword }}',
    '10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    '10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
  ],
  ['{{ value|ordinal }}', 0, '0th'],
  ['{{ value|ordinal }}', 1, '1st'],
  ['{{ value|ordinal }}', 2, '2nd'],
  ['{{ value|ordinal }}', 3, '3rd'],
  ['{{ value|ordinal }}', 4, '4th'],
  ['{{ value|ordinal }}', 10, '10th'],
  ['{{ value|ordinal }}', 11, '11th'],
  ['{{ value|ordinal }}', 12, '12th'],
  ['{{ value|ordinal }}', 13, '13th'],
  ['{{ value|ordinal }}', 21, '21st'],
  ['{{ value|ordinal }}', 22, '22nd'],
  ['{{ value|ordinal }}', 101, '101st'],
  ['{{ value|ordinal }}', 111, '111th'],
  ['{{ value|ordinal }}', 112, '112th'],
  ['{{ value|ordinal }}', 113, '113th'],
  ['{{ value|ordinal }}', '1', '1st'],
  ['{{ value|ordinal }}', 'x', 'x'],
  ['{{ value|ordinal }}', -1, '-1'],
  ['{{ value|ordinal }}', 1002, '1002nd'],
]

const engine = new Engine({ libraries: humanize.templateTags })
const render = (template: string, value: unknown): string => engine.fromString(template).render({ value })

/** So many seconds from now, and half a second more, so that the clock may tick on. */
const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000 + (seconds > 0 ? 500 : -500))

describe('humanize', () => {
  for (const [template, value, output] of DJANGO) {
    test(`${template} of ${JSON.stringify(value)}`, () => assert.equal(render(template, value), output))
  }

  const TIMES: ReadonlyArray<readonly [seconds: number, text: string]> = [
    [0, 'now'],
    [-1, 'a second ago'],
    [-29, '29\u00a0seconds ago'],
    [-60, 'a minute ago'],
    [-150, '2\u00a0minutes ago'],
    [-3600, 'an hour ago'],
    [-3600 * 23, '23\u00a0hours ago'],
    [-86_400, '1\u00a0day ago'],
    [-86_400 * 4 - 3600 * 6, '4\u00a0days, 6\u00a0hours ago'],
    [1, 'a second from now'],
    [30, '30\u00a0seconds from now'],
    [90, 'a minute from now'],
    [7300, '2\u00a0hours from now'],
    [86_400 * 8, '1\u00a0week, 1\u00a0day from now'],
  ]
  for (const [seconds, text] of TIMES) {
    test(`naturaltime of ${seconds} seconds`, () =>
      assert.equal(render('{{ value|naturaltime }}', inSeconds(seconds)), text))
  }

  test('naturalday', () => {
    const day = (days: number): Date => {
      const now = new Date()
      return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 12)
    }
    assert.deepEqual(
      [-1, 0, 1].map((days) => render('{{ value|naturalday }}', day(days))),
      ['yesterday', 'today', 'tomorrow'],
    )
    assert.equal(render('{{ value|naturalday }}', new Date(2007, 1, 17)), 'Feb. 17, 2007')
    assert.equal(render("{{ value|naturalday('Y-m-d') }}", '2007-02-17'), '2007-02-17')
    assert.equal(render('{{ value|naturalday }}{{ value|naturaltime }}', 'x'), 'xx')
  })
})
