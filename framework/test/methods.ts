/** The methods of HTTP as methods, each made from `generic`: what `Client` and `RequestFactory` share. */
export abstract class HttpMethods<Options, Result> {
  /** A request with any method. */
  abstract generic(method: string, path: string, options?: Options): Result

  get(path: string, options?: Options): Result {
    return this.generic('GET', path, options)
  }

  head(path: string, options?: Options): Result {
    return this.generic('HEAD', path, options)
  }

  post(path: string, options?: Options): Result {
    return this.generic('POST', path, options)
  }

  put(path: string, options?: Options): Result {
    return this.generic('PUT', path, options)
  }

  patch(path: string, options?: Options): Result {
    return this.generic('PATCH', path, options)
  }

  delete(path: string, options?: Options): Result {
    return this.generic('DELETE', path, options)
  }

  options(path: string, options?: Options): Result {
    return this.generic('OPTIONS', path, options)
  }

  trace(path: string, options?: Options): Result {
    return this.generic('TRACE', path, options)
  }
}
