import { type AnyResponse, copyMarks, type HttpRequest, markView } from '../../http/index.ts'
import type { Answer, AnyView } from './types.ts'

/** Give a view that stands around another one its name and its marks. */
export function inPlaceOf<W extends object>(view: { readonly name: string }, wrapper: W): W {
  return copyMarks(view, Object.defineProperty(wrapper, 'name', { value: view.name }))
}

/** A view that calls another one and has a mark of its own, so that the other stays as it is. */
export function marked<A extends readonly unknown[], R extends Answer>(
  view: AnyView<A, R>,
  mark: string,
  value: unknown = true,
): AnyView<A, R> {
  return markView(
    inPlaceOf(view, (request: HttpRequest, ...rest: A) => view(request, ...rest)),
    mark,
    value,
  )
}

/** A view whose every response is changed on its way out. */
export function changing<A extends readonly unknown[], R extends Answer>(
  view: AnyView<A, R>,
  change: (response: AnyResponse) => void,
): AnyView<A, R> {
  const finish = (response: AnyResponse): AnyResponse => {
    change(response)
    return response
  }
  return inPlaceOf(view, (request, ...rest) => {
    const response = view(request, ...rest)
    return (response instanceof Promise ? response.then(finish) : finish(response)) as R
  })
}
