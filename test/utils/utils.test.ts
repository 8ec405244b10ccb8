import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  camelCase,
  closest,
  constantTimeCompare,
  escapeControls,
  escapeHtml,
  httpDate,
  packageRoot,
  parseHttpDate,
  randomString,
  snakeCase,
} from 'nuages/utils'

const RUNS = Number(process.env['NUAGES_FUZZ'] ?? 2000)

describe('text', () => {
  test('is made safe for HTML, and comes back out of it', () => {
    assert.equal(
      escapeHtml(`<a href="x" b='y'>&amp;</a>`),
      '&lt;a href=&quot;x&quot; b=&#x27;y&#x27;&gt;&amp;amp;&lt;/a&gt;',
    )
    const back: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeHtml(text)
        assert.doesNotMatch(escaped, /[<>"']/)
        assert.equal(
          escaped.replace(/&(\w+|#x27);/g, (_match, name: string) => back[name] as string),
          text,
        )
      }),
      { numRuns: RUNS },
    )
  })

  test('is made safe for one line of a log or a terminal', () => {
    assert.equal(escapeControls('a\nb\rc\td\0\x1b[31m\x7f\x85\u2028'), 'a\\nb\\rc\\td\\x00\\x1b[31m\\x7f\\x85\\u2028')
    assert.equal(escapeControls('Zoë ☁ 😀'), 'Zoë ☁ 😀')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(escapeControls(text), /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
      }),
      { numRuns: RUNS },
    )
  })

  test('cannot turn the direction of a line of a log', () => {
    assert.equal(escapeControls('a\u202eb\u2066c\u200fd'), 'a\\u202eb\\u2066c\\u200fd')
  })

  test('is escaped in linear time', () => {
    const hostile = '<&"\n\x1b'.repeat(200_000)
    const begun = performance.now()
    escapeHtml(hostile)
    escapeControls(hostile)
    assert.ok(performance.now() - begun < 2000)
  })

  test('changes between the cases of names', () => {
    for (const [camel, snake] of [
      ['helloWorld', 'hello_world'],
      ['a', 'a'],
      ['dataUploadMaxMemorySize', 'data_upload_max_memory_size'],
    ] as const) {
      assert.equal(camelCase(snake), camel)
      assert.equal(snakeCase(camel), snake)
    }
    assert.equal(camelCase('no-color'), 'noColor')
    assert.equal(camelCase('port2-x'), 'port2X')
  })
})

describe('the closest of some words', () => {
  test('is the one that was meant', () => {
    const commands = ['runserver', 'runfcgi', 'runcgi', 'check', 'startapp', 'startproject', 'help']
    for (const [word, meant] of [
      ['runsrever', 'runserver'],
      ['runcg', 'runcgi'],
      ['chekc', 'check'],
      ['statapp', 'startapp'],
      ['hlep', 'help'],
      ['HELP', 'help'],
      ['run-server', 'runserver'],
    ] as const) {
      assert.equal(closest(word, commands), meant, word)
    }
  })

  test('is none where nothing is near', () => {
    assert.equal(closest('migrate', ['runserver', 'help']), undefined)
    assert.equal(closest('anything', []), undefined)
    assert.equal(closest('x', ['ab', 'y', 'help']), undefined)
    assert.equal(closest('id', ['pk', 'ok']), undefined)
    assert.equal(closest('', ['a', 'ab']), undefined)
  })

  test('is the first of several that are as near', () => {
    assert.equal(closest('bat', ['cat', 'hat']), 'cat')
  })
})

describe('dates of HTTP', () => {
  const time = Date.UTC(1994, 10, 6, 8, 49, 37)

  test('are written in the preferred form', () => {
    assert.equal(httpDate(time), 'Sun, 06 Nov 1994 08:49:37 GMT')
    assert.equal(httpDate(new Date(time + 999)), 'Sun, 06 Nov 1994 08:49:37 GMT')
    assert.throws(() => httpDate(Number.NaN), RangeError)
  })

  test('are read in all three forms, as RFC 9110 demands', () => {
    assert.equal(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT'), time)
    assert.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT'), time)
    assert.equal(parseHttpDate('Sun Nov  6 08:49:37 1994'), time)
    assert.equal(parseHttpDate('Wed Nov 16 08:49:37 1994'), Date.UTC(1994, 10, 16, 8, 49, 37))
    assert.equal(parseHttpDate('Tue, 29 Feb 2028 23:59:60 GMT'), Date.UTC(2028, 2, 1))
  })

  test('with two digits for the year lie in the last hundred years, or in the next fifty', () => {
    const year = new Date().getUTCFullYear()
    const read = (full: number) =>
      new Date(
        parseHttpDate(`Sunday, 06-Nov-${String(full % 100).padStart(2, '0')} 08:49:37 GMT`) as number,
      ).getUTCFullYear()
    assert.equal(read(year + 49), year + 49)
    assert.equal(read(year + 51), year - 49)
    assert.equal(read(year), year)
  })

  test('that are none are not guessed at', () => {
    for (const text of [
      '',
      'yesterday',
      '1994-11-06',
      'Sun, 06 Nov 1994 08:49:37',
      'Sun, 06 Nov 1994 08:49:37 CET',
      'Sun, 6 Nov 1994 08:49:37 GMT',
      'Sun, 31 Feb 1994 08:49:37 GMT',
      'Sun, 00 Nov 1994 08:49:37 GMT',
      'Sun, 06 Foo 1994 08:49:37 GMT',
      'Sun, 06 Nov 1994 24:00:00 GMT',
      'Sun, 06 Nov 1994 08:60:00 GMT',
      'Sun, 06 Nov 1994 08:49:37 GMT\n',
      ' Sun, 06 Nov 1994 08:49:37 GMT',
    ]) {
      assert.equal(parseHttpDate(text), undefined, text)
    }
  })

  test('come back as they were written', () => {
    const seconds = fc.integer({ min: 0, max: 253_402_300_799 })
    fc.assert(
      fc.property(seconds, (second) => assert.equal(parseHttpDate(httpDate(second * 1000)), second * 1000)),
      { numRuns: RUNS },
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseHttpDate(text)
        assert.ok(read === undefined || Number.isSafeInteger(read))
      }),
      { numRuns: RUNS },
    )
  })
})

describe('random text and comparing', () => {
  test('has the length and the letters that were asked for, each as often as the others', () => {
    assert.match(randomString(50), /^[A-Za-z0-9]{50}$/)
    assert.equal(randomString(0), '')
    assert.notEqual(randomString(20), randomString(20))
    const counts = new Map<string, number>()
    for (const letter of randomString(30_000, 'abc')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    assert.deepEqual([...counts.keys()].sort(), ['a', 'b', 'c'])
    for (const count of counts.values()) assert.ok(Math.abs(count - 10_000) < 1000, String(count))
  })

  test('takes an alphabet of any characters, and refuses an empty one', () => {
    assert.match(randomString(10, '☁😀'), /^(?:☁|😀){10}$/u)
    assert.throws(() => randomString(5, ''), RangeError)
  })

  test('finds only what is equal equal', () => {
    assert.equal(constantTimeCompare('abc', 'abc'), true)
    assert.equal(constantTimeCompare('', ''), true)
    for (const [one, other] of [
      ['abc', 'abd'],
      ['abc', 'abcd'],
      ['abc', ''],
      ['é', 'e\u0301'],
      ['\ud800', '\udfff'],
      ['\ud800', '\ufffd'],
    ] as const) {
      assert.equal(constantTimeCompare(one, other), false)
    }
  })
})

test('the package’s own directory holds its manifest', () => {
  const manifest = JSON.parse(fs.readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { name: string }
  assert.equal(manifest.name, 'nuages')
})
