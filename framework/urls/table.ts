import type { RouteConverter } from './converters.ts'
import { type Matcher, type Piece, take } from './pattern.ts'

/**
 * A matcher for routes in which a text might be shared among parameters in many ways. A regular expression would try
 * them one after the other: quadratic in the text's length, or worse, and a client chooses the text.
 *
 * It goes twice over the path. From the end: for each piece, at which positions could it and all after it match the
 * rest? Then from the start: each parameter takes as much as leaves the others a way.
 */
export function tableMatcher(pieces: readonly Piece[], open: boolean): Matcher {
  return (path, start, values) => {
    let after: Uint8Array = new Uint8Array(path.length + 1)
    if (open) after.fill(1)
    else after[path.length] = 1
    const tables: Uint8Array[] = []
    for (let i = pieces.length - 1; i >= 0; i--) {
      const piece = pieces[i] as Piece
      tables[i] = after
      after =
        typeof piece === 'string'
          ? literalTable(path, start, piece, after)
          : parameterTable(path, start, piece.converter, after)
    }
    return after[start] === 1 ? takeAll(path, start, pieces, tables, values) : -1
  }
}

function literalTable(path: string, start: number, literal: string, after: Uint8Array): Uint8Array {
  const table = new Uint8Array(path.length + 1)
  for (let at = path.indexOf(literal, start); at !== -1; at = path.indexOf(literal, at + 1)) {
    table[at] = after[at + literal.length] as number
  }
  return table
}

function parameterTable(path: string, start: number, { set, sticky }: RouteConverter, after: Uint8Array): Uint8Array {
  const table = new Uint8Array(path.length + 1)
  for (let at = path.length - 1; at >= start; at--) {
    if (set === undefined) {
      sticky.lastIndex = at
      if (sticky.test(path) && after[sticky.lastIndex] === 1) table[at] = 1
    } else if (set[path.charCodeAt(at)] === 1 && (after[at + 1] === 1 || table[at + 1] === 1)) table[at] = 1
  }
  return table
}

function takeAll(
  path: string,
  start: number,
  pieces: readonly Piece[],
  tables: readonly Uint8Array[],
  values: Record<string, unknown>,
): number {
  let at = start
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece === 'string') at += piece.length
    else {
      const end = parameterEnd(path, at, piece.converter, tables[index] as Uint8Array)
      if (!take(values, piece, path.slice(at, end))) return -1
      at = end
    }
  }
  return at
}

function parameterEnd(path: string, start: number, { set, sticky }: RouteConverter, after: Uint8Array): number {
  if (set === undefined) {
    sticky.lastIndex = start
    sticky.test(path)
    return sticky.lastIndex
  }
  let end = start
  for (let at = start; at < path.length && set[path.charCodeAt(at)] === 1; at++) if (after[at + 1] === 1) end = at + 1
  return end
}
