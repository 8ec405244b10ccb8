import type { Settings } from '../conf/index.ts'
import type { Application, ResponseBody, StartResponse } from '../gateway/index.ts'
import { type AnyResponse, type GetResponse, HttpRequest, requestFinished, requestStarted } from '../http/index.ts'
import { setup } from '../setup.ts'
import { withScriptPrefix } from '../urls/index.ts'
import { loadMiddleware } from './base.ts'

/**
 * A project as one function, for any gateway to run: sets the project up and folds its middleware (Django's
 * `get_wsgi_application`).
 *
 * @example
 * export const application = await getWSGIApplication(settings)
 */
export async function getWSGIApplication(settings: Settings): Promise<Application> {
  await setup(settings)
  return toApplication(loadMiddleware())
}

/** A function from requests to responses as an application, for a stack that is folded already. */
export function toApplication(getResponse: GetResponse): Application {
  return (environ, startResponse) => {
    const request = new HttpRequest(environ)
    if (requestStarted.isEmpty) return respond(getResponse, request, startResponse)
    return requestStarted.send({ request }).then(() => respond(getResponse, request, startResponse))
  }
}

function respond(
  getResponse: GetResponse,
  request: HttpRequest,
  startResponse: StartResponse,
): ResponseBody | Promise<ResponseBody> {
  const response = withScriptPrefix(request.scriptName, () => getResponse(request))
  return response instanceof Promise
    ? response.then((settled) => begin(settled, request, startResponse))
    : begin(response, request, startResponse)
}

/** Give the head; the response itself is the body, and cleans up when it is over. */
function begin(response: AnyResponse, request: HttpRequest, startResponse: StartResponse): ResponseBody {
  if (request.holdsFiles) response.addCloser(() => request.close())
  if (!requestFinished.isEmpty) response.addCloser(() => requestFinished.send({ request }))
  startResponse(response.toStatusLine(), response.toHeaderList())
  return response
}
