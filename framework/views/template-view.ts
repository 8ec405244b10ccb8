import { ImproperlyConfigured } from '../exceptions.ts'
import type { AnyResponse, HttpRequest, ResponseInit } from '../http/index.ts'
import { View } from './base.ts'
import type { Answer } from './decorators/types.ts'
import { TemplateResponse } from './template-response.ts'

type Context = Readonly<Record<string, unknown>>

/** What answers with a template: `TemplateResponse`, or a class that is made as it is. */
export type TemplateResponseClass = new (
  request: HttpRequest,
  templateName: readonly string[],
  context: Record<string, unknown>,
  init: ResponseInit,
) => AnyResponse

/**
 * A view whose methods answer with a template: the base of those that are more than a page (Django's `ContextMixin` and
 * `TemplateResponseMixin`, as a class has one parent here).
 *
 * @example
 * class Contact extends TemplateResponseView {
 *   override templateName = 'contact.html'
 *   override async post() {
 *     const form = await this.request.form()
 *     return this.renderToResponse(await this.getContextData({ name: form.get('name') }), { status: 422 })
 *   }
 * }
 */
export abstract class TemplateResponseView<P extends object = {}> extends View<P> {
  /** The template, unless `getTemplateNames()` tells others. */
  templateName = ''
  /** What the context has besides, for this route. */
  extraContext: Context = {}
  /** `text/html; charset=utf-8` where it is left out. */
  contentType: string | undefined = undefined
  /** What `renderToResponse()` makes. */
  responseClass: TemplateResponseClass = TemplateResponse

  /** The templates to try, in this order. Throws `ImproperlyConfigured` where there is no `templateName`. */
  getTemplateNames(): readonly string[] {
    if (this.templateName === '') {
      throw new ImproperlyConfigured(
        `${this.constructor.name} has no templateName: give it one, or override getTemplateNames().`,
      )
    }
    return [this.templateName]
  }

  /** The template's context: `view`, the route's parameters, `more`, and `extraContext`; of a name that comes again, the last. */
  getContextData(more: Context = {}): Context | Promise<Context> {
    return { view: this, ...this.params, ...more, ...this.extraContext }
  }

  /** The answer with this context, rendered once the layers have had their say. */
  renderToResponse(context: Context, init: ResponseInit = {}): Answer {
    const contentType = init.contentType ?? this.contentType
    return new this.responseClass(this.request, this.getTemplateNames(), { ...context }, { ...init, contentType })
  }
}

/**
 * Renders a template; its context has the route's parameters and what `getContextData` adds.
 *
 * @example
 * path('about/', TemplateView.asView({ templateName: 'about.html' }))
 */
export class TemplateView<P extends object = {}> extends TemplateResponseView<P> {
  override get(_request: HttpRequest, _params: P): Answer {
    const context = this.getContextData()
    return context instanceof Promise
      ? context.then((settled) => this.renderToResponse(settled))
      : this.renderToResponse(context)
  }
}
