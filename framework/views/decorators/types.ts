import type { AnyResponse, HttpRequest } from '../../http/index.ts'

/** A view, whatever its route gives it. */
export type AnyView<A extends readonly unknown[], R> = (request: HttpRequest, ...rest: A) => R

/** What a view answers. */
export type Answer = AnyResponse | Promise<AnyResponse>

/** Puts something around a view and keeps its types. */
export type ViewDecorator = <A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>) => AnyView<A, R>
