import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { HeaderMap } from 'nuages/http'
import { anyText, FUZZ, makeRequest } from './support.ts'

describe('the headers of a request', () => {
  const { headers } = makeRequest({
    HTTP_USER_AGENT: 'test',
    HTTP_X_EMPTY: '',
    HTTP_CONTENT_LANGUAGE: 'de',
    CONTENT_TYPE: 'text/plain',
    CONTENT_LENGTH: '',
    CONTENT_ROOT: '/srv',
    REMOTE_USER: 'me',
  })

  test('are found by names in any case', () => {
    for (const name of ['User-Agent', 'user-agent', 'USER_AGENT']) assert.equal(headers.get(name), 'test')
    assert.equal(headers.get('content-type'), 'text/plain')
    assert.equal(headers.get('X-Empty'), '')
    assert.equal(headers.has('X-Empty'), true)
    assert.equal(headers.has('X-Missing'), false)
  })

  test('are those of the client, and nothing else of the Environ', () => {
    for (const name of ['Remote-User', 'Content-Root', 'HTTP_USER_AGENT', 'wsgi.input', '__proto__', 'constructor']) {
      assert.equal(headers.get(name), undefined, name)
    }
    assert.deepEqual(
      [...headers],
      [
        ['User-Agent', 'test'],
        ['X-Empty', ''],
        ['Content-Language', 'de'],
        ['Content-Type', 'text/plain'],
      ],
    )
    assert.deepEqual([...headers.entries()], [...headers])
  })

  test('do not know a length or type that is empty', () => {
    assert.equal(headers.get('Content-Length'), undefined)
    assert.equal(headers.has('Content-Length'), false)
  })
})

describe('the headers of a response', () => {
  test('are found by names in any case, in their order and first spelling', () => {
    const headers = new HeaderMap()
    headers.set('X-One', '1')
    headers.set('Content-Type', 'a')
    headers.set('x-one', '2')
    headers.setDefault('X-ONE', '3')
    headers.setDefault('X-Two', '4')
    assert.deepEqual(headers.toList(), [
      ['X-One', '2'],
      ['Content-Type', 'a'],
      ['X-Two', '4'],
    ])
    assert.deepEqual([...headers], headers.toList())
    assert.equal(headers.size, 3)
    assert.equal(headers.delete('X-TWO'), true)
    assert.equal(headers.delete('X-Two'), false)
    assert.equal(headers.has('x-two'), false)
    assert.equal(headers.get('x-two'), undefined)
  })

  test('are joined by commas', () => {
    const headers = new HeaderMap()
    headers.append('Vary', 'Cookie')
    headers.append('vary', 'Origin')
    assert.equal(headers.get('Vary'), 'Cookie, Origin')
  })

  test('do not join Set-Cookie, which has commas of its own', () => {
    const headers = new HeaderMap()
    headers.append('Set-Cookie', 'a=1')
    assert.throws(() => headers.append('set-cookie', 'b=2'), { name: 'BadHeaderError', message: /setCookie/ })
  })

  for (const name of ['', ' ', 'a b', 'a:', 'a\r\nb', 'ü', 'a\0', 'a(b)', 'a/b']) {
    test(`have no name ${JSON.stringify(name)}`, () => {
      const headers = new HeaderMap()
      assert.throws(() => headers.set(name, 'x'), { name: 'BadHeaderError' })
      assert.throws(() => headers.append(name, 'x'), { name: 'BadHeaderError' })
      assert.throws(() => headers.setDefault(name, 'x'), { name: 'BadHeaderError' })
      assert.equal(headers.size, 0)
    })
  }

  for (const value of ['a\r\nSet-Cookie: b=c', 'a\n', '\r', 'a\0b', '\x7f', '\x1b', '日', 'a\u0100']) {
    test(`have no value ${JSON.stringify(value)}`, () => {
      const headers = new HeaderMap()
      assert.throws(() => headers.set('X-A', value), { name: 'BadHeaderError', message: /X-A/ })
      headers.set('X-A', 'old')
      assert.throws(() => headers.set('X-A', value), { name: 'BadHeaderError' })
      assert.throws(() => headers.append('X-A', value), { name: 'BadHeaderError' })
      assert.equal(headers.get('X-A'), 'old')
    })
  }

  test('carry tabs and latin-1', () => {
    const headers = new HeaderMap()
    headers.set('X-A', 'a\tü\xff')
    assert.equal(headers.get('x-a'), 'a\tü\xff')
  })

  test('are as a Map with names in lower case would be', () => {
    const name = fc.constantFrom('A', 'a', 'B-c', 'b-C', 'X', '__proto__', 'constructor')
    const value = fc.string().filter((text) => /^[\t\x20-\x7e]*$/.test(text))
    const step = fc.tuple(fc.constantFrom('set', 'append', 'setDefault', 'delete' as const), name, value)
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const headers = new HeaderMap()
        const model = new Map<string, string>()
        for (const [what, key, text] of steps) {
          const lower = key.toLowerCase()
          const before = model.get(lower)
          if (what === 'delete') assert.equal(headers.delete(key), model.delete(lower))
          else {
            headers[what](key, text)
            const joined = what === 'append' && before !== undefined ? `${before}, ${text}` : text
            model.set(lower, what === 'setDefault' ? (before ?? text) : joined)
          }
        }
        assert.deepEqual(
          headers.toList().map(([key, text]) => [key.toLowerCase(), text]),
          [...model],
        )
      }),
      { numRuns: Math.min(FUZZ, 10_000) },
    )
  })

  test('never hold what would break the head, whatever is tried', () => {
    fc.assert(
      fc.property(anyText, anyText, (name, value) => {
        const headers = new HeaderMap()
        try {
          headers.set(name, value)
        } catch (error) {
          assert.equal((error as Error).name, 'BadHeaderError')
        }
        for (const [key, text] of headers) {
          assert.match(key, /^[\x21-\x7e]+$/)
          assert.doesNotMatch(text, /[\0\r\n]/)
        }
      }),
      { numRuns: FUZZ },
    )
  })
})
