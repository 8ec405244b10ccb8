import { HttpRequest, HttpResponse } from 'nuages/http'
import type { Environ } from 'nuages/gateway'
import { type ResolverMatch, resolve, Resolver404, type Urls, type View } from 'nuages/urls'

/** A view of a name, so that a test can tell which one was found. */
export function named(name: string): View {
  const view: View = () => new HttpResponse(name)
  return Object.defineProperty(view, 'name', { value: name })
}

/** The view and parameters that a path leads to, or `undefined`. */
export function find(urls: Urls<unknown>, path: string): { view: string; params: ResolverMatch['params'] } | undefined {
  try {
    const { view, params } = resolve(path, urls)
    return { view: view.name, params }
  } catch (error) {
    if (error instanceof Resolver404) return undefined
    throw error
  }
}

/** A request for a path below a mount, both decoded. */
export function requestFor(pathInfo: string, scriptName = ''): HttpRequest {
  return new HttpRequest(environFor(pathInfo, scriptName))
}

/** An Environ as a gateway makes it: names of paths hold bytes. */
export function environFor(pathInfo: string, scriptName = ''): Environ {
  const bytes = (text: string) => Buffer.from(text).toString('latin1')
  return Object.assign(Object.create(null) as Environ, {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: 'test',
    SERVER_NAME: 'localhost',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: bytes(scriptName),
    PATH_INFO: bytes(pathInfo),
    QUERY_STRING: '',
    'wsgi.version': [1, 0],
    'wsgi.url_scheme': 'http',
    'wsgi.input': (async function* () {})(),
    'wsgi.errors': { write: () => true },
    'wsgi.multithread': false,
    'wsgi.multiprocess': false,
    'wsgi.run_once': false,
    'nuages.signal': new AbortController().signal,
  })
}
