import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { include, path, registerConverter, reverseUntyped, urlpatterns } from 'nuages/urls'
import { find, named } from './support.ts'

declare module 'nuages/urls' {
  interface PathConverters {
    testYear: number
    testEven: number
    testTail: string
    testWord: string
    testDeep: string
    testMaybe: string
    testPlain: string
  }
}

registerConverter('testYear', { regex: '[0-9]{4}', toValue: Number, toUrl: (year) => String(year).padStart(4, '0') })
registerConverter('testEven', {
  regex: '[0-9]+',
  toValue(text) {
    const number = Number(text)
    if (number % 2 !== 0) throw new RangeError('odd')
    return number
  },
  toUrl: String,
})
const same = { toValue: (text: string) => text, toUrl: (value: string) => value }
registerConverter('testTail', { regex: '[ab]+', ...same })
registerConverter('testWord', { regex: '(?:one|two)', ...same })
registerConverter('testDeep', { regex: '[a-z]+(?:/[a-z]+)*', ...same })
registerConverter('testMaybe', { regex: '[a-z]*', ...same })

describe('the converters that are there', () => {
  const uuid = '075194d3-6885-417e-a8a8-6c931e272f00'
  const cases: ReadonlyArray<readonly [converter: string, text: string, value: unknown]> = [
    ['str', 'a b', 'a b'],
    ['str', 'a/b', undefined],
    ['str', 'a\nb', 'a\nb'],
    ['int', '0', 0],
    ['int', '007', 7],
    ['int', '9007199254740991', 9007199254740991],
    ['int', '9007199254740993', undefined],
    ['int', '9'.repeat(400), undefined],
    ['int', '-1', undefined],
    ['int', '+1', undefined],
    ['int', '1.0', undefined],
    ['int', '1e3', undefined],
    ['int', '٣', undefined],
    ['slug', 'Building-your_1st', 'Building-your_1st'],
    ['slug', 'ä', undefined],
    ['slug', 'a.b', undefined],
    ['uuid', uuid, uuid],
    ['uuid', uuid.toUpperCase(), undefined],
    ['uuid', uuid.replaceAll('-', ''), undefined],
    ['path', 'a/b//c', 'a/b//c'],
    ['path', '/', '/'],
  ]
  for (const [converter, text, value] of cases) {
    const result = value === undefined ? 'nothing' : JSON.stringify(value)
    const shown = text.length > 60 ? `${text.length} digits` : JSON.stringify(text)
    test(`${converter} gives ${result} for ${shown}`, () => {
      const urls = urlpatterns(path(`v/<${converter}:value>` as 'v/<str:value>', named('view')))
      assert.deepEqual(find(urls, `/v/${text}`), value === undefined ? undefined : { view: 'view', params: { value } })
    })
  }

  test('a parameter without a converter is a str', () => {
    assert.deepEqual(find(urlpatterns(path('<name>/', named('view'))), '/Zoë/')?.params, { name: 'Zoë' })
  })
})

describe('a registered converter', () => {
  test('gives its value, and the text of a value', () => {
    const urls = urlpatterns(path('<testYear:year>/', named('year'), 'year'))
    assert.deepEqual(find(urls, '/0099/')?.params, { year: 99 })
    assert.equal(find(urls, '/99/'), undefined)
    assert.equal(reverseUntyped('year', { year: 99 }, { urls }), '/0099/')
  })

  test('that throws for a text means that the route does not match, and the next is tried', () => {
    const urls = urlpatterns(path('<testEven:n>/', named('even')), path('<int:n>/', named('any')))
    assert.equal(find(urls, '/2/')?.view, 'even')
    assert.equal(find(urls, '/3/')?.view, 'any')
  })

  test('takes what its regular expression would take, also beside other parameters', () => {
    const urls = urlpatterns(
      path('t/<str:x>-<testTail:y>b', named('tail')),
      path('w/<str:x><testWord:y>/', named('word')),
      path('d/<testDeep:x>/<str:y>', named('deep')),
      path('m/<testMaybe:x>/<int:n>/', named('maybe')),
    )
    assert.deepEqual(find(urls, '/t/q-aab')?.params, { x: 'q', y: 'aa' })
    assert.deepEqual(find(urls, '/w/xtwo/')?.params, { x: 'x', y: 'two' })
    assert.deepEqual(find(urls, '/d/a/b/c')?.params, { x: 'a/b', y: 'c' })
    assert.deepEqual(find(urls, '/m//5/')?.params, { x: '', n: 5 })
  })

  test('works in an include and before an application', () => {
    const urls = urlpatterns(include('<testYear:year>/', urlpatterns(path('<testWord:word>', named('inner'), 'inner'))))
    assert.deepEqual(find(urls, '/2026/two')?.params, { year: 2026, word: 'two' })
    assert.equal(reverseUntyped('inner', { year: 5, word: 'one' }, { urls }), '/0005/one')
  })

  test('needs a free name and a regular expression that can stand inside another', () => {
    const simple = { regex: '[a-z]+', ...same }
    registerConverter('testPlain', simple)
    assert.throws(() => registerConverter('testPlain', simple), { name: 'ImproperlyConfigured', message: /already/ })
    assert.throws(() => registerConverter('int', simple), { message: /"int" already/ })
    assert.throws(() => registerConverter('no name', simple), { message: /"no name" is no name/ })
    for (const regex of ['(', '[a-z', '(a)b', '(?<name>a)', '^a', 'a$']) {
      assert.throws(() => registerConverter('testWrong', { ...simple, regex }), {
        name: 'ImproperlyConfigured',
        message: /"testWrong"/,
      })
    }
  })
})
