import { ImproperlyConfigured } from '../exceptions.ts'
import { HttpResponseGone, HttpResponsePermanentRedirect, HttpResponseRedirect, logResponse } from '../http/index.ts'
import { reverseUntyped } from '../urls/index.ts'
import { View } from './base.ts'
import type { Answer } from './decorators/types.ts'

type Params = Readonly<Record<string, unknown>>

/**
 * Sends the browser elsewhere: to `url`, in which `{name}` is a parameter of the route, or to the route `patternName`.
 *
 * @example
 * path('old/<int:id>/', RedirectView.asView({ patternName: 'detail', permanent: true }))
 */
export class RedirectView<P extends object = {}> extends View<P> {
  /** The address; `{name}` in it is a parameter of the route. */
  url: string | undefined = undefined
  /** The name of the route, where there is no `url`; it gets the parameters of this one. */
  patternName: string | undefined = undefined
  /** For good (301, 308) instead of for now (302, 307). */
  permanent = false
  /** Have the browser repeat method and body (307, 308). */
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
