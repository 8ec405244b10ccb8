// oxlint-disable typescript/no-unnecessary-type-parameters, typescript/no-generated-empty-object-type -- types are compared by what they do in a signature
import { type HttpRequest, HttpResponse } from 'nuages/http'
import {
  include,
  mount,
  path,
  type ParamsOf,
  rePath,
  reverse,
  type RouteMap,
  type RoutesOf,
  type Urls,
  urlpatterns,
  type View,
  within,
} from 'nuages/urls'
import { redirect, requireGET, View as ClassView } from 'nuages/views'

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_T extends true>(): void => {}

/** Any object whose fields are those of another, however it was put together. */
type Shape<T> = { [K in keyof T]: T[K] }

// The parameters of a route are read out of its string.
holds<Eq<Shape<ParamsOf<'about/'>>, {}>>()
holds<Eq<Shape<ParamsOf<'<name>/'>>, { name: string }>>()
holds<Eq<Shape<ParamsOf<'a/<int:year>/<slug:slug>/<path:rest>'>>, { year: number; slug: string; rest: string }>>()
holds<Eq<Shape<ParamsOf<'<uuid:id>'>>, { id: string }>>()

declare module 'nuages/urls' {
  interface PathConverters {
    typesYear: { readonly year: number }
  }
  interface RouteMap extends RoutesOf<typeof urls> {}
}
holds<Eq<Shape<ParamsOf<'<typesYear:y>'>>, { y: { readonly year: number } }>>()

// Views as projects write them: with parameters typed by hand, through `View`, wrapped, as a class, and asynchronous.
const byHand = (_request: HttpRequest, { id }: { id: number }): HttpResponse => new HttpResponse(id.toFixed())
const typed: View<{ id: number }> = (_request, { id }) => new HttpResponse(id.toFixed())
const wrapped = requireGET((_request: HttpRequest, { id }: { id: number }) => new HttpResponse(id.toFixed()))
const later: View<{ id: number }> = (_request, { id }) => Promise.resolve(new HttpResponse(id.toFixed()))
const plain: View = () => new HttpResponse('')
const some = (_request: HttpRequest, { slug }: { slug?: string }): HttpResponse => new HttpResponse(slug ?? '')
class AsClass extends ClassView<{ id: number }> {
  override get(): HttpResponse {
    return new HttpResponse(this.params.id.toFixed())
  }
}

/** A view that makes URLs says what it returns, since the table of routes is inferred from the views. */
const linking = (_request: HttpRequest): HttpResponse => new HttpResponse(reverse('types:item', { id: 1 }))
const redirecting: View = () => redirect('types:item', { params: { id: 1 } })
class Linking extends ClassView {
  override get(): HttpResponse {
    return new HttpResponse(reverse('types:plain'))
  }
}

const inner = urlpatterns(
  path('', plain, 'plain'),
  path('unnamed/', plain),
  path('<int:id>/', byHand, 'item'),
  path('<int:id>/typed/', typed, 'typed'),
  path('<int:id>/wrapped/', wrapped, 'wrapped'),
  path('<int:id>/later/', later, 'later'),
  path('<int:id>/class/', AsClass.asView(), 'class'),
  path('<slug:slug>/optional/', some, 'optional'),
  path('<int:more>/less/', plain, 'less'),
  path('twice/<int:id>/', byHand, 'twice'),
  path('twice/<slug:slug>/', some, 'twice'),
  path('linking/', linking, 'linking'),
  path('redirecting/', redirecting, 'redirecting'),
  path('link/', Linking.asView(), 'link'),
  rePath(/^(?<year>\d+)$/, plain, 'regex'),
  mount('app/', () => []),
)
const urls = urlpatterns(
  include('types/', inner, 'types'),
  include(
    'types/<int:shop>/',
    urlpatterns(include('in/', urlpatterns(path('<slug:slug>/', some, 'deep')), 'inner')),
    'types',
  ),
  include('types/flat/', urlpatterns(path('<typesYear:when>/', plain, 'types-flat'))),
)

// The table of routes has their names and parameters.
holds<Eq<Shape<RouteMap['types:plain']>, {}>>()
holds<Eq<RouteMap['types:item'], { id: number }>>()
holds<Eq<RouteMap['types:inner:deep'], { shop: number; slug: string }>>()
holds<Eq<RouteMap['types-flat'], { when: { readonly year: number } }>>()
holds<Eq<RouteMap['types:regex'], Record<string, string>>>()

export function right(): readonly unknown[] {
  return [
    reverse('types:plain'),
    reverse('types:plain', {}, { query: { page: 2, tag: ['a', 'b'] }, fragment: 'top' }),
    reverse('types:plain', undefined, { query: new URLSearchParams() }),
    reverse('types:item', { id: 1 }),
    reverse('types:inner:deep', { shop: 1, slug: 'a' }),
    reverse('types:twice', { id: 1 }),
    reverse('types:twice', { slug: 'a' }),
    reverse('types:regex', { year: '2026' }),
    reverse('types-flat', { when: { year: 2026 } }),
    redirect('types:plain'),
    redirect('types:item', { params: { id: 1 }, permanent: true }),
    redirect('/elsewhere/'),
    redirect('https://example.com/'),
  ]
}

export function wrong(): readonly unknown[] {
  return [
    // @ts-expect-error: no route has this name
    reverse('types:itme', { id: 1 }),
    // @ts-expect-error: the parameter is missing
    reverse('types:item'),
    // @ts-expect-error: the parameter is missing
    reverse('types:item', {}),
    // @ts-expect-error: the parameter is misspelt
    reverse('types:item', { di: 1 }),
    // @ts-expect-error: there is no such parameter
    reverse('types:item', { id: 1, page: 2 }),
    // @ts-expect-error: the parameter is a number
    reverse('types:item', { id: '1' }),
    // @ts-expect-error: the include has a parameter too
    reverse('types:inner:deep', { slug: 'a' }),
    // @ts-expect-error: one of the two routes' parameters is needed
    reverse('types:twice', {}),
    // @ts-expect-error: there are no parameters
    reverse('types:plain', { id: 1 }),
    // @ts-expect-error: the name is in a namespace
    reverse('item', { id: 1 }),
    // @ts-expect-error: a query holds text and numbers
    reverse('types:plain', {}, { query: { page: {} } }),
    // @ts-expect-error: the option is misspelt
    reverse('types:plain', {}, { fragmnet: 'x' }),
    // @ts-expect-error: the parameters are missing
    redirect('types:item'),
    // @ts-expect-error: the parameter is a number
    redirect('types:item', { params: { id: '1' } }),
    // @ts-expect-error: there are no parameters
    redirect('types:plain', { params: { id: 1 } }),
  ]
}

export const wrongRoutes = [
  // @ts-expect-error: the view wants a parameter that the route does not have
  path('items/', byHand),
  // @ts-expect-error: the route's parameter has another name
  path('items/<int:number>/', byHand),
  // @ts-expect-error: the view wants a number, the route gives text
  path('items/<slug:id>/', typed),
  // @ts-expect-error: the class wants a number, the route gives text
  path('items/<id>/', AsClass.asView()),
  // @ts-expect-error: there is no such converter
  path('items/<integer:id>/', byHand),
  // @ts-expect-error: the view gives no response
  path('items/', () => 'text'),
  // @ts-expect-error: the view gives nothing
  path('items/', () => undefined),
  // @ts-expect-error: an expression's parameters are text
  rePath(/^(?<id>\d+)$/, byHand),
  // @ts-expect-error: a list of routes comes out of urlpatterns()
  include('items/', [path('', plain)]),
  // @ts-expect-error: an application takes an Environ
  mount('items/', (request: HttpRequest) => new HttpResponse(request.path)),
]

// Lists whose views need parameters of the prefix.
const ofYear = within<{ year: number }>()
const month: View<{ year: number; month: number }> = (_request, params) => new HttpResponse(params.year.toFixed())
const yearUrls = ofYear.urlpatterns(
  ofYear.path('<int:month>/', month, 'month'),
  ofYear.path('', (_request, { year }) => new HttpResponse(year.toFixed()), 'year'),
  ofYear.path('plain/', plain, 'plain'),
  ofYear.rePath(/^(?<week>\d+)$/, (_request, { year, week }) => new HttpResponse(`${year.toFixed()} ${String(week)}`)),
  ofYear.include('in/<int:month>/', within<{ month: number; year: number }>().urlpatterns(), 'in'),
  path('unbound/', plain, 'unbound'),
  mount('app/', () => []),
)
const dated = urlpatterns(
  include('<int:year>/', yearUrls, 'dated'),
  include('<slug:shop>/<int:year>/', yearUrls, 'shop'),
  include('now/', yearUrls, 'now', { args: { year: 2026 } }),
  include('<slug:year>/', yearUrls, 'over', { args: { year: 2026 } }),
)
holds<Eq<RoutesOf<typeof dated>['dated:month'], { year: number; month: number }>>()
holds<Eq<RoutesOf<typeof dated>['shop:month'], { shop: string; year: number; month: number }>>()
holds<Eq<RoutesOf<typeof dated>['now:month'], { month: number }>>()
holds<Eq<keyof RoutesOf<typeof yearUrls>, 'month' | 'plain' | 'unbound' | 'year'>>()

export const wrongLists = [
  // @ts-expect-error: the prefix has no year
  include('years/', yearUrls),
  // @ts-expect-error: the prefix gives text
  include('<slug:year>/', yearUrls),
  // @ts-expect-error: the argument is text
  include('now/', yearUrls, 'now', { args: { year: '2026' } }),
  // @ts-expect-error: the list around gives a year, and no month
  ofYear.include('', within<{ month: number }>().urlpatterns()),
  // @ts-expect-error: the view wants more than the route and the list around have
  ofYear.path('', month),
  // @ts-expect-error: the view wants a number
  within<{ year: string }>().path('<int:month>/', month),
  // @ts-expect-error: a list whose views are given nothing has no place for such a route
  urlpatterns(ofYear.path('', plain)),
  // @ts-expect-error: nobody includes it
  (): Urls<unknown> => yearUrls,
]

// Arguments besides the parameters.
type State = 'closed' | 'open'
const stated: View<{ id: number; state: State }> = (_request, { state }) => new HttpResponse(state)
const listed = (_request: HttpRequest, { ids }: { readonly ids: readonly number[] }): HttpResponse =>
  new HttpResponse(String(ids.length))
const given = urlpatterns(
  path('<int:id>/', stated, { name: 'open', args: { state: 'open' } }),
  path('<int:id>/<slug:state>/', stated, { name: 'over', args: { state: 'closed' } }),
  path('ids/', listed, { args: { ids: [1, 2] } }),
  path('more/', plain, { name: 'more', args: { unused: true } }),
  path('inline/', (_request, { state }) => new HttpResponse(state.toUpperCase()), { args: { state: 'open' } }),
  path('class/', AsClass.asView(), { args: { id: 1 } }),
  rePath(/^a$/, (_request, { state }: { state: State }) => new HttpResponse(state), {
    name: 're',
    args: { state: 'open' },
  }),
)
holds<Eq<RoutesOf<typeof given>['open'], { id: number }>>()
holds<Eq<keyof RoutesOf<typeof given>, 'more' | 'open' | 'over' | 're'>>()

export const wrongArguments = [
  // @ts-expect-error: the view wants another state
  path('<int:id>/', stated, { args: { state: 'ajar' } }),
  // @ts-expect-error: the view wants a state
  path('<int:id>/', stated, { name: 'x' }),
  // @ts-expect-error: the argument takes the place of the parameter, and is text
  path('<int:id>/', byHand, { args: { id: 'x' } }),
  // @ts-expect-error: Django's third argument
  path('<int:id>/', stated, { state: 'open' }),
]

// Instances of an app.
const someName: string = 'shop'
const shops = urlpatterns(
  include('a/', inner, 'north', { appName: 'shop' }),
  include('b/<slug:of>/', inner, 'south', { appName: 'shop' }),
  include('c/', inner, 'west', { appName: someName }),
)
holds<Eq<RoutesOf<typeof shops>['shop:item'], { id: number } | { id: number; of: string }>>()
holds<Eq<RoutesOf<typeof shops>['south:item'], { id: number; of: string }>>()
// @ts-expect-error: the name of an app that is not known to the compiler gives no names
export type Unknown = RoutesOf<typeof shops>['any:item']
