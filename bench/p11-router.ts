/** P11: finding the view of a path among 1000 routes, against find-my-way (fastify's router) and an ordered list. */
import findMyWay from 'find-my-way'
import { HttpResponse } from '../framework/http/index.ts'
import { getResolver, include, path, type Urls, urlpatterns } from '../framework/urls/index.ts'
import { compare, type Figures, figureOf, printFigures, printGoal, type Rival } from './lib/compare.ts'

const ROUTES = 1000
const INCLUDED = 10
const ROUNDS = 8
const view = () => new HttpResponse('')

/** Paths that are asked in turn, so that no rival lives on having seen the last one; flat strings, as a gateway's are. */
const paths = (section: (index: number) => string, end = ''): readonly string[] =>
  Array.from({ length: 16 }, (_value, index) => `/${section(index)}/${2000 + index}/first-light-${index}/${end}`).map(
    (each) => Buffer.from(each).toString('latin1'),
  )

const SITUATIONS: Readonly<Record<string, readonly string[]>> = {
  'last ns': paths(() => `section${ROUTES - 1}`),
  'spread ns': paths((index) => `section${index * 61}`),
  'miss ns': paths((index) => `elsewhere${index}`),
  'late miss ns': paths(() => `section${ROUTES - 1}`, 'nothing'),
}

type Find = (path: string) => unknown

/** The CPU time of many look-ups of each situation; the least of several tries, since a shared machine only ever adds. */
function rival(name: string, find: Find, lookups: number): Rival {
  return {
    name,
    measure: () =>
      Promise.resolve(
        Object.fromEntries(Object.entries(SITUATIONS).map(([label, all]) => [label, nanoseconds(find, all, lookups)])),
      ),
  }
}

function nanoseconds(find: Find, all: readonly string[], lookups: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 5; attempt++) {
    const begun = process.cpuUsage()
    for (let i = 0; i < lookups; i++) sink = find(all[i & 15] as string)
    const { user, system } = process.cpuUsage(begun)
    least = Math.min(least, ((user + system) * 1000) / lookups)
  }
  return least
}

/** What was found last, kept so that no look-up can be left out. */
let sink: unknown

function resolverOf(urls: Urls<unknown>): Find {
  const resolver = getResolver(urls)
  return (pathInfo) => resolver.find(pathInfo)
}

const numbers = Array.from({ length: ROUTES }, (_value, index) => index)
const plain = urlpatterns(...numbers.map((index) => path(`section${index}/<year>/<slug>/`, view)))
const typed = urlpatterns(...numbers.map((index) => path(`section${index}/<int:year>/<slug:slug>/`, view)))
const nested = urlpatterns(
  ...numbers
    .filter((index) => index % INCLUDED === 0)
    .map((first) =>
      include(
        '',
        urlpatterns(
          ...numbers
            .slice(first, first + INCLUDED)
            .map((index) => include(`section${index}/`, urlpatterns(path('<int:year>/<slug:slug>/', view)))),
        ),
      ),
    ),
)

function findMyWayOf(year: string, slug: string): Find {
  const router = findMyWay()
  for (const index of numbers) router.on('GET', `/section${index}/${year}/${slug}/`, () => {})
  return (pathInfo) => router.find('GET', pathInfo)
}

const regexes = numbers.map((index) => ({
  regex: new RegExp(`^section${index}/(?<year>[0-9]+)/(?<slug>[-a-zA-Z0-9_]+)/$`),
  view,
}))
const orderedList: Find = (pathInfo) => {
  const path = pathInfo.slice(1)
  for (const { regex, view } of regexes) {
    const match = regex.exec(path)
    if (match !== null) return { view, params: { ...match.groups, year: Number(match.groups?.['year']) } }
  }
  return undefined
}

const LOOKUPS = 20_000
const figures = {
  plain: await compare(
    [
      rival('find-my-way, :year and :slug', findMyWayOf(':year', ':slug'), LOOKUPS),
      rival('nuages, <year> and <slug>', resolverOf(plain), LOOKUPS),
    ],
    ROUNDS,
  ),
  typed: await compare(
    [
      rival(
        'find-my-way, :year(^\\d+$) and :slug(^[-\\w]+$)',
        findMyWayOf(':year(^\\d+$)', ':slug(^[-\\w]+$)'),
        LOOKUPS,
      ),
      rival('nuages, <int:year> and <slug:slug>', resolverOf(typed), LOOKUPS),
      rival('nuages, the same in nested includes', resolverOf(nested), LOOKUPS),
      rival('ordered list of expressions', orderedList, LOOKUPS / 100),
    ],
    ROUNDS,
  ),
}

printFigures(`One path among ${ROUTES} routes, parameters of any text`, figures.plain)
printFigures(`One path among ${ROUTES} routes, parameters held to their types`, figures.typed)
for (const [kind, mine] of Object.entries(figures)) {
  for (const situation of ['last ns', 'miss ns']) {
    printGoal(`P11 ${kind}, ${situation} against find-my-way`, ratioOf(mine, situation), '≤', 1)
  }
}
if (sink === undefined) console.log('(nothing was found last)')

function ratioOf(mine: Figures, situation: string): number {
  const [base, nuages] = [...mine.keys()] as [string, string]
  return figureOf(mine, nuages, situation) / figureOf(mine, base, situation)
}
