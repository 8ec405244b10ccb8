import { settings } from '../conf/index.ts'
import { ImproperlyConfigured } from '../exceptions.ts'
import { path, type Route } from '../urls/index.ts'
import { serveFile } from './static.ts'

/**
 * Routes that serve the files of a directory, such as uploads, while developing; none without `debug`, where a web
 * server should, nor for a prefix that is a URL of another host (Django's `static()`). Throws `ImproperlyConfigured` for
 * an empty prefix, which would take every path.
 *
 * @example
 * export const urls = urlpatterns(path('', home), ...staticRoutes('media/', mediaRoot))
 */
export function staticRoutes(prefix: string, documentRoot: string): Array<Route<{}>> {
  const below = prefix.replace(/^\/+/, '')
  if (below === '') throw new ImproperlyConfigured('staticRoutes() needs a prefix, such as "media/".')
  if (!settings.debug || /^[a-z][a-z0-9+.-]*:/i.test(prefix) || prefix.startsWith('//')) return []
  const directory = below.endsWith('/') ? below : `${below}/`
  return [
    path(`${directory}<path:file>`, (request, { file }: { file: string }) => serveFile(request, documentRoot, file)),
  ]
}
