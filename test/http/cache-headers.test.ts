import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  addNeverCacheHeaders,
  type CacheControl,
  cacheDirectives,
  getMaxAge,
  hasVaryHeader,
  HttpResponse,
  patchCacheControl,
  patchResponseHeaders,
  patchVaryHeaders,
} from 'nuages/http'
import { FUZZ } from './support.ts'

const responseWith = (name: string, value: string | undefined): HttpResponse =>
  new HttpResponse('', value === undefined ? {} : { headers: { [name]: value } })

describe('the Vary header', () => {
  const cases: Array<[before: string | undefined, names: string[], after: string | undefined]> = [
    [undefined, ['Accept-Encoding'], 'Accept-Encoding'],
    ['Accept-Encoding', ['accept-encoding'], 'Accept-Encoding'],
    ['Accept-Encoding', ['ACCEPT-ENCODING', 'Cookie'], 'Accept-Encoding, Cookie'],
    ['Cookie', ['Accept-Encoding'], 'Cookie, Accept-Encoding'],
    ['Cookie , Accept-Encoding,', ['Accept'], 'Cookie, Accept-Encoding, Accept'],
    [undefined, ['Cookie', 'cookie'], 'Cookie'],
    [undefined, [], undefined],
    ['*', ['Cookie'], '*'],
    ['Cookie', ['*'], '*'],
  ]
  for (const [before, names, after] of cases) {
    test(`${before} with ${names.join(', ')} is ${after}`, () => {
      const response = responseWith('Vary', before)
      patchVaryHeaders(response, names)
      assert.equal(response.headers.get('Vary'), after)
      for (const name of after === '*' ? [] : names) assert.ok(hasVaryHeader(response, name.toUpperCase()))
      assert.ok(!hasVaryHeader(response, 'X-Other'))
    })
  }
})

describe('the Cache-Control header', () => {
  test('has no time that is none', () => {
    for (const seconds of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const response = responseWith('Cache-Control', undefined)
      const refused = { name: 'RangeError', message: /it must be a number of seconds/ }
      assert.throws(() => patchCacheControl(response, { maxAge: seconds }), refused)
      assert.throws(() => patchCacheControl(response, { staleIfError: seconds }), refused)
      assert.throws(() => patchResponseHeaders(response, seconds), refused)
      assert.deepEqual([response.headers.has('Cache-Control'), response.headers.has('Expires')], [false, false])
    }
  })

  const cases: Array<[before: string | undefined, directives: CacheControl, after: string | undefined]> = [
    [undefined, { private: true }, 'private'],
    ['', { private: true }, 'private'],
    ['private', { private: true }, 'private'],
    ['public', { private: true }, 'private'],
    ['public', { public: true }, 'public'],
    ['private', { public: true }, 'public'],
    ['must-revalidate,max-age=60,private', { public: true }, 'must-revalidate, max-age=60, public'],
    ['must-revalidate', { maxAge: 60, private: true }, 'must-revalidate, max-age=60, private'],
    ['max-age=30', { maxAge: 60 }, 'max-age=30'],
    ['max-age=90', { maxAge: 60 }, 'max-age=60'],
    ['max-age=soon', { maxAge: 60 }, 'max-age=60'],
    ['s-maxage=30', { sMaxage: 60 }, 's-maxage=60'],
    ['no-cache', { noCache: 'Set-Cookie' }, 'no-cache'],
    ['no-cache=Set-Cookie', { noCache: 'X-Other' }, 'no-cache="Set-Cookie, X-Other"'],
    ['no-cache="Set-Cookie, X"', { noCache: true }, 'no-cache'],
    ['no-store', { noStore: false }, undefined],
    [undefined, { maxAge: undefined }, undefined],
    [
      undefined,
      { immutable: true, staleWhileRevalidate: 30, staleIfError: 60 },
      'immutable, stale-while-revalidate=30, stale-if-error=60',
    ],
  ]
  for (const [before, directives, after] of cases) {
    test(`${before} with ${JSON.stringify(directives)} is ${after}`, () => {
      const response = responseWith('Cache-Control', before)
      patchCacheControl(response, directives)
      assert.equal(response.headers.get('Cache-Control'), after)
    })
  }

  test('tells the greatest age', () => {
    assert.equal(getMaxAge(responseWith('Cache-Control', 'public, Max-Age="60"')), 60)
    assert.equal(getMaxAge(responseWith('Cache-Control', 'max-age=x')), undefined)
    assert.equal(getMaxAge(new HttpResponse()), undefined)
  })

  test('of any text is read, and written so that it is read alike', () => {
    const piece = fc.constantFrom('a', 'no-cache', '=', ',', '"', '\\', ' ', 'max-age=1', ';', '\xff')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const response = responseWith('Cache-Control', pieces.join(''))
        patchCacheControl(response, { public: true })
        const once = response.headers.get('Cache-Control')
        patchCacheControl(response, { public: true })
        assert.equal(response.headers.get('Cache-Control'), once)
        assert.equal(cacheDirectives(once as string).get('public'), true)
      }),
      { numRuns: FUZZ },
    )
  })
})

describe('the headers for caches', () => {
  test('say how long a response may be kept', () => {
    const response = new HttpResponse()
    patchResponseHeaders(response, 60)
    assert.equal(response.headers.get('Cache-Control'), 'max-age=60')
    const expires = Date.parse(response.headers.get('Expires') as string)
    assert.ok(Math.abs(expires - Date.now() - 60_000) < 10_000)
  })

  test('leave alone what the view has said', () => {
    const response = new HttpResponse('', { headers: { Expires: '0', 'Cache-Control': 'max-age=5' } })
    patchResponseHeaders(response, 60)
    assert.equal(response.headers.get('Expires'), '0')
    assert.equal(response.headers.get('Cache-Control'), 'max-age=5')
  })

  test('keep a response out of all of them', () => {
    const response = new HttpResponse('', { headers: { 'Cache-Control': 'public' } })
    addNeverCacheHeaders(response)
    assert.equal(response.headers.get('Cache-Control'), 'max-age=0, no-cache, no-store, must-revalidate, private')
    assert.ok(Date.parse(response.headers.get('Expires') as string) <= Date.now())
  })
})
