import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  getResolver,
  include,
  NoReverseMatch,
  path,
  registerConverter,
  rePath,
  Resolver404,
  resolve,
  reverseUntyped,
  urlpatterns,
  type Urls,
} from 'nuages/urls'
import { named } from './support.ts'

const RUNS = Number(process.env['NUAGES_FUZZ'] ?? 2000)

const same = { toValue: (text: string) => text, toUrl: (value: string) => value }
registerConverter('propYear', { regex: '[0-9]{4}', toValue: Number, toUrl: (year) => String(year).padStart(4, '0') })
registerConverter('propWord', { regex: 'a+(?:/b)?|b', ...same })

/** What each converter means, written down a second time: the source of its expression, and its value. */
const CONVERTERS: Readonly<Record<string, { source: string; value: (text: string) => unknown }>> = {
  '': { source: '[^/]+', value: String },
  'str:': { source: '[^/]+', value: String },
  'int:': { source: '[0-9]+', value: Number },
  'slug:': { source: '[-a-zA-Z0-9_]+', value: String },
  'path:': { source: '[^]+', value: String },
  'uuid:': {
    source: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
    value: String,
  },
  'propYear:': { source: '[0-9]{4}', value: Number },
  'propWord:': { source: 'a+(?:/b)?|b', value: String },
}

type Piece = string | { readonly converter: string }

/** A route as a list of pieces: text out of few letters, so that routes are often alike, and parameters. */
const literal = fc.constantFrom('a', 'b', '1', '/', '/', '/a/', '-', 'ab', 'a/b', '.', 'ä')
const parameter = fc.record({ converter: fc.constantFrom(...Object.keys(CONVERTERS)) })
const pieces: fc.Arbitrary<readonly Piece[]> = fc.array(fc.oneof({ arbitrary: literal, weight: 3 }, parameter), {
  maxLength: 5,
})
const UUID = '075194d3-6885-417e-a8a8-6c931e272f00'
const pathText = fc
  .array(fc.constantFrom('a', 'b', '1', '12', '2026', '/', '/', '-', 'ab', '.', 'ä', '_', UUID, '\n', ' '), {
    maxLength: 9,
  })
  .map((parts) => `/${parts.join('')}`)

/** A tree of routes: a leaf, or an include of some. */
type Plan = { readonly pieces: readonly Piece[]; readonly inner?: readonly Plan[] }
const { plans } = fc.letrec<{ plans: Plan[]; plan: Plan }>((tie) => ({
  plan: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: fc.record({ pieces }), weight: 3 },
    { arbitrary: fc.record({ pieces, inner: tie('plans') }), weight: 1 },
  ),
  plans: fc.array(tie('plan'), { minLength: 1, maxLength: 8 }),
}))

interface Naive {
  readonly name: string
  readonly regex: RegExp
  readonly values: ReadonlyArray<(text: string) => unknown>
}

/** The routes for the framework, and beside them the plain ordered list of whole expressions that they stand for. */
function plant(all: readonly Plan[]): { urls: Urls<unknown>; naive: Naive[] } {
  const naive: Naive[] = []
  let parameters = 0
  const plantList = (list: readonly Plan[], source: string, values: Naive['values']): Urls<unknown> =>
    urlpatterns(
      ...list.map((plan) => {
        let route = ''
        let whole = source
        const mine = [...values]
        for (const piece of plan.pieces) {
          if (typeof piece === 'string') {
            route += piece
            whole += piece.replaceAll('.', '\\.')
          } else {
            const { source, value } = CONVERTERS[piece.converter] as (typeof CONVERTERS)[string]
            route += `<${piece.converter}p${parameters++}>`
            whole += `(${source.replaceAll('/', '\\/')})`
            mine.push(value)
          }
        }
        // Routes that are made up at random have no types.
        const write = { path, include } as unknown as {
          path: (route: string, view: unknown, name: string) => never
          include: (route: string, urls: unknown) => never
        }
        if (plan.inner !== undefined) return write.include(route, plantList(plan.inner, whole, mine))
        const name = `route${naive.length}`
        naive.push({ name, regex: new RegExp(`^${whole}$`), values: mine })
        return write.path(route, named(name), name)
      }),
    )
  return { urls: plantList(all, '', []), naive }
}

function findNaively(naive: readonly Naive[], path: string): { view: string; values: unknown[] } | undefined {
  for (const { name, regex, values } of naive) {
    const match = regex.exec(path.slice(1))
    if (match !== null) return { view: name, values: values.map((value, index) => value(match[index + 1] as string)) }
  }
  return undefined
}

describe('the tree of routes', () => {
  test('gives what the first match in an ordered list of regular expressions would', () => {
    let found = 0
    fc.assert(
      fc.property(plans, fc.array(pathText, { minLength: 1, maxLength: 12 }), (all, paths) => {
        const { urls, naive } = plant(all)
        for (const each of paths) {
          const expected = findNaively(naive, each)
          const match = getResolver(urls).find(each)
          const actual = match && { view: match.view.name, values: Object.values(match.params) }
          assert.deepEqual(actual, expected, each)
          if (match !== undefined) found++
        }
      }),
      { numRuns: RUNS / 4 },
    )
    assert.ok(found > RUNS / 16, `only ${found} paths were found at all`)
  })

  test('finds its own way back: the URL of a route and its values leads to the route, or to one before it', () => {
    let reversed = 0
    fc.assert(
      fc.property(plans, fc.array(pathText, { minLength: 1, maxLength: 12 }), (all, paths) => {
        const { urls, naive } = plant(all)
        for (const each of paths) {
          const match = getResolver(urls).find(each)
          if (match === undefined) continue
          const url = reverseUntyped(match.viewName, match.params, { urls })
          const again = getResolver(urls).find(decodeURIComponent(url).replace(/^\/%2F/, '//'))
          const orderOf = (name: string) => naive.findIndex((route) => route.name === name)
          assert.ok(again !== undefined && orderOf(again.viewName) <= orderOf(match.viewName), `${each} → ${url}`)
          reversed++
        }
      }),
      { numRuns: RUNS / 8 },
    )
    assert.ok(reversed > RUNS / 40, `only ${reversed} URLs were made at all`)
  })
})

describe('hostile paths', () => {
  const urls = urlpatterns(
    path('', named('home'), 'home'),
    path('a/<slug:one>-<slug:two>-<slug:three>/', named('slugs'), 'slugs'),
    path('b/<str:one><str:two><int:three>/', named('adjacent'), 'adjacent'),
    path('c/<path:one>/<path:two>/<path:three>/x', named('paths'), 'paths'),
    path('d/<uuid:one><path:two>.<str:three>', named('uuid'), 'uuid'),
    include('e/<path:one>/', urlpatterns(rePath(/^(?<two>\d+)\/$/, named('regex'), 'regex'))),
    include(
      'f/<path:one>-',
      urlpatterns(include('<path:two>-', urlpatterns(path('<int:three>', named('deep'), 'deep')))),
    ),
    path('<path:all>/end', named('all'), 'all'),
  )
  const SIZE = 30_000
  const bodies = ['a', '-', '/', '1', 'a-', '/1', '//', 'a/', '-/', '\n', 'ä', '0-', '.', '%', '\0', '\ud800']

  for (const prefix of ['', 'a/', 'b/', 'c/', 'd/', 'd/075194d3-6885-417e-a8a8-6c931e272f00', 'e/', 'f/']) {
    test(`of 30 kB are routed in no time: /${prefix}…`, () => {
      for (const body of bodies) {
        const hostile = `/${prefix}${body.repeat(SIZE / body.length)}!`
        const least = Math.min(...[1, 2, 3, 4, 5].map(() => timeOf(() => getResolver(urls).find(hostile))))
        assert.ok(least < 50, `${JSON.stringify(body)} took ${least.toFixed(1)} ms`)
      }
    })
  }

  test('of any kind give a match or a Resolver404, and a name and values a URL or a NoReverseMatch', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom('/', '-', '.', '%', '%2', '%2F', '%zz', 'ä', '\0', '\n', 'a', '1', '\udc00', '..'),
      }),
      fc.constantFrom('__proto__', 'constructor', '%', '%E4', 'größe', '/'.repeat(500), 'x'.repeat(5000)),
    )
    const names = ['home', 'slugs', 'adjacent', 'paths', 'uuid', 'regex', 'deep', 'all', 'nothing', '__proto__']
    fc.assert(
      fc.property(
        fc.constantFrom('', 'a/', 'b/', 'c/', 'd/', 'e/', 'f/'),
        text,
        fc.constantFrom(...names),
        (prefix, any, name) => {
          try {
            assert.ok(resolve(`/${prefix}${any}`, urls).view.name !== '')
          } catch (error) {
            assert.ok(error instanceof Resolver404)
          }
          const params: Record<string, unknown> =
            name === 'home'
              ? {}
              : name === 'all'
                ? { all: any }
                : name === 'regex'
                  ? { one: any, two: 7 }
                  : { one: any, two: any, three: 7 }
          try {
            const url = reverseUntyped(name, params, { urls, query: { [any]: any }, fragment: any })
            assert.match(url, /^\/(?!\/)[\x21-\x7e]*$/)
          } catch (error) {
            assert.ok(error instanceof NoReverseMatch)
          }
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('among many routes cost no more than among few', () => {
    const few = manyRoutes(10)
    const many = manyRoutes(3000)
    const paths = ['/r9/1/x/', '/nowhere/', '/r9/1/x', '/s-9/a', '/p/7/9/end/']
    const [little, much] = [few, many].map((urls) =>
      Math.min(
        ...Array.from({ length: 5 }, () =>
          timeOf(() => repeat(4000, () => paths.map((each) => getResolver(urls).find(each)))),
        ),
      ),
    ) as [number, number]
    assert.ok(much < little * 10, `${little.toFixed(1)} ms among 10 kinds, ${much.toFixed(1)} ms among 3000`)
  })
})

/** As many routes of each kind: with a literal segment first, last, or in the middle, and regular expressions. */
function manyRoutes(count: number): Urls<unknown> {
  const numbers = Array.from({ length: count }, (_value, index) => index)
  return urlpatterns(
    ...numbers.map((index) => path(`r${index}/<int:n>/<slug:s>/`, named('literal first'))),
    ...numbers.map((index) => path(`p/<int:n>/${index}/end/`, named('literal later'))),
    ...numbers.map((index) => path(`<propYear:year>/${index}/`, named('after a converter of its own'))),
    ...numbers.map((index) => rePath(new RegExp(`^s-${index}/(?<x>[a-z])$`), named('regex'))),
  )
}

/** Milliseconds of the processor, which others on the machine cannot add to. */
function timeOf(work: () => unknown): number {
  const begun = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1000
}

function repeat(times: number, work: () => unknown): void {
  for (let i = 0; i < times; i++) work()
}
