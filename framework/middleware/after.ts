import type { AnyResponse, GetResponse, HttpRequest } from '../http/index.ts'

/** What a layer does with a response on its way out. */
export type Finish = (request: HttpRequest, response: AnyResponse) => AnyResponse | Promise<AnyResponse>

/** Ask the neighbour further in and finish its response: at once where that comes at once, and else when it has come. */
export function finishAfter(
  getResponse: GetResponse,
  request: HttpRequest,
  finish: Finish,
): AnyResponse | Promise<AnyResponse> {
  const response = getResponse(request)
  return response instanceof Promise ? response.then((settled) => finish(request, settled)) : finish(request, response)
}
