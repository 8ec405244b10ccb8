import {
  type AnyResponse,
  cacheDirectives,
  getConditionalResponse,
  type HttpRequest,
  type Middleware,
  setResponseEtag,
  validatorsOf,
} from '../http/index.ts'
import { finishAfter } from './after.ts'

/**
 * Answers 304 where the client has the very page already (RFC 9110, section 13; Django's `ConditionalGetMiddleware`). A
 * whole answer to GET gets an ETag out of its content, unless it has one or is not to be stored.
 */
export const conditionalGetMiddleware: Middleware = (getResponse) => (request) =>
  finishAfter(getResponse, request, finish)

function finish(request: HttpRequest, response: AnyResponse): AnyResponse {
  if (request.method !== 'GET') return response
  const { headers } = response
  const cacheControl = headers.get('Cache-Control')
  if (cacheControl === undefined || !cacheDirectives(cacheControl).has('no-store')) setResponseEtag(response)
  const validators = validatorsOf(response)
  if (validators.etag === undefined && validators.lastModified === undefined) return response
  return getConditionalResponse(request, validators, response)
}
