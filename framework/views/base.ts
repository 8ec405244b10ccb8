import { ImproperlyConfigured } from '../exceptions.ts'
import {
  type AnyResponse,
  copyMarks,
  type HttpRequest,
  HttpResponse,
  HttpResponseGone,
  HttpResponseNotAllowed,
  HttpResponsePermanentRedirect,
  HttpResponseRedirect,
  logResponse,
} from '../http/index.ts'
import { reverseUntyped } from '../urls/index.ts'
import { render } from './shortcuts.ts'

type Params = Readonly<Record<string, unknown>>
type Answer = AnyResponse | Promise<AnyResponse>

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
  request!: HttpRequest
  params!: P

  get?(request: HttpRequest, params: P): Answer
  post?(request: HttpRequest, params: P): Answer
  put?(request: HttpRequest, params: P): Answer
  patch?(request: HttpRequest, params: P): Answer
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
      return instance.dispatch(request, params)
    }
    // oxlint-disable-next-line typescript/unbound-method -- its marks are read, it is not called
    return copyMarks(this.prototype.dispatch, Object.defineProperty(view, 'name', { value: this.name }))
  }

  /** Called first: keeps the request and its parameters. */
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

/**
 * Renders a template; its context has the route's parameters and what `getContextData` adds.
 *
 * @example
 * path('about/', TemplateView.asView({ templateName: 'about.html' }))
 */
export class TemplateView<P extends object = {}> extends View<P> {
  templateName = ''
  extraContext: Readonly<Record<string, unknown>> = {}
  contentType: string | undefined = undefined

  override get(_request: HttpRequest, _params: P): Answer {
    const context = this.getContextData()
    const show = (settled: Params): AnyResponse =>
      render(this.request, this.getTemplateNames(), settled, { contentType: this.contentType })
    return context instanceof Promise ? context.then(show) : show(context)
  }

  /** The templates to try, in this order. Throws `ImproperlyConfigured` where there is no `templateName`. */
  getTemplateNames(): readonly string[] {
    if (this.templateName === '') {
      throw new ImproperlyConfigured(
        `${this.constructor.name} has no templateName: give it one, or override getTemplateNames().`,
      )
    }
    return [this.templateName]
  }

  /** The template's context. */
  getContextData(): Params | Promise<Params> {
    return { view: this, ...this.params, ...this.extraContext }
  }
}

/**
 * Sends the browser elsewhere: to `url`, in which `{name}` is a parameter of the route, or to the route `patternName`.
 *
 * @example
 * path('old/<int:id>/', RedirectView.asView({ patternName: 'detail', permanent: true }))
 */
export class RedirectView<P extends object = {}> extends View<P> {
  url: string | undefined = undefined
  patternName: string | undefined = undefined
  permanent = false
  preserveRequest = false
  /** Carry the query string along. */
  queryString = false

  override get(): Answer {
    const target = this.getRedirectUrl()
    if (target === undefined) {
      logResponse(this.request, 410, 'Gone')
      return new HttpResponseGone()
    }
    const { permanent, preserveRequest } = this
    return permanent
      ? new HttpResponsePermanentRedirect(target, { preserveRequest })
      : new HttpResponseRedirect(target, { preserveRequest })
  }

  override post(): Answer {
    return this.get()
  }

  override put(): Answer {
    return this.get()
  }

  override patch(): Answer {
    return this.get()
  }

  override delete(): Answer {
    return this.get()
  }

  override options(): Answer {
    return this.get()
  }

  /** Where to; `undefined` is answered by 410. Throws `ImproperlyConfigured` where the route lacks a parameter. */
  getRedirectUrl(): string | undefined {
    const params = this.params as Params
    let target: string
    if (this.url !== undefined) target = this.#filled(this.url, params)
    else if (this.patternName !== undefined) target = reverseUntyped(this.patternName, params)
    else return undefined
    return this.queryString ? withQuery(target, this.request.environ.QUERY_STRING) : target
  }

  /** A parameter may hold slashes, but must not make the rest of the URL a host. */
  #filled(url: string, params: Params): string {
    const target = url.replace(/\{(\w+)\}/g, (_whole, name: string) => {
      if (Object.hasOwn(params, name)) return encodeURIComponent(String(params[name])).replaceAll('%2F', '/')
      throw new ImproperlyConfigured(
        `The url of ${this.constructor.name} has {${name}} in it, but the route "${this.request.resolverMatch?.route}" has no such parameter.`,
      )
    })
    return target.startsWith('//') && !url.startsWith('//') ? `/%2F${target.slice(2)}` : target
  }
}

function withQuery(url: string, query: string): string {
  if (query === '') return url
  const [, address = '', fragment = ''] = /^([^#]*)(.*)$/s.exec(url) ?? []
  return `${address}${address.includes('?') ? '&' : '?'}${query}${fragment}`
}
