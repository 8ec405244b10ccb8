import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { QueryDict } from 'nuages/http'
import { anyText, bytesOf, errorOf, FUZZ, workOf } from './support.ts'

describe('a query string', () => {
  const cases: Array<[text: string, pairs: Array<[string, string]>]> = [
    ['', []],
    ['a=1', [['a', '1']]],
    [
      'a=1&b=2&a=3',
      [
        ['a', '1'],
        ['a', '3'],
        ['b', '2'],
      ],
    ],
    ['a', [['a', '']]],
    ['a=', [['a', '']]],
    ['=a', [['', 'a']]],
    ['=', [['', '']]],
    ['&&&', []],
    ['&a=1&', [['a', '1']]],
    ['a=b=c', [['a', 'b=c']]],
    ['a+b=c+d%2B', [['a b', 'c d+']]],
    ['a=1;b=2', [['a', '1;b=2']]],
    ['%C3%BC=%E6%97%A5', [['ü', '日']]],
    [bytesOf('ü=日'), [['ü', '日']]],
    ['ü=日', [['ü', '日']]],
    ['a=%', [['a', '%']]],
    [
      'a=100%&b=%zz%4',
      [
        ['a', '100%'],
        ['b', '%zz%4'],
      ],
    ],
    ['a=%41%zz%42', [['a', 'A%zzB']]],
    ['a=%FF%C3', [['a', '��']]],
    ['日=%', [['日', '%']]],
    [bytesOf('a=ü%'), [['a', 'ü%']]],
    ['a=ü%FF', [['a', 'ü�']]],
    ['a=\xff', [['a', 'ÿ']]],
    ['a=%00%0D%0A', [['a', '\0\r\n']]],
    [
      '__proto__=1&constructor=2',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    ],
    [
      'a[b]=1&a.b=2',
      [
        ['a[b]', '1'],
        ['a.b', '2'],
      ],
    ],
  ]
  for (const [text, pairs] of cases) {
    test(`${JSON.stringify(text)} has the pairs ${JSON.stringify(pairs)}`, () => {
      assert.deepEqual([...QueryDict.parse(text)], pairs)
    })
  }

  test('gives the last value, all values, and what names it has', () => {
    const query = QueryDict.parse('a=1&b=2&a=3')
    assert.equal(query.get('a'), '3')
    assert.deepEqual(query.getAll('a'), ['1', '3'])
    assert.equal(query.get('c'), undefined)
    assert.deepEqual(query.getAll('c'), [])
    assert.equal(query.has('b'), true)
    assert.equal(query.has('toString'), false)
    assert.equal(query.size, 2)
    assert.deepEqual([...query.keys()], ['a', 'b'])
    assert.deepEqual(
      [...query.entries()],
      [
        ['a', '3'],
        ['b', '2'],
      ],
    )
    assert.deepEqual(
      [...query.lists()],
      [
        ['a', ['1', '3']],
        ['b', ['2']],
      ],
    )
    assert.equal(String(query), 'a=1&a=3&b=2')
  })

  test('cannot be changed by what is done to what it gives', () => {
    const query = QueryDict.parse('a=1')
    query.getAll('a').push('2')
    for (const [, values] of query.lists()) values.push('3')
    assert.deepEqual(query.getAll('a'), ['1'])
  })

  test('does not leak from one to the next', () => {
    assert.equal(QueryDict.parse('').size, 0)
    assert.equal(QueryDict.parse('a=1').size, 1)
    assert.equal(QueryDict.parse('').size, 0)
  })

  test('is refused where it has more fields than its bound; empty ones do not count', () => {
    assert.equal(QueryDict.parse('a=1&&b=2', { maxFields: 2 }).size, 2)
    assert.throws(() => QueryDict.parse('a=1&a=2&a=3', { maxFields: 2 }), {
      name: 'TooManyFieldsSent',
      message: /dataUploadMaxNumberFields/,
    })
  })

  test('is written with what is safe as it stands', () => {
    const query = QueryDict.parse('next=/a%26b/&x=%2Fä~')
    assert.equal(query.urlencode(), 'next=%2Fa%26b%2F&x=%2F%C3%A4%7E')
    assert.equal(query.urlencode({ safe: '/' }), 'next=/a%26b/&x=/%C3%A4%7E')
    assert.equal(query.urlencode({ safe: '/ä~' }), 'next=/a%26b/&x=/ä~')
    assert.equal(QueryDict.parse('a=%252F').urlencode({ safe: '%/' }), 'a=%2F')
  })

  test('of any pairs comes back as it was', () => {
    const text = anyText.map((each) => each.toWellFormed())
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
        const before = new QueryDict(pairs)
        const after = QueryDict.parse(before.urlencode())
        assert.deepEqual([...after.lists()], [...before.lists()])
      }),
      { numRuns: Math.min(FUZZ, 20_000) },
    )
  })

  test('of any bytes is read', () => {
    const piece = fc.constantFrom('%', '&', '=', '+', '%4', '%41', '%C3', '%BC', '\xc3\xbc', '\xff', 'a', ';', '\0')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const query = QueryDict.parse(pieces.join(''))
        for (const [name, value] of query) assert.ok(name.isWellFormed() && value.isWellFormed())
      }),
      { numRuns: FUZZ },
    )
  })

  test('of 1 MiB is read or refused in less than a second, and without a bound on its fields in linear time', async () => {
    for (const piece of ['a&', '&', '=', '%', '%zz', '%C3%', '+', 'a=%FF&', 'ü%', '\xff']) {
      const text = piece.repeat(1_048_576 / piece.length)
      const bounded = await workOf(() => errorOf(() => QueryDict.parse(text, { maxFields: 1000 })))
      assert.ok(bounded < 1000, `${piece} took ${bounded} ms`)
      const unbounded = await workOf(() => QueryDict.parse(text))
      assert.ok(unbounded < 10_000, `${piece} took ${unbounded} ms`)
    }
  })
})
