import path from 'node:path'
import { cgiBin } from 'nuages/gateway'
import { include, mount, urlpatterns, type RoutesOf } from 'nuages/urls'
import { bare } from './road/bare.ts'
import { urls as roadUrls } from './road/urls.ts'

export const urls = urlpatterns(
  include('', roadUrls, 'road'),
  mount('cgi-bin/', cgiBin(path.join(import.meta.dirname, 'cgi-bin'))),
  mount('bare/', bare),
)

declare module 'nuages/urls' {
  interface RouteMap extends RoutesOf<typeof urls> {}
}
