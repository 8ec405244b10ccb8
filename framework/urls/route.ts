import type { ViewFunction } from '../http/index.ts'
import type { Piece } from './pattern.ts'

/** A view, whatever parameters it wants. */
export type AnyView = ViewFunction

/** What a view gets besides the parameters of its route. */
export type RouteArguments = Readonly<Record<string, unknown>>

/** What `path()`, `rePath()`, `include()` and `mount()` write down: plain data, read by the resolver. */
export type RouteEntry =
  | {
      readonly kind: 'view'
      readonly route: string
      readonly pieces: readonly Piece[]
      readonly view: AnyView
      readonly name: string | undefined
      readonly args: RouteArguments
    }
  | {
      readonly kind: 'regex'
      readonly route: string
      readonly regex: RegExp
      readonly view: AnyView
      readonly name: string | undefined
      readonly args: RouteArguments
    }
  | {
      readonly kind: 'include'
      readonly route: string
      readonly pieces: readonly Piece[]
      readonly entries: readonly RouteEntry[]
      readonly namespace: string | undefined
      readonly appName: string | undefined
      readonly args: RouteArguments
    }
  | { readonly kind: 'mount'; readonly route: string; readonly pieces: readonly Piece[]; readonly view: AnyView }
