import { HttpRequest } from '../http/index.ts'
import { createEnviron, headerPairs, type RequestDefaults, type RequestOptions } from './environ.ts'
import { HttpMethods } from './methods.ts'

/**
 * Makes requests to call a view or middleware with, without a site around them (Django's `RequestFactory`).
 *
 * @example
 * const request = new RequestFactory().post('/feedback/', { data: { text: 'Good.' } })
 * const response = await feedback(request, {})
 */
export class RequestFactory extends HttpMethods<RequestOptions, HttpRequest> {
  readonly #defaults: RequestDefaults

  /** `defaults` are for every request; what a request gives itself wins, header by header. */
  constructor(defaults: RequestDefaults = {}) {
    super()
    this.#defaults = defaults
  }

  override generic(method: string, path: string, options: RequestOptions = {}): HttpRequest {
    return new HttpRequest(createEnviron(path, { ...withDefaults(this.#defaults, options), method }))
  }
}

/** A request's options with those of all requests: headers and Environ keys are put together one by one. */
export function withDefaults<O extends RequestOptions>(defaults: RequestDefaults, options: O): O {
  const own = headerPairs(options.headers)
  const names = new Set(own.map(([name]) => name.toLowerCase()))
  const shared = headerPairs(defaults.headers).filter(([name]) => !names.has(name.toLowerCase()))
  return {
    ...defaults,
    ...options,
    headers: [...shared, ...own],
    environ: { ...defaults.environ, ...options.environ },
  }
}
