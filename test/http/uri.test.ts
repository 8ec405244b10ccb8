import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  escapeLeadingSlashes,
  escapeUriPath,
  iriToUri,
  type SafeUrlOptions,
  urlHasAllowedHostAndScheme,
} from 'nuages/http'
import { anyText, FUZZ } from './support.ts'

describe('a URL with more than ASCII', () => {
  const cases: Array<[iri: string, uri: string]> = [
    ['/red%09rosé#red', '/red%09ros%C3%A9#red'],
    ['/blog/for/Jürgen Münster/', '/blog/for/J%C3%BCrgen%20M%C3%BCnster/'],
    ['locations/Paris & Orléans', 'locations/Paris%20&%20Orl%C3%A9ans'],
    ['/%', '/%'],
    ["/[]=:;$&()+,!?*@'~", "/[]=:;$&()+,!?*@'~"],
    ['"<>\\^`{|}', '%22%3C%3E%5C%5E%60%7B%7C%7D'],
    ['\ud800😀', '%EF%BF%BD%F0%9F%98%80'],
  ]
  for (const [iri, uri] of cases) {
    test(`${JSON.stringify(iri)} is ${uri}`, () => {
      assert.equal(iriToUri(iri), uri)
      assert.equal(iriToUri(uri), uri)
    })
  }

  test('is ASCII without blanks afterwards, and stays so', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const uri = iriToUri(text)
        assert.match(uri, /^[!#-;=?-[\]_a-z~]*$/)
        assert.equal(iriToUri(uri), uri)
      }),
      { numRuns: Math.min(FUZZ, 20_000) },
    )
  })
})

describe('a path in a link', () => {
  test('has what would end it encoded, and can be read back', () => {
    assert.equal(
      escapeUriPath('/;some/=awful/?path/:with/@lots/&of/+awful/chars'),
      '/%3Bsome/%3Dawful/%3Fpath/:with/@lots/&of/+awful/chars',
    )
    assert.equal(escapeUriPath('/foo#bar%20'), '/foo%23bar%2520')
    fc.assert(
      fc.property(anyText, (text) => {
        assert.equal(decodeURIComponent(escapeUriPath(text)), text.toWellFormed())
      }),
      { numRuns: Math.min(FUZZ, 20_000) },
    )
  })

  test('does not begin like a host', () => {
    assert.equal(escapeLeadingSlashes('//example.com'), '/%2Fexample.com')
    assert.equal(escapeLeadingSlashes('///a'), '/%2F/a')
    assert.equal(escapeLeadingSlashes('/a//b'), '/a//b')
    assert.equal(escapeLeadingSlashes(''), '')
  })
})

describe('a target that a client gives', () => {
  const bad = [
    'http://example.com',
    'http:///example.com',
    'https://example.com',
    'ftp://example.com',
    String.raw`\\example.com`,
    String.raw`\\\example.com`,
    String.raw`/\\/example.com`,
    String.raw`\\\example.com`,
    String.raw`\\//example.com`,
    String.raw`/\/example.com`,
    String.raw`\/example.com`,
    String.raw`/\example.com`,
    'http:///example.com',
    String.raw`http:/\//example.com`,
    String.raw`http:\/example.com`,
    String.raw`http:/\example.com`,
    'javascript:alert("XSS")',
    'JavaScript:alert(1)',
    '\njavascript:alert(x)',
    'java\nscript:alert(x)',
    '\x08//example.com',
    String.raw`http://otherserver\@example.com`,
    String.raw`http:\\testserver\@example.com`,
    String.raw`http://testserver\me:pass@example.com`,
    String.raw`http://testserver\@example.com`,
    String.raw`http:\\testserver\confirm\me@example.com`,
    'http:999999999',
    'ftp:9999999999',
    '\n',
    '',
    '  ',
    'http://[2001:cdba:0000:0000:0000:0000:3257:9652/',
    'http://2001:cdba:0000:0000:0000:0000:3257:9652]/',
    '///example.com',
    '//example.com',
    '/\t/example.com',
    '/\n/example.com',
    ' //example.com',
    '\u00a0//example.com',
    '\u0085//example.com',
    '\u001c//example.com',
    '\u200b//example.com',
    '\ufeff//example.com',
    '\ufeff/x',
    '\u00ad/x',
    '\u202e/x',
    '\ue000/x',
    '\ud800/x',
    '\u0378/x',
    `/${'a'.repeat(2048)}`,
    'https:example.com',
    'testserver:80/path',
    'http://user@testserver/',
    'http://testserver:8000/',
    'http://testserver.evil.example/',
  ]
  for (const url of bad) {
    test(`${JSON.stringify(url)} is not safe`, () => {
      assert.equal(urlHasAllowedHostAndScheme(url, { allowedHosts: ['testserver', 'testserver2'] }), false)
    })
  }

  const good: Array<[url: string, options?: SafeUrlOptions]> = [
    ['/view/?param=http://example.com'],
    ['/view/?param=https://example.com'],
    ['/view?param=ftp://example.com'],
    ['view/?param=//example.com'],
    ['https://testserver/'],
    ['HTTPS://TESTSERVER/'],
    ['//testserver/'],
    ['http://testserver/confirm?email=me@example.com'],
    ['/url%20with%20spaces/'],
    ['path/http:2222222222'],
    ['?next=1'],
    ['#top'],
    ['https://testserver/', { allowedHosts: ['testserver'], requireHttps: true }],
    ['/path', { requireHttps: true }],
    ['/path', {}],
    ['\u0085\u001f /x\u001c\u3000'],
    [`/${'a'.repeat(2047)}`],
  ]
  for (const [url, options = { allowedHosts: ['testserver'] }] of good) {
    test(`${JSON.stringify(url)} is safe with ${JSON.stringify(options)}`, () => {
      assert.equal(urlHasAllowedHostAndScheme(url, options), true)
    })
  }

  test('is not safe by plain HTTP where HTTPS is required', () => {
    const options = { allowedHosts: ['testserver'], requireHttps: true }
    assert.equal(urlHasAllowedHostAndScheme('http://testserver/', options), false)
    assert.equal(urlHasAllowedHostAndScheme('//testserver/', options), false)
  })

  test('leads to no other host where it is safe, as browsers read URLs', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      ':',
      '@',
      '?',
      '#',
      '\t',
      '\n',
      ' ',
      '.',
      'http',
      'https:',
      'javascript:',
      'evil.example',
      'site.example',
      '\0',
      '\u00a0',
      '[',
      ']',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const url = pieces.join('')
        if (!urlHasAllowedHostAndScheme(url, { allowedHosts: ['site.example'] })) return
        if (!URL.canParse(url, 'https://site.example/page')) return
        const { protocol, hostname } = new URL(url, 'https://site.example/page')
        assert.match(protocol, /^https?:$/)
        assert.equal(hostname, 'site.example', JSON.stringify(url))
      }),
      { numRuns: FUZZ },
    )
  })
})
