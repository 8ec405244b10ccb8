import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  HttpResponse,
  HttpResponseBadRequest,
  HttpResponseBase,
  HttpResponseForbidden,
  HttpResponseGone,
  HttpResponseNotAllowed,
  HttpResponseNotFound,
  HttpResponseNotModified,
  HttpResponsePermanentRedirect,
  HttpResponseRedirect,
  HttpResponseServerError,
  JsonResponse,
  statusText,
} from 'nuages/http'
import { readAll } from './support.ts'

describe('a response', () => {
  test('is 200 and HTML in UTF-8 where nothing else is said', async () => {
    const response = new HttpResponse('Grüße')
    assert.equal(response.toStatusLine(), '200 OK')
    assert.deepEqual(response.toHeaderList(), [['Content-Type', 'text/html; charset=utf-8']])
    assert.equal(response.streaming, false)
    assert.equal(response.text, 'Grüße')
    assert.equal((await readAll(response)).toString(), 'Grüße')
    assert.ok(response instanceof HttpResponseBase)
  })

  test('has what it is given', () => {
    const response = new HttpResponse(new Uint8Array([0, 255]), {
      status: 201,
      reason: 'Made',
      contentType: 'application/octet-stream',
      headers: { 'X-A': '1', 'content-type': 'image/png' },
    })
    assert.equal(response.status, 201)
    assert.equal(response.toStatusLine(), '201 Made')
    assert.equal(response.contentType, 'image/png')
    assert.deepEqual(response.toHeaderList(), [
      ['Content-Type', 'image/png'],
      ['X-A', '1'],
    ])
    assert.deepEqual([...response.content], [0, 255])
  })

  test('can be changed by a middleware', async () => {
    const response = new HttpResponse('a')
    response.content = 'bc'
    response.status = 404
    response.contentType = 'text/plain'
    assert.equal(response.toStatusLine(), '404 Not Found')
    assert.equal(response.contentType, 'text/plain')
    assert.equal((await readAll(response)).toString(), 'bc')
    response.headers.delete('Content-Type')
    assert.equal(response.contentType, '')
  })

  test('keeps bytes that are part of a larger buffer apart from the rest', () => {
    assert.equal(new HttpResponse(Buffer.from('xabcx').subarray(1, 4)).text, 'abc')
  })

  for (const status of [0, 99, 600, 200.5, Number.NaN, -1, Number.POSITIVE_INFINITY]) {
    test(`has no status ${status}`, () => {
      assert.throws(() => new HttpResponse('', { status }), RangeError)
      const response = new HttpResponse()
      assert.throws(() => (response.status = status), RangeError)
      assert.equal(response.status, 200)
    })
  }

  test('has the words of its status, or its own, without what would break the head', () => {
    assert.equal(new HttpResponse('', { status: 418 }).reasonPhrase, "I'm a Teapot")
    assert.equal(new HttpResponse('', { status: 599 }).toStatusLine(), '599 Unknown Status Code')
    assert.equal(statusText(200), 'OK')
    for (const reason of ['a\r\nb', 'a\n', '\0', '日']) {
      assert.throws(() => new HttpResponse('', { reason }), { name: 'BadHeaderError' })
    }
    const response = new HttpResponse()
    response.reasonPhrase = 'Fine'
    assert.equal(response.toStatusLine(), '200 Fine')
  })

  test('closes once it has been read, or given up', async () => {
    for (const use of [
      (response: HttpResponse) => readAll(response),
      (response: HttpResponse) => response[Symbol.iterator]().return?.(),
    ]) {
      const done: string[] = []
      const response = new HttpResponse('a')
      response.addCloser(() => void done.push('first'))
      response.addCloser(() => Promise.resolve().then(() => void done.push('second')))
      response.addCloser(() => void done.push('third'))
      assert.equal(response.closed, false)
      await use(response)
      await response.close()
      await new Promise(setImmediate)
      assert.equal(response.closed, true)
      assert.deepEqual(done, ['first', 'second', 'third'])
    }
  })

  test('does all that is to be done at its end, whatever of it fails', async (context) => {
    context.mock.method(process.stderr, 'write', () => true)
    const done: number[] = []
    const response = new HttpResponse()
    response.addCloser(() => {
      throw new Error('first')
    })
    response.addCloser(() => void done.push(1))
    response.addCloser(() => Promise.reject(new Error('second')))
    response.addCloser(() => void done.push(2))
    await response.close()
    assert.deepEqual(done, [1, 2])
  })
})

describe('the content of a response', () => {
  test('can be written piece by piece', async () => {
    const response = new HttpResponse('a', { contentType: 'text/plain' })
    assert.equal(response.tell(), 1)
    for (let i = 0; i < 1000; i++) response.write('ü')
    response.write(new Uint8Array([33]))
    assert.equal(response.tell(), 2002)
    assert.equal(response.text, `a${'ü'.repeat(1000)}!`)
    assert.deepEqual(response.getvalue(), response.content)
    response.writelines(['?', new Uint8Array([33]), ''])
    assert.equal((await readAll(response)).length, 2004)
    response.content = 'new'
    assert.equal(response.text, 'new')
  })

  test('does not change the bytes that it was given', () => {
    const bytes = Buffer.from('abc')
    const response = new HttpResponse(bytes.subarray(0, 1))
    response.write('x')
    assert.equal(response.text, 'ax')
    assert.equal(String(bytes), 'abc')
  })

  test('is serialized with its headers', () => {
    const response = new HttpResponse('ü', { contentType: 'text/plain' })
    response.setCookie('a', '1')
    assert.equal(
      Buffer.from(response.serialize()).toString(),
      'Content-Type: text/plain\r\nSet-Cookie: a=1; Path=/\r\n\r\nü',
    )
  })

  test('is in the charset that its type names', () => {
    const latin = new HttpResponse('ü', { contentType: 'text/plain; charset="ISO-8859-1"' })
    assert.equal(latin.charset, 'iso-8859-1')
    assert.deepEqual([...latin.content], [0xfc])
    assert.equal(latin.text, 'ü')
    assert.deepEqual([...new HttpResponse('ü', { contentType: 'text/plain;charset=utf-16le' }).content], [0xfc, 0])
    assert.equal(new HttpResponse('ü').charset, 'utf-8')
    assert.equal(new HttpResponse('ü', { contentType: 'application/json' }).charset, 'utf-8')
    for (const [text, charset] of [
      ['€', 'iso-8859-1'],
      ['ü', 'us-ascii'],
      ['a', 'koi8-r'],
      ['a', 'nonsense'],
    ]) {
      assert.throws(() => new HttpResponse(text, { contentType: `text/plain; charset=${charset}` }), TypeError)
    }
    const bytes = new Uint8Array([0xc1])
    assert.equal(new HttpResponse(bytes, { contentType: 'text/plain; charset=koi8-r' }).text, 'а')
  })
})

describe('a redirect', () => {
  test('has its status, and the target in Location', () => {
    assert.equal(new HttpResponseRedirect('/a').status, 302)
    assert.equal(new HttpResponseRedirect('/a', { preserveRequest: true }).status, 307)
    assert.equal(new HttpResponsePermanentRedirect('/a').status, 301)
    assert.equal(new HttpResponsePermanentRedirect('/a', { preserveRequest: true }).status, 308)
    assert.equal(new HttpResponseRedirect('/a').url, '/a')
  })

  test('takes a target as long as it is told to', () => {
    const target = `/${'a'.repeat(20)}`
    assert.throws(() => new HttpResponseRedirect(target, { maxLength: 20 }), { name: 'DisallowedRedirect' })
    assert.throws(() => new HttpResponseRedirect('/üüü', { maxLength: 18 }), { name: 'DisallowedRedirect' })
    assert.equal(new HttpResponseRedirect(target, { maxLength: 21 }).url, target)
    const long = `/${'a'.repeat(20_000)}`
    assert.equal(new HttpResponsePermanentRedirect(long, { maxLength: 20_001 }).url, long)
  })

  const targets: Array<[target: string, location: string]> = [
    ['/ü?q=ä b', '/%C3%BC?q=%C3%A4%20b'],
    ['/a%20b', '/a%20b'],
    ['https://example.com/', 'https://example.com/'],
    ['HTTP://example.com/', 'HTTP://example.com/'],
    ['ftp://example.com/', 'ftp://example.com/'],
    ['//example.com/', '//example.com/'],
    ['?page=2', '?page=2'],
    ['a/b:c', 'a/b:c'],
    ['\tjavascript', '%09javascript'],
    ['\ud800', '%EF%BF%BD'],
  ]
  for (const [target, location] of targets) {
    test(`to ${JSON.stringify(target)} goes to ${location}`, () => {
      assert.equal(new HttpResponseRedirect(target).headers.get('Location'), location)
    })
  }

  for (const target of [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    '\tjavascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'mailto:a@example.com',
    'vbscript:x',
    '/a\r\nSet-Cookie: a=b',
    '/a\n',
    '/a\0',
    `/${'a'.repeat(20_000)}`,
    '日'.repeat(2000),
  ]) {
    test(`to ${JSON.stringify(target.slice(0, 40))} is refused`, () => {
      assert.throws(() => new HttpResponseRedirect(target), { name: 'DisallowedRedirect' })
      assert.throws(() => new HttpResponsePermanentRedirect(target), { name: 'DisallowedRedirect' })
    })
  }
})

describe('a response of one status', () => {
  test('has that status', () => {
    assert.equal(new HttpResponseBadRequest('x').status, 400)
    assert.equal(new HttpResponseForbidden().status, 403)
    assert.equal(new HttpResponseNotFound().status, 404)
    assert.equal(new HttpResponseGone().status, 410)
    assert.equal(new HttpResponseServerError().status, 500)
    assert.equal(new HttpResponseBadRequest('x', { contentType: 'text/plain' }).contentType, 'text/plain')
  })

  test('405 names the methods that are allowed', () => {
    const response = new HttpResponseNotAllowed(['GET', 'HEAD'])
    assert.equal(response.status, 405)
    assert.equal(response.headers.get('Allow'), 'GET, HEAD')
  })

  test('304 has neither content nor type', () => {
    const response = new HttpResponseNotModified({ headers: { ETag: '"a"' } })
    assert.equal(response.status, 304)
    assert.deepEqual(response.toHeaderList(), [['ETag', '"a"']])
    assert.equal(response.content.length, 0)
  })

  test('304 refuses content, by each way to it', () => {
    const response = new HttpResponseNotModified()
    const refused = { name: 'TypeError', message: /304 \(Not Modified\) has no content/ }
    assert.throws(() => (response.content = 'x'), refused)
    assert.throws(() => response.write(Buffer.from('x')), refused)
    assert.throws(() => response.writelines(['', 'x']), refused)
    response.content = ''
    response.write('')
    assert.deepEqual([...response], [])
    assert.equal(response.tell(), 0)
  })
})

describe('a response in JSON', () => {
  test('holds the value as UTF-8', () => {
    const response = new JsonResponse({ title: 'Zoë', list: [1, null], when: new Date(0) })
    assert.equal(response.contentType, 'application/json')
    assert.equal(response.text, '{"title":"Zoë","list":[1,null],"when":"1970-01-01T00:00:00.000Z"}')
  })

  test('is written as it is asked', () => {
    assert.equal(new JsonResponse({ a: 1 }, { indent: 2 }).text, '{\n  "a": 1\n}')
    assert.equal(
      new JsonResponse([1n], { replacer: (_key, value) => (typeof value === 'bigint' ? 'n' : value) }).text,
      '["n"]',
    )
    assert.equal(new JsonResponse(1, { status: 201 }).status, 201)
    assert.equal(
      new JsonResponse(1, { contentType: 'application/problem+json' }).contentType,
      'application/problem+json',
    )
    assert.equal(new JsonResponse(1, { contentType: undefined }).contentType, 'application/json')
  })

  test('holds a BigInt with all its digits', () => {
    const value = { id: 2n ** 64n, list: [1n], when: new Date(0) }
    assert.equal(
      new JsonResponse(value).text,
      '{"id":18446744073709551616,"list":[1],"when":"1970-01-01T00:00:00.000Z"}',
    )
    const twice = new JsonResponse([1n, 2], { replacer: (_key, each) => (each === 2 ? 3n : each) })
    assert.equal(twice.text, '[1,3]')
  })

  test('is refused for what JSON cannot hold', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    for (const value of [undefined, () => 1, Symbol('a'), circle, [1n, circle]]) {
      assert.throws(() => new JsonResponse(value), { name: 'TypeError', message: /JSON/ })
    }
  })
})
