import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { ImproperlyConfigured } from 'nuages/exceptions'
import { HttpResponse, type HttpRequest } from 'nuages/http'
import { Client } from 'nuages/test'
import {
  configureUrls,
  getResolver,
  include,
  isValidPath,
  listRoutes,
  mount,
  path,
  rePath,
  resolve,
  Resolver404,
  urlpatterns,
} from 'nuages/urls'
import { makeSite } from '../test-tools/site.ts'
import { find, named } from './support.ts'

describe('the order of routes', () => {
  test('of two routes that match, the first wins', () => {
    const urls = urlpatterns(
      path('articles/2003/', named('special')),
      path('articles/<int:year>/', named('year')),
      path('articles/<str:any>/', named('any')),
    )
    assert.equal(find(urls, '/articles/2003/')?.view, 'special')
    assert.equal(find(urls, '/articles/2004/')?.view, 'year')
    assert.equal(find(urls, '/articles/new/')?.view, 'any')
  })

  test('a general route before a special one hides it', () => {
    const urls = urlpatterns(
      path('articles/<str:any>/', named('any')),
      path('articles/2003/', named('special')),
      path('<path:rest>', named('rest')),
      path('about/', named('about')),
    )
    assert.equal(find(urls, '/articles/2003/')?.view, 'any')
    assert.equal(find(urls, '/about/')?.view, 'rest')
  })

  test('an include is tried where it stands, and what follows it when nothing in it matches', () => {
    const inner = urlpatterns(path('one/', named('inner one')))
    const urls = urlpatterns(
      path('a/first/', named('first')),
      include('a/', inner),
      path('a/one/', named('too late')),
      path('a/two/', named('two')),
    )
    assert.equal(find(urls, '/a/first/')?.view, 'first')
    assert.equal(find(urls, '/a/one/')?.view, 'inner one')
    assert.equal(find(urls, '/a/two/')?.view, 'two')
  })

  test('a regular expression, a parameter and a literal keep their order among each other', () => {
    const urls = urlpatterns(
      rePath(/^x\/(?<n>\d)\/$/, named('regex')),
      path('x/<int:n>/', named('int')),
      path('x/7/', named('literal')),
    )
    assert.deepEqual(find(urls, '/x/7/'), { view: 'regex', params: { n: '7' } })
    assert.deepEqual(find(urls, '/x/77/'), { view: 'int', params: { n: 77 } })
  })
})

describe('matching', () => {
  test('a route is matched as a whole', () => {
    const urls = urlpatterns(path('about/', named('about')), path('<int:n>', named('number')))
    for (const wrong of ['/about', '/about//', '//about/', '/about/x', '/xabout/', '/12a', '/a12', '/']) {
      assert.equal(find(urls, wrong), undefined, wrong)
    }
    assert.equal(find(urls, '/about/')?.view, 'about')
  })

  test('a line break at the end is no match', () => {
    const urls = urlpatterns(
      path('about', named('about')),
      path('n/<int:n>', named('int')),
      path('s/<slug:s>', named('slug')),
      path('u/<uuid:u>', named('uuid')),
      rePath(/^r\/(?<r>[a-z]+)$/, named('regex')),
    )
    const uuid = '075194d3-6885-417e-a8a8-6c931e272f00'
    for (const good of ['/about', '/n/1', '/s/a-b_C', `/u/${uuid}`, '/r/abc']) {
      assert.ok(find(urls, good), good)
      assert.equal(find(urls, `${good}\n`), undefined, `${good} and a line break`)
    }
  })

  test('the empty route is the root of the site, and of an include', () => {
    const urls = urlpatterns(
      path('', named('home')),
      include('blog/', urlpatterns(path('', named('blog')), path('new', named('new')))),
      include('', urlpatterns(path('about', named('about')))),
    )
    assert.equal(find(urls, '/')?.view, 'home')
    assert.equal(find(urls, '')?.view, 'home')
    assert.equal(find(urls, '/blog/')?.view, 'blog')
    assert.equal(find(urls, '/blog/new')?.view, 'new')
    assert.equal(find(urls, '/about')?.view, 'about')
    assert.equal(find(urls, '/blog'), undefined)
  })

  test('letters beyond ASCII, spaces and percent signs are matched as the decoded path has them', () => {
    const urls = urlpatterns(
      path('größe/<str:name>/', named('size')),
      path('100%/', named('percent')),
      path('two words/', named('words')),
    )
    assert.deepEqual(find(urls, '/größe/Zoë Ünal/'), { view: 'size', params: { name: 'Zoë Ünal' } })
    assert.equal(find(urls, '/100%/')?.view, 'percent')
    assert.equal(find(urls, '/two words/')?.view, 'words')
    assert.equal(find(urls, '/gr%C3%B6%C3%9Fe/x/'), undefined)
  })

  test('what a regular expression would give a meaning to is literal text in a route', () => {
    const urls = urlpatterns(path('a.b+(c)|[d]{2}^$*?\\/', named('odd')))
    assert.equal(find(urls, '/a.b+(c)|[d]{2}^$*?\\/')?.view, 'odd')
    assert.equal(find(urls, '/axb+(c)|[d]{2}^$*?\\/'), undefined)
  })

  test('the first parameter takes as much as it can, as in a regular expression', () => {
    const urls = urlpatterns(
      path('s/<slug:name>-<int:id>/', named('slug and id')),
      path('f/<path:directory>/<str:file>', named('file')),
      path('x/<str:stem>.<str:ending>', named('ending')),
      path('d/<int:a><int:b>/', named('digits')),
      path('i/<uuid:id><str:rest>', named('uuid')),
    )
    assert.deepEqual(find(urls, '/s/a-b-12/')?.params, { name: 'a-b', id: 12 })
    assert.deepEqual(find(urls, '/s/a-1-12/')?.params, { name: 'a-1', id: 12 })
    assert.deepEqual(find(urls, '/f/a/b/c.txt')?.params, { directory: 'a/b', file: 'c.txt' })
    assert.deepEqual(find(urls, '/x/a.tar.gz')?.params, { stem: 'a.tar', ending: 'gz' })
    assert.deepEqual(find(urls, '/d/1234/')?.params, { a: 123, b: 4 })
    const uuid = '075194d3-6885-417e-a8a8-6c931e272f00'
    assert.deepEqual(find(urls, `/i/${uuid}.json`)?.params, { id: uuid, rest: '.json' })
    assert.equal(find(urls, '/d/1/'), undefined)
  })

  test('a parameter of an include goes to the views in it, and the inner one of two with one name wins', () => {
    const urls = urlpatterns(
      include(
        'users/<int:user>/',
        urlpatterns(
          path('', named('user')),
          path('posts/<slug:post>/', named('post')),
          rePath(/^old\/(?<post>\w+)$/, named('old')),
          path('<int:user>/', named('again')),
        ),
      ),
    )
    assert.deepEqual(find(urls, '/users/7/'), { view: 'user', params: { user: 7 } })
    assert.deepEqual(find(urls, '/users/7/posts/a-b/'), { view: 'post', params: { user: 7, post: 'a-b' } })
    assert.deepEqual(find(urls, '/users/7/old/abc'), { view: 'old', params: { user: 7, post: 'abc' } })
    assert.deepEqual(find(urls, '/users/7/8/'), { view: 'again', params: { user: 8 } })
    assert.equal(find(urls, '/users/x/'), undefined)
  })

  test('a prefix that may end in several places leaves an expression, or an application, the shortest rest', () => {
    const urls = urlpatterns(
      include('<path:directory>/', urlpatterns(rePath(/^(?<file>[^/]*)$/, named('file')), path('more', named('more')))),
    )
    assert.deepEqual(find(urls, '/a/b/c'), { view: 'file', params: { directory: 'a/b', file: 'c' } })
    assert.deepEqual(find(urls, '/a/b/'), { view: 'file', params: { directory: 'a/b', file: '' } })
    const mounts = urlpatterns(
      include('<path:directory>/', urlpatterns(mount('app/', () => []))),
      include('n/<int:a><int:b>', urlpatterns(mount('', () => []))),
    )
    assert.deepEqual(find(mounts, '/a/b/app/')?.params, { directory: 'a/b', rest: '' })
    assert.deepEqual(find(mounts, '/a/app/app/x')?.params, { directory: 'a/app', rest: 'x' })
    assert.deepEqual(find(mounts, '/n/123')?.params, { a: 12, b: 3, rest: '' })
  })

  test('a parameter cannot be empty', () => {
    const urls = urlpatterns(path('<str:a>/<path:b>', named('two')))
    assert.equal(find(urls, '//x'), undefined)
    assert.equal(find(urls, '/x/'), undefined)
    assert.deepEqual(find(urls, '/x//')?.params, { a: 'x', b: '/' })
  })
})

describe('what a path leads to', () => {
  const inner = urlpatterns(path('<int:id>/', named('view'), 'detail'), path('plain/', named('plain')))
  const urls = urlpatterns(
    include('shop/', urlpatterns(include('item/', inner, 'item'), path('', named('shop'), 'home')), 'shop'),
    path('', named('home'), 'home'),
  )

  test('is told with its names, namespaces and the route as it was written', () => {
    const match = resolve('/shop/item/3/', urls)
    assert.equal(match.view.name, 'view')
    assert.deepEqual(
      { ...match, view: undefined },
      {
        view: undefined,
        params: { id: 3 },
        urlName: 'detail',
        viewName: 'shop:item:detail',
        route: 'shop/item/<int:id>/',
        namespaces: ['shop', 'item'],
        namespace: 'shop:item',
        args: {},
        capturedParams: { id: 3 },
        appNames: [],
        appName: '',
      },
    )
  })

  test('has no namespace at the root, and the name of its view where the route has none', () => {
    const home = resolve('/', urls)
    assert.deepEqual([home.viewName, home.namespace, home.namespaces, home.params], ['home', '', [], {}])
    const plain = resolve('/shop/item/plain/', urls)
    assert.deepEqual([plain.urlName, plain.viewName], [undefined, 'plain'])
  })

  test('has parameters of its own at each request', () => {
    const one = resolve('/', urls).params as Record<string, unknown>
    one['changed'] = true
    assert.deepEqual(resolve('/', urls).params, {})
  })

  test('nothing is a Resolver404 that says the path and what was tried', () => {
    assert.throws(
      () => resolve('/shop/nowhere/', urls),
      (error: unknown) => {
        assert.ok(error instanceof Resolver404)
        assert.match(error.message, /"\/shop\/nowhere\/"/)
        assert.equal(error.path, 'shop/nowhere/')
        assert.deepEqual(
          error.tried.map(({ route, name }) => [route, name]),
          [
            ['shop/item/<int:id>/', 'shop:item:detail'],
            ['shop/item/plain/', undefined],
            ['shop/', 'shop:home'],
            ['', 'home'],
          ],
        )
        return true
      },
    )
  })

  test('can be asked for without an error', () => {
    assert.equal(isValidPath('/shop/item/3/', urls), true)
    assert.equal(isValidPath('/shop/item/x/', urls), false)
    assert.equal(getResolver(urls).find('/shop/item/x/'), undefined)
    assert.equal(getResolver(urls).find('/shop/item/3/')?.viewName, 'shop:item:detail')
  })

  test('all routes can be listed', () => {
    const all = urlpatterns(
      include('r/<int:n>/', urlpatterns(rePath(/^x$/, named('x'), 'x')), 'ns'),
      mount('app/', () => []),
    )
    assert.deepEqual(
      listRoutes(all).map(({ route, name, isMount }) => ({ route, name, isMount })),
      [
        { route: 'r/<int:n>//^x$/', name: 'ns:x', isMount: false },
        { route: 'app/', name: undefined, isMount: true },
      ],
    )
  })

  test("the project's own URLs are asked where no others are given, and without any the error says what to do", () => {
    assert.throws(() => resolve('/'), { name: 'ImproperlyConfigured', message: /rootUrlconf/ })
    configureUrls({ urlconf: urls })
    try {
      assert.equal(resolve('/').viewName, 'home')
      assert.equal(isValidPath('/nowhere/'), false)
    } finally {
      configureUrls({})
    }
  })
})

describe('a route that cannot be used', () => {
  const wrong: ReadonlyArray<readonly [route: string, reason: RegExp]> = [
    ['<int:year', /"<" or ">"/],
    ['year>', /"<" or ">"/],
    ['<int:>/', /no valid name/],
    ['<int:2nd>/', /no valid name/],
    ['<int: year>/', /no valid name/],
    ['<int:a b>/', /no valid name/],
    ['<str:__proto__>/', /no valid name/],
    ['<a>/<int:a>/', /"a" twice/],
    ['<integer:n>/', /unknown path converter "integer"/],
    ['<init:n>/', /Did you mean "int"\?/],
  ]
  for (const [route, reason] of wrong) {
    test(`is refused with its reason: ${route}`, () => {
      const use = () => path(route, named('view') as never)
      assert.throws(use, { name: 'ImproperlyConfigured', message: reason })
      assert.throws(use, (error: Error) => error.message.includes(JSON.stringify(route)))
    })
  }

  test('a view that is none, and an include of nothing, are refused where they are written', () => {
    const nothing = undefined as never
    assert.throws(() => path('x/', nothing), { name: 'ImproperlyConfigured', message: /"x\/" has no view.*undefined/ })
    assert.throws(() => rePath(/^x$/, 'view' as never), { message: /no view.*string/ })
    assert.throws(() => include('x/', nothing), ImproperlyConfigured)
    assert.throws(() => include('x/', [] as never), { message: /urlpatterns\(\)/ })
    assert.throws(() => mount('x', () => []), { message: /ends with a slash/ })
    assert.throws(() => mount('<int:n>/', () => []), { message: /no parameters/ })
    assert.throws(() => mount('x/', nothing), { name: 'ImproperlyConfigured', message: /application/ })
  })

  test('a class in the place of a view is refused where it is written, with what to write', () => {
    class Greeting {
      static readonly asView = (): void => {}
      readonly word = 'x'
    }
    class Plain {
      readonly word = 'x'
    }
    const refused = (act: () => unknown, message: RegExp): void =>
      assert.throws(act, { name: 'ImproperlyConfigured', message })
    refused(() => path('x/', Greeting as never), /"x\/" was given the class Greeting: write Greeting\.asView\(\)\.$/)
    refused(() => rePath(/^x$/, Greeting as never), /was given the class Greeting: write Greeting\.asView\(\)\.$/)
    refused(() => path('x/', Plain as never), /was given the class Plain: give a function of the request/)
    refused(
      () => include('x/', Greeting as never),
      /was given the class Greeting: write path\("x\/", Greeting\.asView\(\)\)\.$/,
    )
    refused(() => mount('x/', Plain as never), /was given no application, but a class, Plain/)
  })
})

describe('a list under a prefix', () => {
  afterEach(resetForTests)

  test('gives its parameters to views that declare them as optional, and what they were made with', async () => {
    const detail =
      (state: string) =>
      (_request: HttpRequest, { team = 'all', id }: { team?: string; id: number }): HttpResponse =>
        new HttpResponse(`${state} ${id} of ${team}`)
    const polls = urlpatterns(path('<int:id>/', detail('open')), path('<int:id>/closed/', detail('closed')))
    const client = new Client(
      await makeSite(urlpatterns(include('polls/', polls), include('<slug:team>/polls/', polls))),
    )
    assert.equal(await (await client.get('/polls/1/')).text(), 'open 1 of all')
    assert.equal(await (await client.get('/blue/polls/1/closed/')).text(), 'closed 1 of blue')
  })
})
