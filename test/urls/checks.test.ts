import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runChecks } from 'nuages/checks'
import { checkUrls, configureUrls, include, mount, path, rePath, type Urls, urlpatterns } from 'nuages/urls'
import { named } from './support.ts'

function idsOf(urls: Urls<unknown>): string[] {
  configureUrls({ urlconf: urls })
  try {
    return checkUrls().map(({ id, object }) => (object === undefined ? id : `${id} ${object}`))
  } finally {
    configureUrls({})
  }
}

describe('the checks of URLs', () => {
  test('find nothing where all is well, or where there are no URLs', () => {
    const urls = urlpatterns(
      path('', named('home'), 'home'),
      include('a/', urlpatterns(path('b/', named('b'), 'b')), 'a'),
      include('', urlpatterns(path('c/', named('c'), 'c')), 'c'),
      rePath(/^d\/$/, named('d'), 'd'),
      mount('e/', () => []),
    )
    assert.deepEqual(idsOf(urls), [])
    assert.deepEqual(checkUrls(), [])
  })

  test('warn of a slash at the beginning, of ^ and $ in path(), and of a prefix without a slash', () => {
    const urls = urlpatterns(
      path('/about/', named('about')),
      path('^news/$', named('news')),
      include('blog', urlpatterns(path('/x', named('x')))),
      include('^shop/', urlpatterns()),
    )
    assert.deepEqual(idsOf(urls), [
      'urls.W002 route "/about/"',
      'urls.W001 route "^news/$"',
      'nuages.urls.W001 route "blog"',
      'urls.W002 route "/x"',
      'urls.W001 route "^shop/"',
    ])
  })

  test('warn of a colon in a name, and once of a namespace that comes twice', () => {
    const inner = urlpatterns(path('x/', named('x'), 'x'))
    const urls = urlpatterns(
      path('a/', named('a'), 'a:b'),
      include('b/', inner, 'same'),
      include('c/', inner, 'same'),
      include('d/', inner, 'same'),
      include('e/', urlpatterns(include('f/', inner, 'same')), 'other'),
    )
    assert.deepEqual(idsOf(urls), ['urls.W003 route "a/"', 'urls.W005'])
  })

  test('run with the rest', async () => {
    configureUrls({ urlconf: urlpatterns(path('/x', named('x'))) })
    try {
      const found = await runChecks({ tags: ['urls'] })
      assert.deepEqual(
        found.map(({ id, level }) => [id, level]),
        [['urls.W002', 'WARNING']],
      )
      assert.ok(found.every(({ hint, message }) => hint !== '' && message.endsWith('.')))
    } finally {
      configureUrls({})
    }
  })
})
