import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BadHeaderError } from 'nuages/exceptions'
import { type CookieOptions, HttpResponse, parseCookie, serializeCookie } from 'nuages/http'
import { anyText, bytesOf, FUZZ, makeRequest, workOf } from './support.ts'

describe('a Cookie header', () => {
  const cases: Array<[header: string, cookies: Array<[string, string]>]> = [
    ['', []],
    ['a', []],
    ['a=1', [['a', '1']]],
    [
      'a=1; b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a=1;b=2;',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      ' a = 1 ;\tb\t=\t2 ',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a=1; a=2', [['a', '1']]],
    ['a=b=c', [['a', 'b=c']]],
    ['a=; b', [['a', '']]],
    [
      ';;; =; a=1',
      [
        ['', ''],
        ['a', '1'],
      ],
    ],
    ['a="b c"', [['a', 'b c']]],
    ['a="b\\"c\\\\d"', [['a', 'b"c\\d']]],
    ['a="b\\054c\\073"', [['a', 'b,c;']]],
    ['a="\\303\\274"', [['a', 'ü']]],
    ['a="', [['a', '"']]],
    ['a="b', [['a', '"b']]],
    ['a=""', [['a', '']]],
    ['a=%C3%BC%3B', [['a', 'ü;']]],
    ['a=100%', [['a', '100%']]],
    ['a=%FF', [['a', '%FF']]],
    [
      bytesOf('a=ü; ü=a'),
      [
        ['a', 'ü'],
        ['ü', 'a'],
      ],
    ],
    ['a=\xff', [['a', '�']]],
    [
      '__proto__=1; constructor=2; toString=3',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
        ['toString', '3'],
      ],
    ],
    [
      '$Version=1; a=1; $Path=/',
      [
        ['$Version', '1'],
        ['a', '1'],
        ['$Path', '/'],
      ],
    ],
  ]
  for (const [header, cookies] of cases) {
    test(`${JSON.stringify(header)} has ${JSON.stringify(cookies)}`, () => {
      assert.deepEqual([...parseCookie(header)], cookies)
      assert.deepEqual([...makeRequest({ HTTP_COOKIE: header }).cookies], cookies)
    })
  }

  test('may be missing', () => {
    assert.equal(makeRequest().cookies.size, 0)
  })

  test('of any bytes is read', () => {
    const piece = fc.constantFrom(
      'a',
      '=',
      ';',
      ' ',
      '"',
      '\\',
      '\\05',
      '\\054',
      '%',
      '%C3',
      '%BC',
      '\xc3',
      '\xff',
      ',',
      '\0',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        for (const [name, value] of parseCookie(pieces.join(''))) assert.ok(name.isWellFormed() && value.isWellFormed())
      }),
      { numRuns: FUZZ },
    )
  })

  test('of 1 MiB is read in less than a second, whatever it consists of', async () => {
    for (const piece of ['a=1;', ';', '=', 'a;', ' ', 'a="\\"', '%', '%FF', '"', '\\', '\xff']) {
      for (const text of [piece.repeat(1_048_576 / piece.length), `a="${piece.repeat(1_048_576 / piece.length)}"`]) {
        const took = await workOf(() => parseCookie(text))
        assert.ok(took < 1000, `${piece} took ${took} ms`)
      }
    }
  })
})

describe('a cookie that is set', () => {
  const cases: Array<[options: CookieOptions, header: string]> = [
    [{}, 'a=1; Path=/'],
    [{ path: '/app', domain: 'example.com' }, 'a=1; Domain=example.com; Path=/app'],
    [{ maxAge: 60 }, 'a=1; Max-Age=60; Path=/'],
    [{ maxAge: 0, expires: new Date(0) }, 'a=1; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
    [{ secure: true, httpOnly: true, sameSite: 'Lax' }, 'a=1; Path=/; HttpOnly; Secure; SameSite=Lax'],
    [{ secure: true, sameSite: 'None', partitioned: true }, 'a=1; Path=/; Secure; Partitioned; SameSite=None'],
    [{ secure: undefined, maxAge: undefined, sameSite: undefined, path: undefined }, 'a=1; Path=/'],
  ]
  for (const [options, header] of cases) {
    test(`is written as ${header}`, () => {
      assert.equal(serializeCookie('a', '1', options), header)
    })
  }

  const refused: Array<[name: string, options: CookieOptions]> = [
    ['', {}],
    ['a b', {}],
    ['a;b', {}],
    ['a=b', {}],
    ['a,b', {}],
    ['a"b', {}],
    ['ü', {}],
    ['a\r\nSet-Cookie: b', {}],
    ['a', { path: '/; Domain=evil.example' }],
    ['a', { path: '/\r\nX: y' }],
    ['a', { path: '/ü' }],
    ['a', { domain: 'example.com; Secure' }],
    ['a', { domain: 'example.com\r\n' }],
    ['a', { maxAge: 1.5 }],
    ['a', { maxAge: Number.NaN }],
    ['a', { maxAge: Number.POSITIVE_INFINITY }],
    ['a', { expires: new Date(Number.NaN) }],
    ['a', { sameSite: 'lax; Domain=x' as 'Lax' }],
    ['a', { sameSite: 'None' }],
    ['a', { partitioned: true }],
    ['__Secure-a', {}],
    ['__secure-a', {}],
    ['__Host-a', { secure: true, path: '/app' }],
    ['__Host-a', { secure: true, domain: 'example.com' }],
  ]
  for (const [name, options] of refused) {
    test(`is refused: ${JSON.stringify(name)} with ${JSON.stringify(options)}`, () => {
      assert.throws(() => serializeCookie(name, '1', options), { name: 'BadHeaderError' })
    })
  }

  test('with a prefix that keeps its promise is written', () => {
    assert.equal(serializeCookie('__Host-a', '1', { secure: true }), '__Host-a=1; Path=/; Secure')
    assert.match(serializeCookie('__Secure-a', '1', { secure: true, path: '/x' }), /Path=\/x; Secure$/)
  })

  test('carries any text, and comes back as it was', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const value = text.toWellFormed()
        const header = serializeCookie('a', value)
        assert.match(header, /^a=[\x21-\x7e]*; Path=\/$/)
        assert.ok(!header.slice(0, -8).includes(';'))
        assert.equal(parseCookie(header.slice(0, -8)).get('a'), value)
      }),
      { numRuns: Math.min(FUZZ, 20_000) },
    )
  })

  test('replaces one of the same name, path and domain, and no other', () => {
    const response = new HttpResponse()
    response.setCookie('a', '1')
    response.setCookie('a', '2', { path: '/' })
    response.setCookie('a', '3', { path: '/app' })
    response.setCookie('b', '4')
    assert.deepEqual(response.cookies, ['a=2; Path=/', 'a=3; Path=/app', 'b=4; Path=/'])
    assert.deepEqual(
      response.toHeaderList().filter(([name]) => name === 'Set-Cookie'),
      response.cookies.map((cookie) => ['Set-Cookie', cookie]),
    )
  })

  test('says when it ends in both ways, the seconds and the date', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 1) })
    const cases: Array<[options: CookieOptions, ending: string]> = [
      [{ maxAge: 60 }, 'Max-Age=60; Path=/; Expires=Thu, 01 Jan 2026 00:01:00 GMT'],
      [{ maxAge: 0 }, 'Max-Age=0; Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT'],
      [{ maxAge: -60 }, 'Max-Age=-60; Path=/; Expires=Wed, 31 Dec 2025 23:59:00 GMT'],
      [{ maxAge: 9e15 }, 'Max-Age=9000000000000000; Path=/; Expires=Fri, 31 Dec 9999 23:59:59 GMT'],
      [{ maxAge: -9e15 }, 'Max-Age=-9000000000000000; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      [{ expires: new Date(Date.UTC(2026, 0, 1, 0, 1)) }, 'Max-Age=60; Path=/; Expires=Thu, 01 Jan 2026 00:01:00 GMT'],
      [{ expires: new Date(0) }, 'Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      [{ maxAge: 5, expires: new Date(0) }, 'Max-Age=5; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      [{}, 'Path=/'],
    ]
    for (const [options, ending] of cases) {
      const response = new HttpResponse()
      response.setCookie('a', '1', options)
      assert.deepEqual(response.cookies, [`a=1; ${ending}`])
    }
  })

  test('is refused for an end that is none', () => {
    const ends: CookieOptions[] = [{ maxAge: Number.NaN }, { maxAge: 1.5 }, { expires: new Date(Number.NaN) }]
    for (const options of ends) {
      assert.throws(() => new HttpResponse().setCookie('a', '1', options), BadHeaderError)
    }
  })

  test('that is written already is looked at like any header', () => {
    const response = new HttpResponse()
    for (const header of ['a=b\r\nX: y', 'a=\0', 'a=☃']) {
      assert.throws(() => response.addCookieHeader(header), BadHeaderError)
    }
    assert.deepEqual(response.cookies, [])
  })

  test('is deleted under the path and domain that it was set with', () => {
    const response = new HttpResponse()
    response.deleteCookie('a', { path: '/app', domain: 'example.com' })
    response.deleteCookie('__Host-b')
    response.deleteCookie('c', { sameSite: 'None' })
    const gone = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT'
    assert.deepEqual(response.cookies, [
      `a=; Max-Age=0; Domain=example.com; Path=/app; ${gone}`,
      `__Host-b=; Max-Age=0; Path=/; ${gone}; Secure`,
      `c=; Max-Age=0; Path=/; ${gone}; Secure; SameSite=None`,
    ])
  })
})
