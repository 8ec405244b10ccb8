import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Environ } from 'nuages/gateway'
import {
  getConditionalResponse,
  HttpResponse,
  parseEtags,
  quoteEtag,
  setResponseEtag,
  StreamingHttpResponse,
} from 'nuages/http'
import { FUZZ, makeRequest, workOf } from './support.ts'

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT'
const EARLIER = 'Sun, 06 Nov 1994 08:49:36 GMT'
const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT'
const STATE = { etag: '"a"', lastModified: new Date(Date.parse(DATE) + 999) }

describe('the conditions of a request', () => {
  const cases: Array<[given: Partial<Environ>, status: number | undefined]> = [
    [{}, undefined],
    [{ HTTP_IF_NONE_MATCH: '"a"' }, 304],
    [{ HTTP_IF_NONE_MATCH: 'W/"a"' }, 304],
    [{ HTTP_IF_NONE_MATCH: '"b", "a"' }, 304],
    [{ HTTP_IF_NONE_MATCH: '*' }, 304],
    [{ HTTP_IF_NONE_MATCH: '"b"' }, undefined],
    [{ HTTP_IF_NONE_MATCH: 'a' }, undefined],
    [{ HTTP_IF_NONE_MATCH: '"a"', REQUEST_METHOD: 'HEAD' }, 304],
    [{ HTTP_IF_NONE_MATCH: '"a"', REQUEST_METHOD: 'PUT' }, 412],
    [{ HTTP_IF_NONE_MATCH: '*', REQUEST_METHOD: 'PUT' }, 412],
    [{ HTTP_IF_MODIFIED_SINCE: DATE }, 304],
    [{ HTTP_IF_MODIFIED_SINCE: LATER }, 304],
    [{ HTTP_IF_MODIFIED_SINCE: EARLIER }, undefined],
    [{ HTTP_IF_MODIFIED_SINCE: 'yesterday' }, undefined],
    [{ HTTP_IF_MODIFIED_SINCE: DATE, REQUEST_METHOD: 'PUT' }, undefined],
    [{ HTTP_IF_NONE_MATCH: '"b"', HTTP_IF_MODIFIED_SINCE: DATE }, undefined],
    [{ HTTP_IF_MATCH: '"a"' }, undefined],
    [{ HTTP_IF_MATCH: '*' }, undefined],
    [{ HTTP_IF_MATCH: '"b"' }, 412],
    [{ HTTP_IF_MATCH: 'W/"a"' }, 412],
    [{ HTTP_IF_UNMODIFIED_SINCE: DATE }, undefined],
    [{ HTTP_IF_UNMODIFIED_SINCE: EARLIER }, 412],
    [{ HTTP_IF_MATCH: '"a"', HTTP_IF_UNMODIFIED_SINCE: EARLIER }, undefined],
    [{ HTTP_IF_MATCH: '"a"', HTTP_IF_NONE_MATCH: '"a"' }, 304],
  ]
  for (const [given, status] of cases) {
    test(`${JSON.stringify(given)} give ${status}`, () => {
      assert.equal(getConditionalResponse(makeRequest(given), STATE)?.status, status)
    })
  }

  test('of something that is not there', () => {
    const request = (given: Partial<Environ>) => getConditionalResponse(makeRequest(given), {})?.status
    assert.equal(request({ HTTP_IF_MATCH: '*' }), 412)
    assert.equal(request({ HTTP_IF_UNMODIFIED_SINCE: DATE }), 412)
    assert.equal(request({ HTTP_IF_NONE_MATCH: '*', REQUEST_METHOD: 'PUT' }), undefined)
  })

  test('never match strongly what is weak', () => {
    const request = makeRequest({ HTTP_IF_MATCH: 'W/"a"' })
    assert.equal(getConditionalResponse(request, { etag: 'W/"a"' })?.status, 412)
  })

  test('leave a response alone that is no success', () => {
    const response = new HttpResponse('', { status: 404 })
    assert.equal(getConditionalResponse(makeRequest({ HTTP_IF_NONE_MATCH: '"a"' }), STATE, response), response)
  })

  test('give the response itself where they hold', () => {
    const response = new HttpResponse()
    assert.equal(getConditionalResponse(makeRequest(), STATE, response), response)
  })

  test('keep the headers and cookies that a 304 must have, and close what it stands for', async () => {
    let closed = 0
    const response = new HttpResponse('page', { headers: { ETag: '"a"', Vary: 'Cookie', 'X-Other': '1' } })
    response.setCookie('seen', 'yes')
    response.addCloser(() => void closed++)
    const short = getConditionalResponse(makeRequest({ HTTP_IF_NONE_MATCH: '"a"' }), STATE, response)
    assert.notEqual(short, response)
    assert.deepEqual(short.toHeaderList(), [
      ['ETag', '"a"'],
      ['Vary', 'Cookie'],
      ['Set-Cookie', 'seen=yes; Path=/'],
    ])
    await short.close()
    assert.equal(closed, 1)
  })
})

describe('entity tags', () => {
  const cases: Array<[header: string, tags: string[]]> = [
    ['', []],
    ['*', ['*']],
    [' * ', ['*']],
    ['"a"', ['"a"']],
    ['"a", W/"b" ,"c"', ['"a"', 'W/"b"', '"c"']],
    ['"a,b"', ['"a,b"']],
    ['"a\\"', ['"a\\"']],
    ['a, b', []],
    ['"', []],
  ]
  for (const [header, tags] of cases) {
    test(`of ${JSON.stringify(header)} are ${JSON.stringify(tags)}`, () => assert.deepEqual(parseEtags(header), tags))
  }

  test('are quoted once', () => {
    assert.equal(quoteEtag('a'), '"a"')
    assert.equal(quoteEtag(quoteEtag('a')), '"a"')
    assert.equal(quoteEtag('W/"a"'), 'W/"a"')
  })

  test('are made of the content, and of no stream', () => {
    const tag = (text: string) => setResponseEtag(new HttpResponse(text)).headers.get('ETag')
    assert.equal(tag('a'), tag('a'))
    assert.notEqual(tag('a'), tag('b'))
    assert.deepEqual(parseEtags(tag('a') as string), [tag('a')])
    assert.equal(setResponseEtag(new HttpResponse('a', { headers: { ETag: '"mine"' } })).headers.get('ETag'), '"mine"')
    assert.equal(setResponseEtag(new StreamingHttpResponse(['a'])).headers.get('ETag'), undefined)
  })

  test('of any text are read, and come back as they are', () => {
    const piece = fc.constantFrom('"a"', '"', 'W/', ',', ' ', '*', '\\', 'b', '\xff', '\0')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const tags = parseEtags(pieces.join(''))
        assert.deepEqual(parseEtags(tags.join(', ')), tags)
      }),
      { numRuns: FUZZ },
    )
  })

  test('of 1 MiB are read in less than a second', async () => {
    for (const piece of ['"', '"a', '"a",', 'W/', ' ', '"\\']) {
      const took = await workOf(() => parseEtags(piece.repeat(1_048_576 / piece.length)))
      assert.ok(took < 1000, `${piece} took ${took} ms`)
    }
  })
})
