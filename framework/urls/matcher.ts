import type { RouteConverter } from './converters.ts'
import type { Matcher, Piece } from './pattern.ts'
import { tableMatcher } from './table.ts'

/**
 * A matcher for pieces whose literals are merged. Each parameter takes as much as it can, as in a regular expression; in
 * linear time, but for routes with registered converters, whose own expressions decide.
 */
export function compilePieces(pieces: readonly Piece[], open: boolean): Matcher {
  if (!pieces.every(isSimple)) return regexMatcher(pieces, open)
  return isAmbiguous(pieces) ? tableMatcher(pieces, open) : scanMatcher(pieces, open)
}

function isSimple(piece: Piece): boolean {
  return typeof piece === 'string' || piece.converter.run !== undefined || piece.converter.fixedLength === true
}

/** True where a parameter could also take the beginning of what follows it, so that its text might end in many places. */
function isAmbiguous(pieces: readonly Piece[]): boolean {
  return pieces.some((piece, index) => {
    const run = typeof piece === 'string' ? undefined : piece.converter.run
    const next = pieces[index + 1]
    if (run === undefined || next === undefined) return false
    return typeof next !== 'string' || run(next.charCodeAt(0))
  })
}

const NONE: readonly string[] = []

/** Goes from left to right, once: what is not ambiguous has one way only. */
function scanMatcher(pieces: readonly Piece[], open: boolean): Matcher {
  return (path, start) => {
    let at = start
    let texts: string[] | undefined
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i] as Piece
      if (typeof piece === 'string') {
        if (!path.startsWith(piece, at)) return undefined
        at += piece.length
      } else {
        const end = endOf(piece.converter, path, at)
        if (end === at) return undefined
        ;(texts ??= []).push(path.slice(at, end))
        at = end
      }
    }
    if (open) return [...(texts ?? NONE), path.slice(at)]
    return at === path.length ? (texts ?? NONE) : undefined
  }
}

function endOf({ run, sticky }: RouteConverter, path: string, start: number): number {
  if (run === undefined) {
    sticky.lastIndex = start
    return sticky.test(path) ? sticky.lastIndex : start
  }
  let at = start
  while (at < path.length && run(path.charCodeAt(at))) at++
  return at
}

function regexMatcher(pieces: readonly Piece[], open: boolean): Matcher {
  const source = pieces.map((piece) => (typeof piece === 'string' ? escapeRegex(piece) : `(${piece.converter.regex})`))
  const regex = new RegExp(`${source.join('')}${open ? '([^]*)' : ''}$`, 'y')
  return (path, start) => {
    regex.lastIndex = start
    const match = regex.exec(path)
    return match === null ? undefined : match.slice(1)
  }
}

function escapeRegex(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
