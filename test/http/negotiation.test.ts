import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { MediaType, parseAcceptEncoding, parseAcceptLanguage, preferredEncoding } from 'nuages/http'
import { FUZZ, makeRequest, workOf } from './support.ts'

const accepting = (header: string) => makeRequest({ HTTP_ACCEPT: header })

describe('the types that a request accepts', () => {
  const cases: Array<[header: string, type: string, accepted: boolean]> = [
    ['text/html', 'text/html', true],
    ['text/html', 'TEXT/HTML', true],
    ['TEXT/HTML', 'text/html', true],
    ['text/html', 'text/plain', false],
    ['text/*', 'text/plain', true],
    ['text/*', 'image/png', false],
    ['*/*', 'image/png', true],
    ['*', 'image/png', true],
    ['text/html', '*/*', true],
    ['text/html', 'text/*', true],
    ['', 'text/html', false],
    ['text/html;q=0', 'text/html', false],
    ['text/html;q=0, */*', 'text/html', false],
    ['text/html;q=0, */*', 'text/plain', true],
    ['text/html;q=0.001', 'text/html', true],
    ['text/html;q=0.0', 'text/html', false],
    ['text/html;q=nonsense', 'text/html', true],
    ['text/html;level=1', 'text/html;level=1', true],
    ['text/html;level=1', 'text/html;level=2', false],
    ['text/html', 'text/html;level=1', true],
    ['text/html;level=1', 'text/html', true],
    ['text/html;level="1"', 'text/html; level=1', true],
    ['text/html, application/json;profile="a,b"', 'application/json; profile="a,b"', true],
    ['text', 'text/html', false],
    ['text/html/x', 'text/html', false],
    ['*/html', 'text/html', false],
    ['text/html', 'html', false],
    ['text/html', '', false],
    [',,text/html,,', 'text/html', true],
  ]
  for (const [header, type, accepted] of cases) {
    test(`${JSON.stringify(header)} ${accepted ? 'takes' : 'does not take'} ${JSON.stringify(type)}`, () => {
      assert.equal(accepting(header).accepts(type), accepted)
    })
  }

  test('are all where the header is missing', () => {
    const request = makeRequest()
    assert.ok(request.accepts('image/png'))
    assert.equal(request.getPreferredType(['image/png', 'text/html']), 'image/png')
  })

  test('come in order, without those that are refused', () => {
    const request = accepting('text/*;q=0.5, image/png;q=0, text/html, text/plain;format=flowed, */*;q=0.1')
    assert.deepEqual(request.acceptedTypes.map(String), ['text/plain; format=flowed', 'text/html', 'text/*', '*/*'])
    assert.deepEqual(
      request.acceptedTypes.map(({ quality }) => quality),
      [1, 1, 0.5, 0.1],
    )
  })

  test('decide by the most specific range, as the example of RFC 9110, section 12.5.1', () => {
    const request = accepting(
      'text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5',
    )
    const qualities: Record<string, number> = {
      'text/plain;format=flowed': 1,
      'text/plain': 0.7,
      'text/html': 0.3,
      'image/jpeg': 0.5,
      'text/plain;format=fixed': 0.4,
      'text/html;level=3': 0.3,
    }
    for (const [type, quality] of Object.entries(qualities)) {
      assert.equal(request.acceptedType(type)?.quality, quality, type)
    }
  })
})

describe('the type that a request prefers', () => {
  const cases: Array<[header: string, types: string[], preferred: string | undefined]> = [
    ['text/html,application/json', ['application/json', 'text/html'], 'text/html'],
    ['text/html;q=0.8,application/json', ['text/html', 'application/json'], 'application/json'],
    ['text/*, application/json', ['application/json', 'text/html'], 'application/json'],
    ['*/*', ['application/json', 'text/html'], 'application/json'],
    ['image/png', ['application/json', 'text/html'], undefined],
    ['', ['text/html'], undefined],
    ['text/html', [], undefined],
    ['text/vcard;version=3.0,text/html;q=0.5', ['text/vcard; version=4.0', 'text/html'], 'text/html'],
    ['text/vcard;version=3.0,text/html;q=0.5', ['text/vcard; version=4.0', 'text/vcard'], 'text/vcard'],
    ['text/vcard;version=3.0,text/html;q=0.5', ['text/vcard; version=4.0'], undefined],
    [
      'text/vcard;version=3.0,text/html;q=0.5',
      ['text/vcard; version=4.0', 'text/vcard; version=3.0', 'text/vcard', 'text/directory'],
      'text/vcard; version=3.0',
    ],
  ]
  for (const [header, types, preferred] of cases) {
    test(`of ${types.join(', ') || 'none'} by ${JSON.stringify(header)} is ${preferred}`, () => {
      assert.equal(accepting(header).getPreferredType(types), preferred)
    })
  }
})

describe('a media type', () => {
  test('is written with its parameters, without its quality', () => {
    assert.equal(String(new MediaType('Text/HTML; Level="a b" ; q=0.5')), 'text/html; level="a b"')
    assert.equal(new MediaType('text/html;q=0.5').specificity, 2)
  })
})

describe('the encoding to send', () => {
  const cases: Array<[header: string | undefined, offered: string[], encoding: string | undefined]> = [
    [undefined, ['gzip'], undefined],
    ['', ['gzip'], undefined],
    ['gzip', ['br', 'gzip'], 'gzip'],
    ['gzip, br', ['br', 'gzip'], 'br'],
    ['gzip, br;q=0.9', ['br', 'gzip'], 'gzip'],
    ['GZIP;Q=1.0', ['gzip'], 'gzip'],
    ['x-gzip', ['gzip'], 'gzip'],
    ['*', ['br', 'gzip'], 'br'],
    ['*, br;q=0', ['br', 'gzip'], 'gzip'],
    ['gzip;q=0', ['gzip'], undefined],
    ['*;q=0', ['gzip'], undefined],
    ['identity, gzip;q=0.5', ['gzip'], undefined],
    ['identity;q=0.5, gzip', ['gzip'], 'gzip'],
    ['identity, gzip', ['gzip'], 'gzip'],
    ['deflate', ['br', 'gzip'], undefined],
  ]
  for (const [header, offered, encoding] of cases) {
    test(`of ${offered.join(', ')} for ${JSON.stringify(header)} is ${encoding}`, () => {
      assert.equal(preferredEncoding(header, offered), encoding)
    })
  }
})

describe('the preferences of a header', () => {
  test('come by quality, those of quality 0 last, in lower case', () => {
    assert.deepEqual(parseAcceptLanguage('de-AT, en;q=0.5, *;q=0, fr;q=0.8, a_b, x-123456789'), [
      { value: 'de-at', quality: 1 },
      { value: 'fr', quality: 0.8 },
      { value: 'en', quality: 0.5 },
      { value: '*', quality: 0 },
    ])
    assert.deepEqual(parseAcceptEncoding('gzip, bad name, br;q=2'), [
      { value: 'gzip', quality: 1 },
      { value: 'br', quality: 1 },
    ])
  })

  test('are bounded in length and number', () => {
    assert.equal(parseAcceptLanguage('en,'.repeat(1000)).length, 100)
    assert.equal(accepting(`${'text/html;a="'.padEnd(8190, 'x')}",image/png`).acceptedTypes.length, 0)
  })

  test('of 1 MiB are read in less than a second, whatever they consist of', async () => {
    for (const piece of ['a/b,', ',', ';', '"', '\\', 'a/b;q=0.1,', '*/*;', 'a/b;a="\\"', ' ', '\xff']) {
      const text = piece.repeat(1_048_576 / piece.length)
      const took = await workOf(() => {
        parseAcceptLanguage(text)
        accepting(text).accepts('text/html')
        preferredEncoding(text, ['gzip'])
      })
      assert.ok(took < 1000, `${piece} took ${took} ms`)
    }
  })

  test('of any bytes are read, and what is accepted was offered', () => {
    const piece = fc.constantFrom(
      'text/html',
      'text/*',
      '*/*',
      ',',
      ';',
      'q=0.5',
      'q=0',
      'q=',
      '"',
      '\\',
      ' ',
      'a=b',
      '\xff',
      'gzip',
      'en',
      '-',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const header = pieces.join('')
        const request = accepting(header)
        const offered = ['text/html', 'image/png', 'text/html; a=b']
        const preferred = request.getPreferredType(offered)
        assert.equal(
          preferred !== undefined,
          offered.some((type) => request.accepts(type)),
        )
        for (const type of request.acceptedTypes) {
          assert.equal(String(new MediaType(String(type))), String(type))
          assert.ok(type.quality > 0 && type.quality <= 1)
        }
        for (const { quality } of [...parseAcceptLanguage(header), ...parseAcceptEncoding(header)]) {
          assert.ok(quality >= 0 && quality <= 1)
        }
        assert.ok([undefined, 'gzip', 'br'].includes(preferredEncoding(header, ['br', 'gzip'])))
      }),
      { numRuns: FUZZ },
    )
  })
})
