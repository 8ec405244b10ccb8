import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { HttpResponse, type Middleware, StreamingHttpResponse } from 'nuages/http'
import { Client } from 'nuages/test'
import {
  clearUrlCaches,
  configureUrls,
  getScriptPrefix,
  getUrlconf,
  include,
  path,
  resolve,
  reverseLazy,
  reverseUntyped,
  setScriptPrefix,
  setUrlconf,
  type Urls,
  type UrlsModule,
  urlpatterns,
} from 'nuages/urls'
import { makeSite, RecordList } from '../test-tools/site.ts'

const ok = (): HttpResponse => new HttpResponse()

/** Run apart, so that what is set there is not set for the next test. */
const apart = <T>(fn: () => T): Promise<T> => new Promise<void>((resolve) => setImmediate(resolve)).then(fn)

describe('a list of URLs of one request', () => {
  afterEach(resetForTests)

  const home = (): HttpResponse => new HttpResponse(reverseUntyped('home'))
  const later = async (): Promise<HttpResponse> => {
    await new Promise((resolve) => setImmediate(resolve))
    return new HttpResponse(reverseUntyped('home'))
  }
  const main = urlpatterns(path('', home, 'home'))
  const shop = urlpatterns(path('shop/', home, 'home'), path('later/', later))
  const byHost: Middleware = (getResponse) => (request) => {
    if (request.headers.get('X-Shop') !== undefined) request.urlconf = shop
    return getResponse(request)
  }

  test('is what resolve() and reverse() look at, in that request alone', async () => {
    const client = new Client(await makeSite(main, { middleware: [byHost] }))
    const inShop = { headers: { 'X-Shop': '1' } }
    const [one, two, three, missing] = await Promise.all([
      client.get('/later/', inShop),
      client.get('/'),
      client.get('/shop/', inShop),
      client.get('/', inShop),
    ])
    assert.equal(await one.text(), '/shop/')
    assert.equal(await two.text(), '/')
    assert.equal(await three.text(), '/shop/')
    assert.equal(missing.status, 404)
    assert.equal((await client.get('/shop/')).status, 404)
  })

  test('counts for its error pages, and for what streams', async () => {
    const log = new RecordList()
    const list = urlpatterns(
      path('home/', home, 'home'),
      path('stream/', () => new StreamingHttpResponse(later())),
    )
    async function* later(): AsyncGenerator<string> {
      yield reverseUntyped('home')
      await new Promise((resolve) => setImmediate(resolve))
      yield reverseUntyped('home')
    }
    const inList: Middleware = (getResponse) => (request) => {
      request.urlconf = list
      return getResponse(request)
    }
    const rootUrlconf = async (): Promise<UrlsModule> => ({
      urls: main,
      handler404: () => new HttpResponse(reverseUntyped('home'), { status: 404 }),
    })
    const client = new Client(await makeSite(main, { middleware: [inList], rootUrlconf }, log))
    assert.equal(await (await client.get('/nowhere/')).text(), '/home/')
    assert.equal(await (await client.get('/stream/')).text(), '/home//home/')
    assert.equal(reverseUntyped('home'), '/')
  })

  test('can be set by hand', async () => {
    configureUrls({ urlconf: main })
    await apart(() => {
      setUrlconf(shop)
      assert.equal(getUrlconf(), shop)
      assert.equal(reverseUntyped('home'), '/shop/')
      setUrlconf(undefined)
      assert.equal(reverseUntyped('home'), '/')
    })
  })
})

describe('instances of an app', () => {
  afterEach(() => configureUrls({}))
  const polls = urlpatterns(path('', ok, 'index'), path('<int:id>/', ok as never, 'detail'))
  const app = { appName: 'polls' }
  const use = (urls: Urls<unknown>) => configureUrls({ urlconf: urls })

  test('are found by the current one, and otherwise the last', () => {
    use(urlpatterns(include('author/', polls, 'author', app), include('publisher/', polls, 'publisher', app)))
    assert.equal(reverseUntyped('polls:index'), '/publisher/')
    assert.equal(reverseUntyped('polls:index', {}, { currentApp: 'author' }), '/author/')
    assert.equal(reverseUntyped('polls:index', {}, { currentApp: 'other' }), '/publisher/')
    assert.equal(reverseUntyped('author:index', {}, { currentApp: 'publisher' }), '/author/')
    assert.throws(() => reverseUntyped('polls:missing'), { name: 'NoReverseMatch' })
  })

  test('have one by default, whose namespace is the name of the app', () => {
    use(urlpatterns(include('polls/', polls, 'polls', app), include('author/', polls, 'author', app)))
    assert.equal(reverseUntyped('polls:detail', { id: 1 }), '/polls/1/')
    assert.equal(reverseUntyped('polls:detail', { id: 1 }, { currentApp: 'author' }), '/author/1/')
  })

  test('are found within others', () => {
    const site = urlpatterns(include('a/', polls, 'a', app), include('b/', polls, 'b', app))
    use(
      urlpatterns(include('one/', site, 'one', { appName: 'site' }), include('two/', site, 'two', { appName: 'site' })),
    )
    assert.equal(reverseUntyped('site:polls:index'), '/two/b/')
    assert.equal(reverseUntyped('site:polls:index', {}, { currentApp: 'one:a' }), '/one/a/')
    assert.equal(reverseUntyped('one:polls:index'), '/one/b/')
    const match = resolve('/one/a/')
    assert.deepEqual(
      [match.namespace, match.appName, match.appNames, match.viewName],
      ['one:a', 'site:polls', ['site', 'polls'], 'one:a:index'],
    )
  })

  test('count where they come last, and are left with all that is in them', () => {
    use(urlpatterns(include('1/', polls, 'a', app), include('2/', polls, 'b', app), include('3/', polls, 'a', app)))
    assert.equal(reverseUntyped('polls:index'), '/3/')
    const site = urlpatterns(include('a/', polls, 'a', app), include('b/', polls, 'b', app))
    use(urlpatterns(include('one/', site, 'one'), include('two/', site, 'two')))
    // The current app lies elsewhere, so what it is called there says nothing.
    assert.equal(reverseUntyped('two:polls:index', {}, { currentApp: 'one:a' }), '/two/b/')
    assert.equal(reverseUntyped('two:polls:index', {}, { currentApp: 'two:a' }), '/two/a/')
    assert.equal(reverseUntyped('two:polls:index', {}, { currentApp: 'two' }), '/two/b/')
  })

  test('need a namespace', () => {
    assert.throws(() => include('polls/', polls, undefined, app), { name: 'ImproperlyConfigured' })
  })
})

describe('a URL for later', () => {
  afterEach(() => configureUrls({}))

  test('is worked out when it is used', () => {
    const url = reverseLazy('road:home', {}, { query: { page: 2 } })
    assert.throws(() => String(url), { name: 'ImproperlyConfigured' })
    configureUrls({ urlconf: urlpatterns(include('', urlpatterns(path('home/', ok, 'home')), 'road')) })
    assert.equal(String(url), '/home/?page=2')
    assert.equal(JSON.stringify({ url }), '{"url":"/home/?page=2"}')
  })
})

describe('what is remembered', () => {
  test('of a list can be forgotten', () => {
    const urls = { entries: [...urlpatterns(path('a/', ok)).entries] }
    assert.equal(resolve('/a/', urls).route, 'a/')
    urls.entries.push(...urlpatterns(path('b/', ok)).entries)
    assert.throws(() => resolve('/b/', urls), { name: 'Resolver404' })
    clearUrlCaches()
    assert.equal(resolve('/b/', urls).route, 'b/')
  })

  test('of the mount can be set', async () => {
    await apart(() => {
      setScriptPrefix('/mount')
      assert.equal(getScriptPrefix(), '/mount/')
    })
  })
})
