/** What routes give to views besides the parameters of the path. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { HttpResponse } from 'nuages/http'
import {
  configureUrls,
  include,
  mount,
  path,
  rePath,
  resolve,
  reverseFault,
  reverseUntyped,
  type Urls,
  urlpatterns,
} from 'nuages/urls'

const ok = (): HttpResponse => new HttpResponse('')

function use(urls: Urls<unknown>): void {
  configureUrls({ urlconf: urls })
}

describe('arguments of routes', () => {
  afterEach(() => configureUrls({}))

  test('go to the view besides the parameters, of path() and rePath()', () => {
    use(
      urlpatterns(
        path('<int:year>/', ok, { name: 'year', args: { state: 'open' } }),
        path('plain/', ok, 'plain'),
        path('named/', ok, { name: 'named' }),
        rePath(/^r(?<id>\d)$/, ok, { name: 're', args: { state: 'closed' } }),
      ),
    )
    const match = resolve('/2026/')
    assert.deepEqual(match.params, { year: 2026, state: 'open' })
    assert.deepEqual([match.capturedParams, match.args], [{ year: 2026 }, { state: 'open' }])
    assert.deepEqual(resolve('/r7').params, { id: '7', state: 'closed' })
    assert.deepEqual([resolve('/plain/').params, resolve('/plain/').args], [{}, {}])
    assert.equal(reverseUntyped('named'), '/named/')
    assert.equal(reverseUntyped('re', { id: '7' }), '/r7')
  })

  test('are of all routes below an include; what is nearer to the view comes first', () => {
    const inner = urlpatterns(
      path('', ok),
      path('<int:a>/', ok),
      path('args/', ok, { args: { a: 'inner' } }),
      path('both/<int:a>/', ok, { args: { a: 'inner' } }),
      mount('app/', () => []),
    )
    use(
      urlpatterns(
        include('x/', inner, undefined, { args: { a: 'outer', b: 'outer' } }),
        include('<slug:a>/in/', inner, undefined, { args: { a: 'outer' } }),
        include('<slug:a>/deep/', urlpatterns(include('<slug:b>/', inner, undefined, { args: { a: 'middle' } }))),
        include('y/', urlpatterns(include('<slug:b>/', inner)), undefined, { args: { b: 'outer' } }),
      ),
    )
    for (const [at, params] of [
      ['/x/', { a: 'outer', b: 'outer' }],
      ['/x/5/', { a: 5, b: 'outer' }],
      ['/x/args/', { a: 'inner', b: 'outer' }],
      ['/x/both/5/', { a: 'inner', b: 'outer' }],
      ['/slug/in/', { a: 'outer' }],
      ['/slug/deep/bee/', { a: 'middle', b: 'bee' }],
      ['/slug/deep/bee/5/', { a: 5, b: 'bee' }],
      ['/y/bee/', { b: 'bee' }],
    ] as const) {
      assert.deepEqual(resolve(at).params, params, at)
    }
    assert.equal(resolve('/x/app/more').route, 'x/app/')
  })

  test('choose among routes of one name, where reverse() is given them', () => {
    use(
      urlpatterns(
        path('open/<int:id>/', ok, { name: 'list', args: { state: 'open' } }),
        path('closed/<int:id>/', ok, { name: 'list', args: { state: 'closed' } }),
      ),
    )
    assert.equal(reverseUntyped('list', { id: 1 }), '/closed/1/')
    assert.equal(reverseUntyped('list', { id: 1, state: 'open' }), '/open/1/')
    assert.throws(() => reverseUntyped('list', { id: 1, state: 'else' }), {
      name: 'NoReverseMatch',
      message: /"closed\/<int:id>\/" has "closed" for "state", not "else"/,
    })
    assert.equal(reverseFault('list', ['id', 'state']), undefined)
    assert.equal(reverseFault('list', ['id', 'stat'])?.kind, 'parameters')
  })

  test('are kept as they were when the route was made', () => {
    const args: Record<string, unknown> = { a: 1 }
    const urls = urlpatterns(path('', ok, { args }))
    args['b'] = 2
    use(urls)
    assert.deepEqual(resolve('/').params, { a: 1 })
  })

  test("are not Django's third argument, nor a list", () => {
    const wrong = [
      [
        () => path('a/', ok, { state: 'open' } as never),
        /path\("a\/", …\) has no option "state".*\{ args: \{ state: … \} \}/,
      ],
      [() => rePath(/^a/, ok, { args: ['x'] } as never), /rePath\(\/\^a\/, …\) needs an object as args/],
      [() => path('a/', ok, null as never), /options that are no object, but null/],
      [
        () => include('a/', urlpatterns(), 'a', { app: 'x' } as never),
        /include\("a\/", …\) has no option "app": it has appName and args/,
      ],
    ] as const
    for (const [make, message] of wrong) assert.throws(make, { name: 'ImproperlyConfigured', message })
  })
})
