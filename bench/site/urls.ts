import { path, urlpatterns } from '../../framework/urls/index.ts'
import { echo, hello, page } from './views.ts'

export const urls = urlpatterns(path('', hello), path('echo', echo), path('page', page))
