import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { checkedHost, isSameDomain } from 'nuages/http'
import { errorOf, FUZZ, makeRequest, withOptions } from './support.ts'

describe('the host of a request', () => {
  const good: Array<[host: string, allowed: string]> = [
    ['example.com', 'example.com'],
    ['EXAMPLE.com', 'example.COM'],
    ['example.com:8000', 'example.com'],
    ['example.com.', 'example.com'],
    ['example.com.:80', 'example.com'],
    ['a.example.com', '.example.com'],
    ['example.com', '.example.com'],
    ['my_app:8000', 'my_app'],
    ['127.0.0.1:65535', '127.0.0.1'],
    ['[::1]', '[::1]'],
    ['[2001:DB8::1]:443', '[2001:db8::1]'],
    ['anything.example', '*'],
  ]
  for (const [HTTP_HOST, allowed] of good) {
    test(`${HTTP_HOST} is allowed by ${allowed}, and stays as it is`, () =>
      withOptions({ allowedHosts: [allowed] }, () => {
        assert.equal(makeRequest({ HTTP_HOST }).getHost(), HTTP_HOST)
        assert.equal(makeRequest({ HTTP_HOST }).getHost(), HTTP_HOST)
      }))
  }

  const bad = [
    '',
    '.',
    ':80',
    'evil.example',
    'notexample.com',
    'example.com.evil.example',
    'example.com..',
    'example.com:',
    'example.com:0x50',
    'example.com:65536',
    'example.com:80:80',
    'user@example.com',
    'example.com/path',
    'example.com, example.com',
    'example.com\0',
    'example.com\n',
    'example.com example.com',
    '[::1',
    '::1',
    'ex\xe4mple.com',
    '[example.com]',
  ]
  for (const HTTP_HOST of bad) {
    test(`${JSON.stringify(HTTP_HOST)} is refused`, () =>
      withOptions({ allowedHosts: ['example.com', '[::1]'] }, () => {
        assert.throws(() => makeRequest({ HTTP_HOST }).getHost(), { name: 'DisallowedHost' })
      }))
  }

  test('that is refused says what to add to which setting', () =>
    withOptions({ allowedHosts: ['a.example'] }, () => {
      const message = /'b\.example'.*allowedHosts/
      assert.throws(() => makeRequest({ HTTP_HOST: 'B.example:80' }).getHost(), { message })
    }))

  test('means localhost where allowedHosts is empty, and only while debug', async () => {
    const local = ['localhost', 'app.localhost:8000', '127.0.0.1', '[::1]:8000']
    await withOptions({ debug: true }, () => {
      for (const HTTP_HOST of local) assert.equal(makeRequest({ HTTP_HOST }).getHost(), HTTP_HOST)
      assert.throws(() => makeRequest({ HTTP_HOST: 'example.com' }).getHost(), { name: 'DisallowedHost' })
    })
    for (const HTTP_HOST of local) {
      assert.throws(() => makeRequest({ HTTP_HOST }).getHost(), { name: 'DisallowedHost' })
    }
  })

  test('that one list allowed is asked of another list anew', () => {
    assert.equal(checkedHost('a.example', ['a.example'], false), 'a.example')
    assert.throws(() => checkedHost('a.example', ['b.example'], false), { name: 'DisallowedHost' })
  })

  test('is that of the server where the client names none', () =>
    withOptions({ allowedHosts: ['*'] }, () => {
      const at = (SERVER_NAME: string, SERVER_PORT: string, scheme: 'http' | 'https' = 'http') =>
        makeRequest({ SERVER_NAME, SERVER_PORT, 'wsgi.url_scheme': scheme }).getHost()
      assert.equal(at('example.com', '80'), 'example.com')
      assert.equal(at('example.com', '8000'), 'example.com:8000')
      assert.equal(at('example.com', '443', 'https'), 'example.com')
      assert.equal(at('::1', '8000'), '[::1]:8000')
    }))

  test('is taken from a proxy only where the setting says so', async () => {
    const given = { HTTP_HOST: 'inner', HTTP_X_FORWARDED_HOST: 'outer.example' }
    await withOptions({ allowedHosts: ['*'] }, () => assert.equal(makeRequest(given).getHost(), 'inner'))
    await withOptions({ allowedHosts: ['*'], useXForwardedHost: true }, () => {
      assert.equal(makeRequest(given).getHost(), 'outer.example')
      assert.equal(makeRequest({ HTTP_HOST: 'inner' }).getHost(), 'inner')
      const list = { ...given, HTTP_X_FORWARDED_HOST: 'outer.example, evil.example' }
      assert.throws(() => makeRequest(list).getHost(), { name: 'DisallowedHost' })
    })
  })

  test('and port are taken from a proxy only where the settings say so', async () => {
    const given = { HTTP_HOST: 'example.com', SERVER_PORT: '8000', HTTP_X_FORWARDED_PORT: '8443' }
    await withOptions({ allowedHosts: ['*'] }, () => {
      assert.equal(makeRequest(given).getPort(), '8000')
      assert.equal(makeRequest(given).getHost(), 'example.com')
    })
    await withOptions({ allowedHosts: ['*'], useXForwardedPort: true }, () => {
      assert.equal(makeRequest(given).getPort(), '8443')
      assert.equal(makeRequest(given).getHost(), 'example.com:8443')
      assert.equal(makeRequest({ ...given, HTTP_X_FORWARDED_PORT: '80' }).getHost(), 'example.com')
      assert.equal(makeRequest({ ...given, HTTP_HOST: 'example.com:1' }).getHost(), 'example.com:1')
      for (const port of ['443, 80', 'x', '', '99999', '80\n']) {
        const odd = makeRequest({ ...given, HTTP_X_FORWARDED_PORT: port })
        assert.throws(() => odd.getPort(), { name: 'DisallowedHost' }, port)
        assert.throws(() => odd.getHost(), { name: 'DisallowedHost' }, port)
        assert.throws(() => odd.buildAbsoluteUri(), { name: 'DisallowedHost' }, port)
      }
    })
  })

  test('patterns mean a domain, or one with all below it', () => {
    assert.equal(isSameDomain('example.com', 'example.com'), true)
    assert.equal(isSameDomain('example.com', '.example.com'), true)
    assert.equal(isSameDomain('a.b.example.com', '.example.com'), true)
    assert.equal(isSameDomain('badexample.com', '.example.com'), false)
    assert.equal(isSameDomain('a.example.com', 'example.com'), false)
    assert.equal(isSameDomain('example.com', ''), false)
  })

  test('whatever it is, is answered or refused, alone and in a URL', () =>
    withOptions({ allowedHosts: ['*'] }, async () => {
      const piece = fc.constantFrom(
        'a',
        '.',
        ':',
        '[',
        ']',
        '80',
        '::',
        'xn--',
        '-',
        '_',
        '@',
        '/',
        '0x7f',
        '256',
        '%',
        ' ',
      )
      const host = fc.oneof(
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        fc.string(),
      )
      await fc.assert(
        fc.asyncProperty(host, fc.string(), async (HTTP_HOST, location) => {
          const request = makeRequest({ HTTP_HOST, PATH_INFO: '/a' })
          const error = await errorOf(() => request.buildAbsoluteUri())
          assert.ok(error === undefined || error.name === 'DisallowedHost', String(error))
          const rooted = await errorOf(() => request.buildAbsoluteUri(`/${location.replace(/^[/\\]+/, '')}`))
          assert.ok(rooted === undefined || rooted.name === 'DisallowedHost', String(rooted))
        }),
        { numRuns: FUZZ },
      )
    }))
})

describe('the scheme of a request', () => {
  test('is that of the gateway', () => {
    assert.equal(makeRequest().scheme, 'http')
    assert.equal(makeRequest().isSecure(), false)
    assert.equal(makeRequest({ 'wsgi.url_scheme': 'https' }).isSecure(), true)
  })

  test('is that of the proxy where the setting names its header', () =>
    withOptions({ secureProxySslHeader: ['X-Forwarded-Proto', 'https'] }, () => {
      const behind = (value: string | undefined) =>
        makeRequest({ 'wsgi.url_scheme': 'https', HTTP_X_FORWARDED_PROTO: value }).scheme
      assert.equal(behind('https'), 'https')
      assert.equal(behind('https, http'), 'https')
      assert.equal(behind('http'), 'http')
      assert.equal(behind('http, https'), 'http')
      assert.equal(behind('HTTPS'), 'http')
      assert.equal(behind(''), 'http')
      assert.equal(behind(undefined), 'https')
    }))

  test('is not that of a header that no setting names', () => {
    assert.equal(makeRequest({ HTTP_X_FORWARDED_PROTO: 'https' }).isSecure(), false)
  })
})

describe('an absolute URL', () => {
  const cases: Array<[pathInfo: string, location: string | undefined, url: string]> = [
    ['/a/b', undefined, 'http://example.com/app/a/b?q=1'],
    ['//evil.example/', undefined, 'http://example.com/app//evil.example/?q=1'],
    ['/a/b', '/c', 'http://example.com/c'],
    ['/a/b', '/c?d=é#f', 'http://example.com/c?d=%C3%A9#f'],
    ['/a/b', 'c', 'http://example.com/app/a/c'],
    ['/a/b', '../c', 'http://example.com/app/c'],
    ['/a/b', '/x/../c', 'http://example.com/c'],
    ['/a/b', '/./c', 'http://example.com/c'],
    ['/a/b', '/..', 'http://example.com/'],
    ['/a/b', '?x=y', 'http://example.com/app/a/b?x=y'],
    ['/a/b', '', 'http://example.com/app/a/b'],
    ['/a/b', '//other.example/c', 'http://other.example/c'],
    ['/a/b', 'https://other.example/ü', 'https://other.example/%C3%BC'],
    ['/a/b', 'mailto:a@example.com', 'mailto:a@example.com'],
  ]
  for (const [PATH_INFO, location, url] of cases) {
    test(`of ${JSON.stringify(location ?? PATH_INFO)} is ${url}`, () =>
      withOptions({ allowedHosts: ['example.com'] }, () => {
        const given = { HTTP_HOST: 'example.com', SCRIPT_NAME: '/app', PATH_INFO, QUERY_STRING: 'q=1' }
        assert.equal(makeRequest(given).buildAbsoluteUri(location), url)
      }))
  }

  test('of a path that begins with two slashes names no other host', () =>
    withOptions({ allowedHosts: ['example.com'] }, () => {
      const request = makeRequest({ HTTP_HOST: 'example.com', PATH_INFO: '//evil.example/' })
      assert.equal(request.buildAbsoluteUri(), 'http://example.com/%2Fevil.example/')
    }))

  test('can be had for every host that is allowed, also one that the parser of URLs would refuse', () =>
    withOptions({ allowedHosts: ['*'] }, () => {
      for (const HTTP_HOST of ['256.256.256.256', 'xn--a', '0x.0x.0x', '1.2.3.4.5', '[:::::]', '[1.2.3.4]', '-', '_']) {
        assert.equal(makeRequest({ HTTP_HOST }).buildAbsoluteUri(), `http://${HTTP_HOST}/`)
        assert.equal(makeRequest({ HTTP_HOST }).buildAbsoluteUri('a'), `http://${HTTP_HOST}/a`)
      }
    }))

  test('has the scheme of the request, also on another host', () =>
    withOptions({ allowedHosts: ['example.com'] }, () => {
      const request = makeRequest({ HTTP_HOST: 'example.com', 'wsgi.url_scheme': 'https' })
      assert.equal(request.buildAbsoluteUri('/a'), 'https://example.com/a')
      assert.equal(request.buildAbsoluteUri('//other.example/a'), 'https://other.example/a')
    }))

  test('is not made for a host that is not allowed', () =>
    withOptions({ allowedHosts: ['example.com'] }, () => {
      assert.throws(() => makeRequest({ HTTP_HOST: 'evil.example' }).buildAbsoluteUri(), { name: 'DisallowedHost' })
    }))
})
