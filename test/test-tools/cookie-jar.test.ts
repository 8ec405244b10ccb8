import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { resetForTests } from 'nuages'
import { HttpResponse, type HttpRequest } from 'nuages/http'
import { Client, CookieJar } from 'nuages/test'
import { path, urlpatterns } from 'nuages/urls'
import { makeSite } from './site.ts'

describe('test-tools/cookie-jar', () => {
  afterEach(resetForTests)

  const at = (target: string, secure = false): { host: string; path: string; secure: boolean } => {
    const url = new URL(target, 'http://testserver')
    return { host: url.host, path: url.pathname, secure }
  }

  describe('a cookie jar', () => {
    test('sends a cookie to its path and what is below it', () => {
      const jar = new CookieJar()
      jar.receive('a=1; Path=/shop', at('/'))
      jar.receive('b=2; Path=/', at('/'))
      jar.receive('c=3', at('/shop/cart/add'))
      assert.equal(jar.headerFor(at('/')), 'b=2')
      assert.equal(jar.headerFor(at('/shop')), 'a=1; b=2')
      assert.equal(jar.headerFor(at('/shopping')), 'b=2')
      assert.equal(jar.headerFor(at('/shop/cart/')), 'c=3; a=1; b=2')
    })

    test('drops a cookie whose prefix promises what it does not keep', () => {
      const jar = new CookieJar()
      for (const header of [
        '__Host-a=1; Path=/',
        '__Host-b=1; Secure; Path=/shop',
        '__host-c=1; Secure; Path=/; Domain=testserver',
        '__Host-d=1; Secure',
        '__Secure-e=1; Path=/',
        '__Host-f=1; Secure; Path=/',
        '__Secure-g=1; Secure; Domain=testserver',
      ]) {
        jar.receive(header, at('/', true))
      }
      assert.deepEqual(
        [...jar],
        [
          ['__Host-f', '1'],
          ['__Secure-g', '1'],
        ],
      )
    })

    test('keeps cookies of one name apart by path and domain', () => {
      const jar = new CookieJar()
      jar.receive('a=root; Path=/', at('/'))
      jar.receive('a=shop; Path=/shop', at('/'))
      assert.equal(jar.headerFor(at('/shop')), 'a=shop; a=root')
      assert.equal(jar.get('a'), 'shop')
      jar.receive('a=new; Path=/', at('/'))
      assert.equal(jar.headerFor(at('/')), 'a=new')
      assert.equal(jar.size, 2)
    })

    test('forgets a cookie when it expires or is deleted', (t) => {
      t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
      const jar = new CookieJar()
      jar.receive('short=1; Max-Age=10', at('/'))
      jar.receive('long=1; Expires=Thu, 01 Jan 1970 01:00:00 GMT', at('/'))
      jar.receive('session=1', at('/'))
      assert.deepEqual(
        [...jar].map(([name]) => name),
        ['short', 'long', 'session'],
      )
      t.mock.timers.tick(10_000)
      assert.equal(jar.has('short'), false)
      jar.receive('long=; Max-Age=0', at('/'))
      assert.equal(jar.headerFor(at('/')), 'session=1')
      jar.receive('session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT', at('/'))
      assert.equal(jar.headerFor(at('/')), undefined)
    })

    test('Max-Age counts more than Expires', () => {
      const jar = new CookieJar()
      jar.receive('a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', at('/'))
      assert.equal(jar.get('a'), '1')
    })

    test('sends a secure cookie by HTTPS only', () => {
      const jar = new CookieJar()
      jar.receive('a=1; Secure', at('/', true))
      assert.equal(jar.headerFor(at('/')), undefined)
      assert.equal(jar.headerFor(at('/', true)), 'a=1')
    })

    test('gives a cookie with a domain to all below it, and one without to its host alone', () => {
      const jar = new CookieJar()
      jar.receive('wide=1; Domain=.Example.com', at('http://www.example.com/'))
      jar.receive('own=1', at('http://www.example.com/'))
      jar.receive('foreign=1; Domain=other.com', at('http://www.example.com/'))
      jar.receive('near=1; Domain=ample.com', at('http://www.example.com/'))
      assert.equal(jar.headerFor(at('http://www.example.com:8000/')), 'wide=1; own=1')
      assert.equal(jar.headerFor(at('http://a.example.com/')), 'wide=1')
      assert.equal(jar.headerFor(at('http://notexample.com/')), undefined)
    })

    test('holds what a test puts in, for every host', () => {
      const jar = new CookieJar()
      jar.set('name', 'Zoë; x', { path: '/a' })
      assert.equal(jar.get('name'), 'Zoë; x')
      assert.equal(jar.headerFor(at('/a/b')), 'name=Zo%C3%AB%3B%20x')
      assert.equal(jar.delete('name'), true)
      assert.equal(jar.delete('name'), false)
      jar.set('b', '1')
      jar.clear()
      assert.equal(jar.size, 0)
    })
  })

  describe('a client', () => {
    const visit = (request: HttpRequest): HttpResponse => {
      const count = Number(request.cookies.get('visits') ?? '0') + 1
      const response = new HttpResponse(`${count} ${request.cookies.get('name') ?? ''}`)
      response.setCookie('visits', String(count), { maxAge: 60, httpOnly: true, sameSite: 'Lax' })
      response.setCookie('name', 'Zoë, ; x')
      return response
    }
    const forget = (): HttpResponse => {
      const response = new HttpResponse()
      response.deleteCookie('visits')
      return response
    }

    test('brings back the cookies that it got', async () => {
      const client = new Client(await makeSite(urlpatterns(path('', visit), path('forget/', forget))))
      const first = await client.get('/')
      assert.equal(await first.text(), '1 ')
      const { name, value, maxAge, httpOnly, sameSite, path: where } = first.cookies.get('visits') ?? {}
      assert.deepEqual([name, value, maxAge, httpOnly, sameSite, where], ['visits', '1', 60, true, 'Lax', '/'])
      assert.equal(first.headers.getSetCookie().length, 2)
      assert.equal(await (await client.get('/')).text(), '2 Zoë, ; x')
      assert.equal(client.cookies.get('visits'), '2')
      const gone = await client.get('/forget/')
      assert.equal(gone.cookies.get('visits')?.maxAge, 0)
      assert.equal(client.cookies.has('visits'), false)
      assert.equal(await (await client.get('/', { headers: { Cookie: 'visits=7' } })).text(), '8 Zoë, ; x')
    })
  })
})
