import {
  type AnyResponse,
  getConditionalResponse,
  type HttpRequest,
  quoteEtag,
  type Validators,
} from '../../http/index.ts'
import { httpDate } from '../../utils/index.ts'
import type { Answer, AnyView } from './types.ts'
import { inPlaceOf } from './wrap.ts'

type May<T> = T | undefined | Promise<T | undefined>

/** What tells the state of a view's resource without making its page; `undefined` says nothing of it. */
export interface ConditionFunctions<A extends readonly unknown[]> {
  /** The state as a text; it is put in quotes where it has none. */
  readonly etag?: ((request: HttpRequest, ...rest: A) => May<string>) | undefined
  readonly lastModified?: ((request: HttpRequest, ...rest: A) => May<Date>) | undefined
}

/** Takes a view whose parameters the functions can take too. */
export type ConditionDecorator<A extends readonly unknown[]> = <B extends readonly [...A, ...unknown[]]>(
  view: AnyView<B, Answer>,
) => AnyView<B, Answer>

/**
 * Answer 304 or 412 without calling the view, where the client's conditions tell so (RFC 9110, section 13; Django's
 * `condition`). The functions get what the view gets. Its answers to GET and HEAD have the ETag and Last-Modified header,
 * unless the view has set its own.
 *
 * @example
 * condition({ lastModified: async (_request, { id }: { id: number }) => lastChange(id) })(article)
 */
export function condition<A extends readonly unknown[]>(functions: ConditionFunctions<A>): ConditionDecorator<A> {
  return (view) =>
    inPlaceOf(view, (request, ...rest) => {
      const given = rest as unknown as A
      const etag = functions.etag?.(request, ...given)
      const lastModified = functions.lastModified?.(request, ...given)
      const go = (validators: Validators): Answer => answer(request, validators, () => view(request, ...rest))
      if (!(etag instanceof Promise) && !(lastModified instanceof Promise)) return go(validatorsOf(etag, lastModified))
      return Promise.all([etag, lastModified]).then((settled) => go(validatorsOf(...settled)))
    })
}

/** `condition` by an ETag alone (Django's `etag`). */
export function etag<A extends readonly unknown[]>(
  etagOf: NonNullable<ConditionFunctions<A>['etag']>,
): ConditionDecorator<A> {
  return condition<A>({ etag: etagOf })
}

/** `condition` by the time of the last change alone (Django's `last_modified`). */
export function lastModified<A extends readonly unknown[]>(
  changeOf: NonNullable<ConditionFunctions<A>['lastModified']>,
): ConditionDecorator<A> {
  return condition<A>({ lastModified: changeOf })
}

function validatorsOf(etagText: string | undefined, changed: Date | undefined): Validators {
  return { etag: etagText === undefined ? undefined : quoteEtag(etagText), lastModified: changed }
}

function answer(request: HttpRequest, validators: Validators, view: () => Answer): Answer {
  const response = getConditionalResponse(request, validators) ?? view()
  return response instanceof Promise
    ? response.then((settled) => withValidators(request, validators, settled))
    : withValidators(request, validators, response)
}

function withValidators({ method }: HttpRequest, validators: Validators, response: AnyResponse): AnyResponse {
  if (method !== 'GET' && method !== 'HEAD') return response
  if (validators.lastModified !== undefined) {
    response.headers.setDefault('Last-Modified', httpDate(validators.lastModified))
  }
  if (validators.etag !== undefined) response.headers.setDefault('ETag', validators.etag)
  return response
}
