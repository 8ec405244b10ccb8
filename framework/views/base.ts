import { ImproperlyConfigured } from '../exceptions.ts'
import { copyMarks, type HttpRequest, HttpResponse, HttpResponseNotAllowed, logResponse } from '../http/index.ts'
import type { Answer } from './decorators/types.ts'

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const

/** What `asView` may set: the properties of a class, and which methods it answers. */
type Init<V> = Partial<Omit<V, Exclude<keyof View, 'httpMethodNames'>>>

/**
 * A view as a class: a method for each HTTP method, in lower case. A new object serves each request.
 *
 * @example
 * class Greeting extends View<{ name: string }> {
 *   get() {
 *     return new HttpResponse(`Hello, ${this.params.name}`)
 *   }
 * }
 * path('hello/<name>/', Greeting.asView())
 */
export abstract class View<P extends object = {}> {
  /** The methods that may be asked, in lower case; those that the class has no method for are refused all the same. */
  httpMethodNames: readonly string[] = METHODS
  /** The request that this object answers. */
  request!: HttpRequest
  /** The parameters of its route. */
  params!: P

  /** The answer to GET, and to HEAD where there is no `head`. */
  get?(request: HttpRequest, params: P): Answer
  /** The answer to POST. */
  post?(request: HttpRequest, params: P): Answer
  /** The answer to PUT. */
  put?(request: HttpRequest, params: P): Answer
  /** The answer to PATCH. */
  patch?(request: HttpRequest, params: P): Answer
  /** The answer to DELETE. */
  delete?(request: HttpRequest, params: P): Answer
  /** The same as `get` where it is missing. */
  head?(request: HttpRequest, params: P): Answer

  /**
   * The class as a view. `init` sets properties that the class has, for this route. Throws `ImproperlyConfigured` for
   * one that it has not.
   */
  static asView<P extends object, V extends View<P>>(
    this: (new () => V & View<P>) & { readonly prototype: View<P> },
    init: Init<V> = {},
  ): (request: HttpRequest, params: P) => Answer {
    checkInit(this.name, new this(), init)
    const view = (request: HttpRequest, params: P): Answer => {
      const instance = Object.assign(new this(), init)
      instance.setup(request, params)
      assertSetUp(this.name, instance.request)
      return instance.dispatch(request, params)
    }
    // oxlint-disable-next-line typescript/unbound-method -- its marks are read, it is not called
    return copyMarks(this.prototype.dispatch, Object.defineProperty(view, 'name', { value: this.name }))
  }

  /** Called first: keeps the request and its parameters. One that takes its place calls `super.setup(request, params)`. */
  setup(request: HttpRequest, params: P): void {
    this.request = request
    this.params = params
  }

  /** Call the method for the request's method. */
  dispatch(request: HttpRequest, params: P): Answer {
    const handler = this.#handler(request.method.toLowerCase())
    return handler === undefined ? this.httpMethodNotAllowed(request, params) : handler.call(this, request, params)
  }

  /** The answer to a method that the class has none for. */
  httpMethodNotAllowed(request: HttpRequest, _params: P): Answer {
    logResponse(request, 405, `Method Not Allowed (${request.method})`)
    return new HttpResponseNotAllowed(this.allowedMethods())
  }

  /** The answer to OPTIONS. */
  options(_request: HttpRequest, _params: P): Answer {
    return new HttpResponse('', { headers: { Allow: this.allowedMethods().join(', ') } })
  }

  /** The methods that the class answers, in upper case. */
  allowedMethods(): string[] {
    return METHODS.filter((method) => this.#handler(method) !== undefined).map((method) => method.toUpperCase())
  }

  #handler(method: string): ((request: HttpRequest, params: P) => Answer) | undefined {
    const known = METHODS.find((each) => each === method)
    if (known === undefined || !this.httpMethodNames.includes(known)) return undefined
    return this[known === 'head' && this.head === undefined ? 'get' : known]
  }
}

function assertSetUp(name: string, request: HttpRequest | undefined): void {
  if (request !== undefined) return
  throw new ImproperlyConfigured(`${name}.setup() has not kept the request: call super.setup(request, params) in it.`)
}

function checkInit(name: string, instance: object, init: object): void {
  for (const key of Object.keys(init)) {
    if (key in View.prototype || METHODS.some((method) => method === key)) {
      throw new ImproperlyConfigured(
        `${name}.asView() was given "${key}", which is a method of the class. Write it there.`,
      )
    }
    if (!(key in instance)) {
      throw new ImproperlyConfigured(
        `${name}.asView() was given "${key}", but the class has no such property. Declare it with a value.`,
      )
    }
  }
}
