import { path, urlpatterns } from 'nuages/urls'
import { gateways } from './gateways.ts'
import { countVisits, download, environ, form, hello, home, stream } from './views.ts'

export const urls = urlpatterns(
  path('', home, 'home'),
  path('environ/', environ, 'environ'),
  path('gateways/', gateways, 'gateways'),
  path('form/', form, 'form'),
  path('hello/<str:name>/', hello, 'hello'),
  path('visits/', countVisits, 'visits'),
  path('stream/', stream, 'stream'),
  path('download/', download, 'download'),
)
