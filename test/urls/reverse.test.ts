import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { QueryDict } from 'nuages/http'
import {
  configureUrls,
  getScriptPrefix,
  include,
  NoReverseMatch,
  path,
  rePath,
  resolve,
  reverseUntyped,
  type UntypedReverseOptions,
  urlpatterns,
  withScriptPrefix,
} from 'nuages/urls'
import { named } from './support.ts'

const urls = urlpatterns(
  path('', named('home'), 'home'),
  path('größe/<str:name>/', named('size'), 'size'),
  include(
    'news/<int:year>/',
    urlpatterns(
      path('', named('archive'), 'archive'),
      include('by/', urlpatterns(path('<slug:slug>/', named('article'), 'article')), 'articles'),
    ),
    'news',
  ),
  include('plain/', urlpatterns(path('x/', named('x'), 'x'))),
  path('files/<path:file>', named('file'), 'file'),
  path('<uuid:id>', named('uuid'), 'uuid'),
)

function reverse(name: string, params?: Record<string, unknown>, options: UntypedReverseOptions = {}): string {
  return reverseUntyped(name, params, { urls, ...options })
}

describe('reverse()', () => {
  test('gives the URL of a name, with its parameters in it', () => {
    assert.equal(reverse('home'), '/')
    assert.equal(reverse('x'), '/plain/x/')
    assert.equal(reverse('news:archive', { year: 2026 }), '/news/2026/')
    assert.equal(reverse('news:articles:article', { year: 2026, slug: 'first-light' }), '/news/2026/by/first-light/')
    assert.equal(reverse('news:archive', { year: '0042' }), '/news/0042/')
    assert.equal(reverse('news:archive', { year: 7n }), '/news/7/')
  })

  test('encodes what cannot stand in a path, and leaves what can', () => {
    assert.equal(reverse('size', { name: 'Zoë & co?#%' }), '/gr%C3%B6%C3%9Fe/Zo%C3%AB%20&%20co%3F%23%25/')
    assert.equal(reverse('file', { file: "a-._~!$&'()*+,;=:@/b" }), "/files/a-._~!$&'()*+,;=:@/b")
    assert.equal(reverse('file', { file: '"<>\\^`{|}' }), '/files/%22%3C%3E%5C%5E%60%7B%7C%7D')
    assert.equal(reverse('file', { file: 'a\nb' }), '/files/a%0Ab')
    assert.equal(reverse('file', { file: '\ud800' }), '/files/%EF%BF%BD')
  })

  test('never gives a path that begins with two slashes, which would name a host', () => {
    const inner = urlpatterns(path('<path:rest>', named('rest'), 'rest'))
    assert.equal(reverse('rest', { rest: '/evil.example/x' }, { urls: inner }), '/%2Fevil.example/x')
  })

  test('refuses a value that the route would not take, and says which', () => {
    const refused: ReadonlyArray<readonly [string, Record<string, unknown>, RegExp]> = [
      ['news:archive', { year: -1 }, /does not take -1 for "year" \(int\)/],
      ['news:archive', { year: 1.5 }, /does not take 1.5/],
      ['news:archive', { year: Number.NaN }, /NaN/],
      ['news:archive', { year: '12x' }, /"12x"/],
      ['news:archive', { year: 2 ** 53 }, /9007199254740992/],
      ['news:archive', { year: null }, /does not take null/],
      ['news:articles:article', { year: 1, slug: 'a b' }, /"a b" for "slug" \(slug\)/],
      ['size', { name: 'a/b' }, /"a\/b"/],
      ['size', { name: '' }, /""/],
      ['size', { name: { of: 'a person' } }, /does not take \{ of/],
      ['size', { name: null }, /null/],
      ['size', { name: Object.create(null) as object }, /for "name"/],
      ['uuid', { id: 'no' }, /uuid/],
    ]
    for (const [name, params, message] of refused) {
      assert.throws(() => reverse(name, params), { name: 'NoReverseMatch', message })
    }
  })

  test('names the parameters that are missing, and those that the route does not have', () => {
    assert.throws(
      () => reverse('news:articles:article', { year: 1 }),
      /"news\/<int:year>\/by\/<slug:slug>\/" needs "slug"/,
    )
    assert.throws(() => reverse('news:archive', { year: undefined }), /needs "year"/)
    assert.throws(() => reverse('home', { page: 1 }), /has no parameter "page"/)
    assert.equal(reverse('home', { page: undefined }), '/')
    assert.throws(() => reverse('news:archive', Object.create({ year: 1 }) as Record<string, unknown>), /needs "year"/)
  })

  test('says what an unknown name might have meant', () => {
    assert.throws(() => reverse('news:archiv'), { name: 'NoReverseMatch', message: /Did you mean "news:archive"\?/ })
    assert.throws(() => reverse('article'), /Did you mean "news:articles:article"\?/)
    assert.throws(() => reverse('entirely-else'), /Is it in urlpatterns\(\)/)
    assert.throws(() => reverse('__proto__'), NoReverseMatch)
  })

  test('takes, of several routes with one name, the last that the parameters fit', () => {
    const several = urlpatterns(
      path('a/', named('a'), 'page'),
      path('a/<int:n>/', named('number'), 'page'),
      path('b/<str:n>/', named('text'), 'page'),
      path('c/', named('c'), 'page'),
    )
    assert.equal(reverse('page', {}, { urls: several }), '/c/')
    assert.equal(reverse('page', { n: 5 }, { urls: several }), '/b/5/')
    const numbersLast = urlpatterns(
      path('b/<str:n>/', named('text'), 'page'),
      path('a/<int:n>/', named('number'), 'page'),
    )
    assert.equal(reverse('page', { n: 5 }, { urls: numbersLast }), '/a/5/')
    assert.equal(reverse('page', { n: 'x' }, { urls: numbersLast }), '/b/x/')
    assert.throws(
      () => reverse('page', { m: 1 }, { urls: several }),
      (error: Error) => {
        for (const { route } of [{ route: 'a/' }, { route: 'a/<int:n>/' }, { route: 'c/' }]) {
          assert.ok(error.message.includes(`"${route}"`), error.message)
        }
        return true
      },
    )
  })
})

describe('what may follow the path', () => {
  test('a query of text, numbers and lists, without what is undefined', () => {
    const query = { page: 2, tag: ['a b', 'ä&='], draft: false, big: 10n, none: undefined }
    assert.equal(reverse('home', {}, { query }), '/?page=2&tag=a+b&tag=%C3%A4%26%3D&draft=false&big=10')
    assert.equal(reverse('home', {}, { query: {} }), '/')
    assert.equal(reverse('home', {}, { query: { tag: [], none: undefined } }), '/')
  })

  test('the query of a request, or other pairs, as they are', () => {
    assert.equal(reverse('x', {}, { query: QueryDict.parse('tag=a&page=1&tag=b') }), '/plain/x/?tag=a&tag=b&page=1')
    assert.equal(reverse('x', {}, { query: new URLSearchParams('q=1&q=2') }), '/plain/x/?q=1&q=2')
    assert.equal(reverse('x', {}, { query: QueryDict.parse('') }), '/plain/x/')
  })

  test('a fragment, encoded', () => {
    assert.equal(reverse('x', {}, { fragment: 'top of ä#' }), '/plain/x/#top%20of%20%C3%A4%23')
    assert.equal(reverse('x', {}, { query: { a: 1 }, fragment: 'b' }), '/plain/x/?a=1#b')
  })
})

describe('a site that is mounted', () => {
  test('has its mount before every URL, encoded as the rest is', () => {
    withScriptPrefix('/größe 1', () => {
      assert.equal(getScriptPrefix(), '/größe 1/')
      assert.equal(reverse('x'), '/gr%C3%B6%C3%9Fe%201/plain/x/')
      assert.equal(reverse('home', {}, { query: { a: 1 } }), '/gr%C3%B6%C3%9Fe%201/?a=1')
    })
    withScriptPrefix('/50%25', () => assert.equal(reverse('home'), '/50%2525/'))
    withScriptPrefix('//evil.example', () => assert.equal(reverse('home'), '/%2Fevil.example/'))
    assert.equal(reverse('x'), '/plain/x/')
  })

  test('keeps its mount for what goes on later, and gives the outer one back', async () => {
    const later = withScriptPrefix('/outer', async () => {
      await Promise.resolve()
      const inner = withScriptPrefix('/outer/inner', () => reverse('x'))
      const root = withScriptPrefix('', () => reverse('x'))
      return [inner, root, reverse('x')]
    })
    assert.equal(getScriptPrefix(), '/')
    assert.deepEqual(await later, ['/outer/inner/plain/x/', '/plain/x/', '/outer/plain/x/'])
  })
})

describe('the URL of a regular expression', () => {
  const expressions = urlpatterns(
    rePath(/^archive\/(?<year>[0-9]{4})\/(?<slug>[\w-]+)\/$/, named('archive'), 'archive'),
    rePath(/^comments\/(?:page-(?<page>\d+)\/)?$/, named('comments'), 'comments'),
    rePath(/^maybe\/?$/, named('maybe'), 'maybe'),
    rePath(/^a\.b\+c\/(?<paren>[()]+)$/, named('escaped'), 'escaped'),
    rePath(/^x\/(?<letter>[a-z])$/i, named('letter'), 'letter'),
    rePath(/^(?:v1|v2)\/$/, named('either'), 'either'),
    rePath(/^(\d+)\/$/, named('unnamed'), 'unnamed'),
    rePath(/^[abc]\/$/, named('class'), 'class'),
    include('in/<int:n>/', urlpatterns(rePath(/^(?<m>\d)$/, named('inner'), 'inner'))),
  )
  const options = { urls: expressions }

  test('has its named groups filled in, if they take their values', () => {
    assert.equal(reverseUntyped('archive', { year: 2026, slug: 'a_b' }, options), '/archive/2026/a_b/')
    assert.throws(() => reverseUntyped('archive', { year: 26, slug: 'a' }, options), /does not take "26" for "year"/)
    assert.throws(() => reverseUntyped('archive', { year: 2026 }, options), /needs "slug"/)
    assert.equal(reverseUntyped('escaped', { paren: '()' }, options), '/a.b+c/()')
    assert.equal(reverseUntyped('letter', { letter: 'Q' }, options), '/x/Q')
    assert.equal(reverseUntyped('inner', { n: 5, m: 6 }, options), '/in/5/6')
  })

  test('leaves out what is optional, unless its parameters are given', () => {
    assert.equal(reverseUntyped('comments', {}, options), '/comments/')
    assert.equal(reverseUntyped('comments', { page: 3 }, options), '/comments/page-3/')
    assert.equal(reverseUntyped('maybe', {}, options), '/maybe')
    assert.throws(() => reverseUntyped('comments', { page: 'x' }, options), /does not take "x" for "page"/)
  })

  test('is refused for an expression that cannot be read backwards', () => {
    for (const name of ['either', 'unnamed', 'class']) {
      assert.throws(() => reverseUntyped(name, {}, options), /too involved to be reversed: use path\(\)/, name)
    }
  })

  test('leads back to the view', () => {
    for (const [name, params] of [
      ['archive', { year: '2026', slug: 'a' }],
      ['comments', { page: '3' }],
      ['comments', {}],
      ['maybe', {}],
    ] as const) {
      const match = resolve(reverseUntyped(name, params, options), expressions)
      assert.deepEqual([match.viewName, match.params], [name, params])
    }
  })
})

describe('matching a regular expression', () => {
  test('the groups that took part are the parameters, as text', () => {
    const some = urlpatterns(rePath(/^c\/(?:page-(?<page>\d+)\/)?(?<rest>.*)$/, named('some')))
    assert.deepEqual(resolve('/c/page-5/x', some).params, { page: '5', rest: 'x' })
    assert.deepEqual(resolve('/c/x', some).params, { rest: 'x' })
  })

  test('begins where the includes around it end, and need not go to the end', () => {
    const some = urlpatterns(include('in/', urlpatterns(rePath(/b\d/, named('b')), rePath(/^c|d$/, named('cd')))))
    assert.equal(resolve('/in/b5/more', some).view.name, 'b')
    assert.throws(() => resolve('/in/ab5', some))
    assert.equal(resolve('/in/cx', some).view.name, 'cd')
    assert.equal(resolve('/in/d', some).view.name, 'cd')
  })

  test('does not remember where it was, whatever its flags', () => {
    for (const regex of [/^a\/(?<n>\d)$/g, /^a\/(?<n>\d)$/y]) {
      const some = urlpatterns(rePath(regex, named('a')))
      for (let i = 0; i < 3; i++) assert.deepEqual(resolve('/a/1', some).params, { n: '1' })
    }
  })

  test('is not kept from its paths by what its beginning looks like', () => {
    const odd = urlpatterns(
      rePath(/^ab?\/x$/, named('optional')),
      rePath(/^cd*\/x$/, named('any number')),
      rePath(/^e{2}\/x$/, named('twice')),
      rePath(/^f\/x|^g\/x/, named('either')),
      rePath(/^h\/(?:a|b)\/x$/, named('group')),
      rePath(/^i\/[|(]\/x$/, named('class')),
      rePath(/^J\/X$/i, named('case')),
      rePath(/^k\|\/x$/, named('escaped')),
      rePath(/l\/x$/m, named('lines')),
    )
    for (const [path, name] of [
      ['/a/x', 'optional'],
      ['/ab/x', 'optional'],
      ['/c/x', 'any number'],
      ['/cddd/x', 'any number'],
      ['/ee/x', 'twice'],
      ['/g/x', 'either'],
      ['/h/b/x', 'group'],
      ['/i/|/x', 'class'],
      ['/j/x', 'case'],
      ['/k|/x', 'escaped'],
      ['/l/x', 'lines'],
    ] as const) {
      assert.equal(resolve(path, odd).view.name, name)
    }
  })
})

test('without any URLs, a name cannot be reversed, and the error says what to do', () => {
  configureUrls({})
  assert.throws(() => reverseUntyped('home'), { name: 'ImproperlyConfigured', message: /rootUrlconf/ })
})
