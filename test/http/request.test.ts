import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { LimitedInput } from 'nuages/gateway'
import { HttpResponse } from 'nuages/http'
import { BadSignature, configureSigning, SignatureExpired } from 'nuages/signing'
import {
  bytesOf,
  errorOf,
  inPieces,
  makeRequest,
  MULTIPART,
  part,
  LAST,
  post,
  URLENCODED,
  withOptions,
  workOf,
} from './support.ts'

describe('a request', () => {
  test('has the method, signal and Environ of its gateway', () => {
    const controller = new AbortController()
    const request = makeRequest({ REQUEST_METHOD: 'PATCH', 'nuages.signal': controller.signal })
    assert.equal(request.method, 'PATCH')
    assert.equal(request.environ.REQUEST_METHOD, 'PATCH')
    assert.equal(request.signal.aborted, false)
    controller.abort()
    assert.equal(request.signal.aborted, true)
  })

  const paths: Array<[scriptName: string, pathInfo: string, path: string, below: string]> = [
    ['', '/', '/', '/'],
    ['', '', '/', '/'],
    ['/app', '', '/app/', '/'],
    ['/app', '/a/b', '/app/a/b', '/a/b'],
    ['/app/', '/a', '/app/a', '/a'],
    ['', '*', '/*', '*'],
    ['', '//evil.example/', '//evil.example/', '//evil.example/'],
    ['', bytesOf('/grüße/日本/'), '/grüße/日本/', '/grüße/日本/'],
    [bytesOf('/ü'), '/x', '/ü/x', '/x'],
    ['', '/caf\xe9', '/caf%E9', '/caf%E9'],
    ['', '/\xff\xfe\xc3', '/%FF%FE%C3', '/%FF%FE%C3'],
    ['', `/${bytesOf('ü')}\xff${bytesOf('ü')}`, '/ü%FFü', '/ü%FFü'],
    ['', '/\xf0\x9f\x98\x80\x80', '/😀%80', '/😀%80'],
    ['', '/\xed\xa0\x80', '/%ED%A0%80', '/%ED%A0%80'],
    ['', '/\xc0\xaf\xe0\x80\xaf\xf8', '/%C0%AF%E0%80%AF%F8', '/%C0%AF%E0%80%AF%F8'],
    ['', '/\xf4\x90\x80\x80\xf0\x9f\x98', '/%F4%90%80%80%F0%9F%98', '/%F4%90%80%80%F0%9F%98'],
    ['', '/%2525', '/%2525', '/%2525'],
  ]
  for (const [SCRIPT_NAME, PATH_INFO, path, below] of paths) {
    test(`at ${JSON.stringify(SCRIPT_NAME + PATH_INFO)} has the path ${path}`, () => {
      const request = makeRequest({ SCRIPT_NAME, PATH_INFO })
      assert.equal(request.path, path)
      assert.equal(request.pathInfo, below)
    })
  }

  test('says of a path that is no UTF-8, or has a NUL, that it is malformed', () => {
    assert.equal(makeRequest({ PATH_INFO: bytesOf('/grüße') }).malformed, undefined)
    assert.match(makeRequest({ PATH_INFO: '/caf\xe9' }).malformed ?? '', /UTF-8/)
    assert.match(makeRequest({ PATH_INFO: '/a\0' }).malformed ?? '', /NUL/)
    assert.match(makeRequest({ SCRIPT_NAME: '/\xff' }).malformed ?? '', /UTF-8/)
  })

  test('is mounted where the setting forceScriptName says', () =>
    withOptions({ forceScriptName: '/forced' }, () => {
      const request = makeRequest({ SCRIPT_NAME: '/real', PATH_INFO: '/a' })
      assert.equal(request.scriptName, '/forced')
      assert.equal(request.path, '/forced/a')
    }))

  const links: Array<[pathInfo: string, query: string, link: string]> = [
    ['/', '', '/'],
    ['/a b', 'q=1', '/a%20b?q=1'],
    [bytesOf('/ü'), bytesOf('q=ü&r=%C3%BC'), '/%C3%BC?q=%C3%BC&r=%C3%BC'],
    ['/', 'q=\xff', '/?q=%FF'],
    ['/a?b#c%d', '', '/a%3Fb%23c%25d'],
    ['/;a=b', '', '/%3Ba%3Db'],
    ['//evil.example/x', '', '/%2Fevil.example/x'],
    ['///evil.example', 'a', '/%2F/evil.example?a'],
    ['/\\evil.example', '', '/%5Cevil.example'],
    ['/', '<script>\'"', "/?%3Cscript%3E'%22"],
  ]
  for (const [PATH_INFO, QUERY_STRING, link] of links) {
    test(`has the link ${link}`, () => {
      const request = makeRequest({ PATH_INFO, QUERY_STRING, SCRIPT_NAME: '' })
      assert.equal(request.getFullPath(), link)
      assert.equal(request.getFullPathInfo(), link)
    })
  }

  test('keeps its mount out of getFullPathInfo', () => {
    const request = makeRequest({ SCRIPT_NAME: '/app', PATH_INFO: '/a', QUERY_STRING: 'b=c' })
    assert.equal(request.getFullPath(), '/app/a?b=c')
    assert.equal(request.getFullPathInfo(), '/a?b=c')
  })

  test('has its query, the last of several values first', () => {
    const { query } = makeRequest({ QUERY_STRING: 'tag=a&tag=b&page=2' })
    assert.equal(query.get('tag'), 'b')
    assert.deepEqual(query.getAll('tag'), ['a', 'b'])
  })

  test('refuses a query of too many fields', () =>
    withOptions({ dataUploadMaxNumberFields: 2 }, () => {
      assert.throws(() => makeRequest({ QUERY_STRING: 'a&b&c' }).query, { name: 'TooManyFieldsSent' })
      assert.equal(makeRequest({ QUERY_STRING: 'a&b' }).query.size, 2)
    }))

  const types: Array<[header: string | undefined, type: string, params: Record<string, string>]> = [
    [undefined, '', {}],
    ['', '', {}],
    ['Text/HTML', 'text/html', {}],
    ['text/html;charset=utf-8', 'text/html', { charset: 'utf-8' }],
    ['text/html ; Charset = utf-8', 'text/html', {}],
    ['text/html ; Charset="a b\\"c;d" ; x=y', 'text/html', { charset: 'a b"c;d', x: 'y' }],
    ['text/html;;; a=1 ; ; b=2;', 'text/html', { a: '1', b: '2' }],
    ['text/html; a; b=2', 'text/html', { b: '2' }],
    ['text/html; a="open; b=2', 'text/html', { b: '2' }],
    ['text/html; a=1; a=2', 'text/html', { a: '1' }],
    ['text/html; a=; b="" ; c=3', 'text/html', { b: '', c: '3' }],
    ["x/y; t*=UTF-8''na%C3%AFve; t=plain", 'x/y', { t: 'naïve' }],
    ["x/y; t*=iso-8859-1'de'%FC; t=plain", 'x/y', { t: 'ü' }],
    ["x/y; t*=utf-7''a; t=plain", 'x/y', { t: 'plain' }],
    ["x/y; t*=UTF-8''100%; t=plain", 'x/y', { t: 'plain' }],
    ['x/y; __proto__=z', 'x/y', { ['__proto__']: 'z' }],
    [bytesOf('x/y; a="ü"'), 'x/y', { a: 'ü' }],
    ['x/y; a="C:\\dir\\file"', 'x/y', { a: 'C:\\dir\\file' }],
  ]
  for (const [CONTENT_TYPE, type, params] of types) {
    test(`takes the Content-Type ${JSON.stringify(CONTENT_TYPE)} apart`, () => {
      const request = makeRequest({ CONTENT_TYPE })
      assert.equal(request.contentType, type)
      assert.deepEqual(new Map(request.contentParams), new Map(Object.entries(params)))
    })
  }
})

describe('the body of a request', () => {
  test('can be read as often as one likes, in any form', async () => {
    const request = post(bytesOf('{"a":"ü"}'), 'application/json', 1)
    assert.deepEqual(await request.json(), { a: 'ü' })
    assert.equal(await request.text(), '{"a":"ü"}')
    assert.equal(Buffer.from(await request.body()).toString(), '{"a":"ü"}')
    const streamed: Uint8Array[] = []
    for await (const chunk of request.stream()) streamed.push(chunk)
    assert.equal(Buffer.concat(streamed).toString(), '{"a":"ü"}')
  })

  test('is bytes, empty where there is none', async () => {
    assert.equal((await post('', 'text/plain').body()).length, 0)
    assert.equal(await makeRequest().text(), '')
    assert.deepEqual([...(await post('\x00\xff', 'x/y').body())], [0, 255])
  })

  test('may be as large as dataUploadMaxMemorySize, and no larger', () =>
    withOptions({ dataUploadMaxMemorySize: 10 }, async () => {
      assert.equal((await post('0123456789', 'text/plain', 3).body()).length, 10)
      await assert.rejects(post('0123456789a', 'text/plain').body(), { name: 'RequestDataTooBig' })
      const chunked = makeRequest({ 'wsgi.input': inPieces('0123456789a', 4) })
      await assert.rejects(chunked.body(), { name: 'RequestDataTooBig' })
    }))

  test('is not read on beyond that bound', () =>
    withOptions({ dataUploadMaxMemorySize: 10 }, async () => {
      let given = 0
      let ended = false
      async function* endless(): AsyncGenerator<Buffer> {
        try {
          for (;;) {
            given += 4
            yield Buffer.alloc(4)
          }
        } finally {
          ended = true
        }
      }
      await assert.rejects(makeRequest({ 'wsgi.input': endless() }).body(), { name: 'RequestDataTooBig' })
      assert.equal(given, 12)
      assert.equal(ended, true)
    }))

  test('that was streamed is gone for every other reading', async () => {
    const request = post('a=1', URLENCODED)
    for await (const _chunk of request.stream()) void _chunk
    for (const read of [() => request.body(), () => request.text(), () => request.json(), () => request.form()]) {
      await assert.rejects(read(), { name: 'RawPostDataException', message: /stream\(\)/ })
    }
    assert.throws(() => request.stream(), { name: 'RawPostDataException' })
  })

  test('that a multipart form has taken is gone, and the form stays', async () => {
    const request = post(part('name="a"', '1') + LAST, MULTIPART)
    const form = await request.form()
    await assert.rejects(request.body(), { name: 'RawPostDataException', message: /form\(\)/ })
    assert.throws(() => request.stream(), { name: 'RawPostDataException' })
    assert.equal(await request.form(), form)
  })

  test('that was kept gives its form afterwards, multipart or urlencoded', async () => {
    const multipart = post(part('name="a"', '1') + LAST, MULTIPART, 7)
    await multipart.body()
    assert.equal((await multipart.form()).get('a'), '1')
    const urlencoded = post('a=1', URLENCODED)
    assert.equal((await urlencoded.form()).get('a'), '1')
    assert.equal(await urlencoded.text(), 'a=1')
  })

  test('whose client leaves is an UnreadablePostError, and so again when asked again', async () => {
    const input = new LimitedInput({ length: 10 })
    const request = makeRequest({ CONTENT_LENGTH: '10', 'wsgi.input': input })
    input.push(Buffer.from('abc'))
    const reading = request.body()
    input.fail()
    await assert.rejects(reading, { name: 'UnreadablePostError' })
    await assert.rejects(request.text(), { name: 'UnreadablePostError' })
  })
})

describe('the charset of a body', () => {
  const typed = (type: string) => post('\xfc', type)

  test('is that of its Content-Type, where it is known', async () => {
    assert.equal(typed('text/plain; charset=iso-8859-1').encoding, 'iso-8859-1')
    assert.equal(await typed('text/plain; charset=iso-8859-1').text(), 'ü')
    assert.equal(typed('text/plain; charset=nonsense').encoding, undefined)
    assert.equal(await typed('text/plain; charset=nonsense').text(), '\ufffd')
    assert.equal(makeRequest().encoding, undefined)
  })
})

describe('a signed cookie', () => {
  beforeEach(() => configureSigning({ secretKey: 'a key of this test' }))
  after(() => configureSigning({}))

  /** A request that brings the cookie back that a response has set. */
  const asking = (value: string, salt?: string) => {
    const response = new HttpResponse()
    response.setSignedCookie('a', value, { salt, httpOnly: true })
    return makeRequest({ HTTP_COOKIE: (response.cookies[0] as string).split(';')[0] })
  }

  test('comes back as it was', () => {
    assert.equal(asking('ü:;').getSignedCookie('a'), 'ü:;')
    assert.equal(asking('1', 's').getSignedCookie('a', { salt: 's', maxAge: 60 }), '1')
  })

  test('is refused where it was not signed for this name and salt', () => {
    assert.throws(() => asking('1', 's').getSignedCookie('a'), BadSignature)
    assert.throws(() => makeRequest({ HTTP_COOKIE: 'a=1' }).getSignedCookie('a'), BadSignature)
    const moved = makeRequest({ HTTP_COOKIE: `b=${asking('1').cookies.get('a')}` })
    assert.throws(() => moved.getSignedCookie('b'), BadSignature)
  })

  test('expires', (context) => {
    const request = asking('1')
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 100_000 })
    assert.throws(() => request.getSignedCookie('a', { maxAge: 60 }), SignatureExpired)
    assert.equal(request.getSignedCookie('a', { maxAge: 60, default: 'none' }), 'none')
  })

  test('that is missing or bad gives the default', () => {
    assert.equal(makeRequest().getSignedCookie('a'), undefined)
    assert.equal(makeRequest().getSignedCookie('a', { default: 5 }), 5)
    assert.equal(makeRequest({ HTTP_COOKIE: 'a=1' }).getSignedCookie('a', { default: undefined }), undefined)
  })

  test('needs a key, whatever the default', () => {
    const request = asking('1')
    configureSigning({})
    assert.throws(() => request.getSignedCookie('a', { default: '' }), { name: 'ImproperlyConfigured' })
    assert.throws(() => new HttpResponse().setSignedCookie('a', '1'), { name: 'ImproperlyConfigured' })
  })
})

describe('a body as JSON', () => {
  const bad: Array<[text: string, why: RegExp]> = [
    ['', /no JSON/],
    ['{', /no JSON/],
    ['\xff', /no JSON/],
    ['{"a":1}x', /no JSON/],
    ['{"__proto__":{"admin":true}}', /__proto__/],
    ['[[{"a":{"\\u005f_pr\\u006Fto__" : 1}}]]', /__proto__/],
  ]
  for (const [text, message] of bad) {
    test(`is refused: ${JSON.stringify(text)}`, async () => {
      await assert.rejects(post(text, 'application/json').json(), { name: 'BadRequest', message })
    })
  }

  test('may begin with a mark of byte order, and says so where it is no UTF-8', async () => {
    assert.deepEqual(await post(bytesOf('\ufeff{"a":"ü"}'), 'application/json').json(), { a: 'ü' })
    await assert.rejects(post('"\xfc"', 'application/json').json(), {
      name: 'BadRequest',
      message: /no JSON: it is not encoded in UTF-8/,
    })
  })

  test('comes together however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 8 }), async (pieces) => {
        const input = new LimitedInput()
        const body = makeRequest({ REQUEST_METHOD: 'POST', 'wsgi.input': input }).body()
        for (const piece of pieces) input.push(Buffer.from(piece))
        input.end()
        assert.deepEqual(Buffer.from(await body), Buffer.concat(pieces))
      }),
    )
  })

  test('may speak of __proto__ in a value', async () => {
    const value = { text: '"__proto__":1', __proto: 1, constructor: 2 }
    assert.deepEqual(await post(JSON.stringify(value), 'application/json').json(), value)
  })

  test('may be nested as deeply as it likes', async () => {
    const depth = 200_000
    const text = `${'['.repeat(depth)}{"__proto__":1}${']'.repeat(depth)}`
    const error = await errorOf(() => post(text, 'application/json').json())
    assert.equal(error?.name, 'BadRequest')
  })
})

describe('1 MiB of hostile text takes less than a second', () => {
  const bytes = ['a', '/', '.', '%', '\0', '\xff', '\xc3', bytesOf('ü'), `${bytesOf('ü')}\xff`]
  const params = [';', '; ', ' ', ';a=', ';a="', '"', '\\', '\\a', '%', 'a', "'"]
  const uses: Array<[where: string, pieces: string[], use: (text: string) => unknown]> = [
    ['a path', bytes, (text) => makeRequest({ PATH_INFO: `/${text}` }).getFullPath()],
    ['a query', bytes, (text) => makeRequest({ QUERY_STRING: text }).getFullPath()],
    ['a Content-Type', params, (text) => makeRequest({ CONTENT_TYPE: `a/b${text}` }).contentParams],
    ['a parameter', params, (text) => makeRequest({ CONTENT_TYPE: `a/b; c="${text}` }).contentParams],
    ['an encoded parameter', params, (text) => makeRequest({ CONTENT_TYPE: `a/b; c*=utf-8''${text}` }).contentParams],
    ['a host', ['a', '.', ':', '['], (text) => makeRequest({ HTTP_HOST: text }).getHost()],
    ['a location', ['a', '/', '../', '?', ':'], (text) => makeRequest({ HTTP_HOST: 'a' }).buildAbsoluteUri(text)],
    ['JSON', ['[', '"', ' ', '{"a":'], (text) => post(text, 'application/json').json()],
    ['JSON of a key', ['_', '\\u005f', ' '], (text) => post(`{"__proto__"${text}:1}`, 'application/json').json()],
  ]
  for (const [where, pieces, use] of uses) {
    test(`as ${where}`, () =>
      withOptions({ allowedHosts: ['*'] }, async () => {
        for (const piece of pieces) {
          const text = piece.repeat(1_048_576 / piece.length)
          const took = await workOf(() => errorOf(() => use(text)))
          assert.ok(took < 1000, `${JSON.stringify(piece)} took ${took} ms`)
        }
      }))
  }
})
