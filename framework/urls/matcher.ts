import type { RouteConverter } from './converters.ts'
import { type Matcher, type Parameter, type Piece, take } from './pattern.ts'
import { tableMatcher } from './table.ts'

/**
 * A matcher for pieces whose literals are merged. Each parameter takes as much as it can, as in a regular expression; in
 * linear time, but for routes with registered converters, whose own expressions decide. An open matcher leaves the rest
 * of the path to somebody else.
 */
export function compilePieces(pieces: readonly Piece[], open: boolean): Matcher {
  if (!pieces.every(isSimple)) return regexMatcher(pieces, open)
  const split = pieces.findIndex((piece, index) => isAmbiguous(piece, pieces[index + 1]))
  if (split === -1) return scanMatcher(pieces, open)
  const head = scanMatcher(pieces.slice(0, split), true)
  const tail = tableMatcher(pieces.slice(split), open)
  return (path, start, values) => {
    const at = head(path, start, values)
    return at === -1 ? -1 : tail(path, at, values)
  }
}

function isSimple(piece: Piece): boolean {
  return typeof piece === 'string' || piece.converter.set !== undefined || piece.converter.fixedLength === true
}

/** True where a parameter could also take the beginning of what follows it, so that its text might end in many places. */
function isAmbiguous(piece: Piece, next: Piece | undefined): boolean {
  if (typeof piece === 'string' || piece.converter.set === undefined || next === undefined) return false
  return typeof next !== 'string' || piece.converter.set[next.charCodeAt(0)] === 1
}

/** Goes from left to right, once: what is not ambiguous has one way only. */
function scanMatcher(pieces: readonly Piece[], open: boolean): Matcher {
  const { literals, parameters } = alternate(pieces)
  const first = literals[0] as string
  return (path, start, values) => {
    if (!path.startsWith(first, start)) return -1
    let at = start + first.length
    for (let i = 0; i < parameters.length; i++) {
      const parameter = parameters[i] as Parameter
      const end = endOf(parameter.converter, path, at)
      if (end === at || !take(values, parameter, path.slice(at, end))) return -1
      const literal = literals[i + 1] as string
      if (!path.startsWith(literal, end)) return -1
      at = end + literal.length
    }
    return open || at === path.length ? at : -1
  }
}

/** The parameters, and the literals around and between them: one more, some of them empty. */
function alternate(pieces: readonly Piece[]): { literals: string[]; parameters: Parameter[] } {
  const literals = ['']
  const parameters: Parameter[] = []
  for (const piece of pieces) {
    if (typeof piece === 'string') literals[parameters.length] = piece
    else {
      parameters.push(piece)
      literals.push('')
    }
  }
  return { literals, parameters }
}

/** Where the text ends that a converter takes from a position on; the position itself where it takes none. */
function endOf({ set, stop, sticky }: RouteConverter, path: string, start: number): number {
  if (stop !== undefined) {
    const end = path.indexOf(stop, start)
    return end === -1 ? path.length : end
  }
  if (set === undefined) {
    sticky.lastIndex = start
    return sticky.test(path) ? sticky.lastIndex : start
  }
  let at = start
  while (at < path.length && set[path.charCodeAt(at)] === 1) at++
  return at
}

function regexMatcher(pieces: readonly Piece[], open: boolean): Matcher {
  const source = pieces.map((piece) => (typeof piece === 'string' ? escapeRegex(piece) : `(${piece.converter.regex})`))
  const regex = new RegExp(source.join('') + (open ? '' : '$'), 'y')
  const parameters = pieces.filter((piece) => typeof piece !== 'string')
  return (path, start, values) => {
    regex.lastIndex = start
    const match = regex.exec(path)
    if (match === null) return -1
    const taken = parameters.every((parameter, index) => take(values, parameter, match[index + 1] as string))
    return taken ? start + match[0].length : -1
  }
}

function escapeRegex(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
