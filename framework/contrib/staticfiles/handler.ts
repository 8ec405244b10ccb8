import type { Settings } from '../../conf/index.ts'
import { BadRequest, Http404 } from '../../exceptions.ts'
import type { Application, Environ } from '../../gateway/index.ts'
import { convertExceptionToResponse, toApplication } from '../../handlers/index.ts'
import type { AnyResponse, HttpRequest } from '../../http/index.ts'
import { serveFile } from '../../views/index.ts'
import { findStatic } from './finders.ts'

/**
 * An application that serves the static files of a project where `staticUrl` says, and hands all other requests to the
 * one that is given (Django's `StaticFilesHandler`). For development: a file is looked for at every request.
 *
 * Where `staticUrl` names another host there is nothing to serve, and the application comes back as it is.
 *
 * @example
 * createServer(serveStaticfiles(application, settings))
 */
export function serveStaticfiles(application: Application, settings: Settings): Application {
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(settings.staticUrl)) return application
  const serve = toApplication(convertExceptionToResponse((request) => serveStatic(request, settings)))
  return (environ, startResponse) =>
    nameOf(environ, settings) === undefined ? application(environ, startResponse) : serve(environ, startResponse)
}

async function serveStatic(request: HttpRequest, settings: Settings): Promise<AnyResponse> {
  if (request.malformed !== undefined) throw new BadRequest(request.malformed)
  const name = nameOf(request.environ, settings) ?? ''
  const found = await findStatic(settings, name)
  if (found === undefined) throw new Http404(`There is no static file '${name}'.`)
  const response = await serveFile(request, found.source.directory, found.name)
  // Without this a browser guesses how long a file stays as it is, and shows yesterday's stylesheet.
  response.headers.set('Cache-Control', 'no-cache')
  return response
}

/** The name of the static file that a request is for; `undefined` for any other request. */
function nameOf({ SCRIPT_NAME, PATH_INFO }: Environ, { staticUrl, forceScriptName }: Settings): string | undefined {
  const mount = (forceScriptName ?? decode(SCRIPT_NAME)).replace(/\/$/, '')
  const base = staticUrl.startsWith('/') ? staticUrl : `${mount}/${staticUrl}`
  const path = decode(SCRIPT_NAME + PATH_INFO)
  return path.startsWith(base) ? path.slice(base.length) : undefined
}

/** An Environ's strings hold bytes. */
function decode(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
