import type { Settings } from '../conf/index.ts'
import type { Application, ResponseBody, StartResponse } from '../gateway/index.ts'
import {
  type AnyResponse,
  type GetResponse,
  HttpRequest,
  type HttpResponse,
  requestFinished,
  requestStarted,
  type StreamingHttpResponse,
  streamWithin,
  isLogged,
  logResponse,
} from '../http/index.ts'
import { setup } from '../setup.ts'
import { withScriptPrefix, withUrlconf } from '../urls/index.ts'
import { loadMiddleware } from './base.ts'
import { convertExceptionToResponse } from './exception.ts'
import { watchedPieces } from './stream.ts'

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
  const start = convertExceptionToResponse((request) =>
    requestStarted.isEmpty ? getResponse(request) : requestStarted.send({ request }).then(() => getResponse(request)),
  )
  return (environ, startResponse) => {
    const request = new HttpRequest(environ)
    const response = withScriptPrefix(request.scriptName, () => start(request))
    return response instanceof Promise
      ? response.then(
          (settled) => begin(settled, request, startResponse),
          (error: unknown) => abandon(request, error),
        )
      : begin(response, request, startResponse)
  }
}

/** Give the head; the response itself is the body, and cleans up when it is over. */
function begin(response: AnyResponse, request: HttpRequest, startResponse: StartResponse): ResponseBody {
  if (response.status >= 400) tellOf(response, request)
  // What streams may still come to read the form.
  if (request.holdsFiles || response.streaming) response.addCloser(() => request.close())
  if (!requestFinished.isEmpty) response.addCloser(async () => void (await requestFinished.sendRobust({ request })))
  try {
    if (response.streaming) response.streamingContent = watchedPieces(response, response.streamingContent, request)
    else declareLength(response, request)
    startResponse(response.toStatusLine(), response.toHeaderList())
  } catch (error) {
    void response.close()
    throw error
  }
  return response.streaming && needsContext(request) ? inContext(response, request) : response
}

/**
 * Where the length is known, gateways send head and content in one piece. A 304, and an answer to HEAD without the
 * content, would have to give that of the page.
 */
function declareLength({ status, headers, content }: HttpResponse, { method }: HttpRequest): void {
  if (status === 304 || (method === 'HEAD' && content.length === 0)) return
  headers.setDefault('Content-Length', String(content.length))
}

/** Refusals that a view or a layer has made itself are in the log too; what the client gave up is not. */
function tellOf({ status, reasonPhrase }: AnyResponse, request: HttpRequest): void {
  if (status !== 499 && !isLogged(request)) logResponse(request, status, reasonPhrase)
}

function needsContext({ scriptName, urlconf }: HttpRequest): boolean {
  return scriptName !== '' || urlconf !== undefined
}

/** A body that is made while it is sent, and yet with the mount and the URLs that were those of the view. */
function inContext(response: StreamingHttpResponse, { scriptName, urlconf }: HttpRequest): ResponseBody {
  return streamWithin(response, (fn) =>
    withScriptPrefix(scriptName, () => (urlconf === undefined ? fn() : withUrlconf(urlconf, fn))),
  )
}

/** End a request that has an error instead of a response, as `debugPropagateExceptions` wants it. */
async function abandon(request: HttpRequest, error: unknown): Promise<never> {
  await request.currentResponse?.close()
  await request.close()
  await requestFinished.sendRobust({ request })
  throw error
}
