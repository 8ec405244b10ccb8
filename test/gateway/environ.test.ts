import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BadRequest } from 'nuages/exceptions'
import { addHeader, decodePath, environKey, newEnviron, parseContentLength, schemeOf } from 'nuages/gateway'
import { assertInheritsNothing } from './helpers.ts'

const RUNS = { numRuns: Number(process.env['NUAGES_FUZZ'] ?? 2_000) }

describe('environKey', () => {
  for (const [header, key] of [
    ['User-Agent', 'HTTP_USER_AGENT'],
    ['user-agent', 'HTTP_USER_AGENT'],
    ['X-A.B', 'HTTP_X_A.B'],
    ['Content-Type', 'CONTENT_TYPE'],
    ['content-LENGTH', 'CONTENT_LENGTH'],
    ['__proto__', undefined],
    ['constructor', 'HTTP_CONSTRUCTOR'],
    ['Proxy', undefined],
    ['PROXY', undefined],
    ['X_User', undefined],
    ['X User', undefined],
    ['', undefined],
    ['X:', undefined],
    ['Ünicode', undefined],
  ] as const) {
    test(`${JSON.stringify(header)} is ${key ?? 'dropped'}`, () => {
      assert.equal(environKey(header), key)
      assert.equal(environKey(header), key, 'the second time too')
    })
  }

  test('two different names of tokens never share a key but by case', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9.!~+-]{1,12}$/)
    fc.assert(
      fc.property(name, name, (one, other) => {
        const key = environKey(one)
        if (key !== undefined && key === environKey(other)) assert.equal(one.toLowerCase(), other.toLowerCase())
      }),
      RUNS,
    )
  })

  test('remembers no more names than it may, however many a client makes up', () => {
    for (let i = 0; i < 5_000; i++) assert.equal(environKey(`x-made-up-${i}`), `HTTP_X_MADE_UP_${i}`)
  })
})

describe('addHeader', () => {
  test('joins what is repeated, by comma, cookies by semicolon', () => {
    const environ = newEnviron()
    for (const [name, value] of [
      ['Accept', 'a'],
      ['ACCEPT', 'b'],
      ['Cookie', 'x=1'],
      ['cookie', 'y=2'],
    ] as const)
      addHeader(environ, name, value)
    assert.equal(environ['HTTP_ACCEPT'], 'a, b')
    assert.equal(environ['HTTP_COOKIE'], 'x=1; y=2')
  })

  for (const name of ['Host', 'Content-Length', 'Content-Type']) {
    test(`refuses a second ${name}`, () => {
      const environ = newEnviron()
      addHeader(environ, name, '1')
      assert.throws(
        () => addHeader(environ, name.toLowerCase(), '1'),
        new BadRequest(`The request has more than one ${name} header. Send one.`),
      )
    })
  }

  test('leaves out what has no key, and makes no prototype', () => {
    const environ = newEnviron()
    addHeader(environ, 'Proxy', 'x')
    addHeader(environ, '__proto__', 'x')
    assert.deepEqual(Object.keys(environ), Object.keys(newEnviron()))
    assertInheritsNothing(environ)
  })
})

describe('decodePath', () => {
  for (const [path, decoded] of [
    ['/', '/'],
    ['/a%20b', '/a b'],
    ['/%C3%A9', '/\xc3\xa9'],
    ['/%2541', '/%41'],
    ['/%00', '/\0'],
    ['%2F%2f', '//'],
    ['/%', undefined],
    ['/%1', undefined],
    ['/%zz', undefined],
    ['/%1g', undefined],
    ['/%-1', undefined],
    ['/%+1', undefined],
    ['/%%41', undefined],
  ] as const) {
    test(`${path} is ${JSON.stringify(decoded) ?? 'refused'}`, () => assert.equal(decodePath(path), decoded))
  }

  test('gives back any bytes that were escaped', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const escaped = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
        assert.equal(decodePath(escaped), Buffer.from(bytes).toString('latin1'))
      }),
      RUNS,
    )
  })

  test('leaves text without a percent sign alone, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const decoded = decodePath(text)
        if (!text.includes('%')) assert.equal(decoded, text)
        else assert.ok(decoded === undefined || decoded.length <= text.length)
      }),
      RUNS,
    )
  })
})

test('parseContentLength takes digits, and nothing else', () => {
  for (const [text, length] of [
    [undefined, 0],
    ['', 0],
    ['0', 0],
    ['007', 7],
    ['9007199254740991', 9007199254740991],
  ] as const)
    assert.equal(parseContentLength(text), length)
  for (const text of ['-1', '+1', ' 1', '1 ', '1e3', '0x1', '1,1', '١', '9007199254740992']) {
    assert.ok(Number.isNaN(parseContentLength(text)), text)
  }
})

test('schemeOf goes by HTTPS, then by REQUEST_SCHEME', () => {
  for (const [variables, scheme] of [
    [{}, 'http'],
    [{ HTTPS: 'on' }, 'https'],
    [{ HTTPS: 'ON' }, 'https'],
    [{ HTTPS: '1' }, 'https'],
    [{ HTTPS: 'off' }, 'http'],
    [{ HTTPS: '' }, 'http'],
    [{ HTTPS: 'yes' }, 'http'],
    [{ REQUEST_SCHEME: 'https' }, 'https'],
    [{ HTTPS: 'on', REQUEST_SCHEME: 'http' }, 'https'],
    [{ REQUEST_SCHEME: 'ftp' }, 'http'],
  ] as const)
    assert.equal(schemeOf(variables), scheme, JSON.stringify(variables))
})
