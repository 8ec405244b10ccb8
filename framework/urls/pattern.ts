import { ImproperlyConfigured } from '../exceptions.ts'
import { getConverter, type RouteConverter } from './converters.ts'

/** A parameter in a route: its name, and how its text becomes a value. */
export interface Parameter {
  readonly name: string
  readonly converter: RouteConverter
}

/** A route's string taken apart: literal text and parameters in their order. */
export type Piece = string | Parameter

const PARAMETER = /<(?:([^>:]*):)?([^>]*)>/g

/** Take a route's string apart. Throws `ImproperlyConfigured` for white space, bad names and names that come twice. */
export function parseRoute(route: string): Piece[] {
  const pieces: Piece[] = []
  const names = new Set<string>()
  let last = 0
  for (const match of route.matchAll(PARAMETER)) {
    const [whole, converter = 'str', name = ''] = match
    if (match.index > last) pieces.push(route.slice(last, match.index))
    if (!/^[A-Za-z_]\w*$/.test(name)) refuse(route, `its parameter ${whole} has no valid name`)
    if (names.has(name)) refuse(route, `it has the parameter "${name}" twice`)
    names.add(name)
    pieces.push({ name, converter: getConverter(converter, route) })
    last = match.index + whole.length
  }
  if (last < route.length) pieces.push(route.slice(last))
  const literals = pieces.filter((piece) => typeof piece === 'string').join('')
  if (/[<>]/.test(literals)) refuse(route, 'a "<" or ">" in it is no parameter: write <name> or <converter:name>')
  if (/\s/.test(route)) refuse(route, 'it has white space in it')
  return pieces
}

function refuse(route: string, reason: string): never {
  throw new ImproperlyConfigured(`The route ${JSON.stringify(route)} cannot be used: ${reason}.`)
}

/** Matches whole texts: gives the texts of the parameters, in their order, or `undefined`. */
export type Matcher = (path: string) => readonly string[] | undefined

const NONE: readonly string[] = []

/** A matcher for the pieces: each takes as much as it can, as in a regular expression, in linear time. */
export function compilePieces(pieces: readonly Piece[]): Matcher {
  const merged = mergeLiterals(pieces)
  if (merged.every((piece) => typeof piece === 'string')) {
    const whole = merged.join('')
    return (path) => (path === whole ? NONE : undefined)
  }
  return isAmbiguous(merged) ? tableMatcher(merged) : regexMatcher(merged)
}

/** Literal text side by side as one piece. */
export function mergeLiterals(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = []
  for (const piece of pieces) {
    const last = merged.at(-1)
    if (typeof piece === 'string' && typeof last === 'string') merged[merged.length - 1] = last + piece
    else if (piece !== '') merged.push(piece)
  }
  return merged
}

function regexMatcher(pieces: readonly Piece[]): Matcher {
  const source = pieces.map((piece) => (typeof piece === 'string' ? escapeRegex(piece) : `(${piece.converter.regex})`))
  const regex = new RegExp(`^${source.join('')}$`)
  return (path) => {
    const match = regex.exec(path)
    return match === null ? undefined : match.slice(1)
  }
}

function escapeRegex(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/**
 * True where a parameter could also take what stands between it and a later one, so that a regular expression would try
 * every way to share a text among them: quadratic in its length, or worse, and a client chooses the text.
 */
function isAmbiguous(pieces: readonly Piece[]): boolean {
  return pieces.some((piece, index) => {
    const run = typeof piece === 'string' ? undefined : piece.converter.run
    if (run === undefined) return false
    for (const later of pieces.slice(index + 1)) {
      if (typeof later !== 'string') return true
      if (!allRun(later, run)) return false
    }
    return false
  })
}

function allRun(text: string, run: (code: number) => boolean): boolean {
  for (let i = 0; i < text.length; i++) if (!run(text.charCodeAt(i))) return false
  return true
}

/**
 * Matches in two passes. From the end: for each piece, at which positions could it and all after it match the rest?
 * Then from the start: each parameter takes as much as leaves the others a way.
 */
function tableMatcher(pieces: readonly Piece[]): Matcher {
  return (path) => {
    const tables: Uint8Array[] = []
    let after: Uint8Array = new Uint8Array(path.length + 2)
    after[path.length] = 1
    for (const piece of pieces.toReversed()) {
      tables.unshift(after)
      after =
        typeof piece === 'string' ? literalTable(path, piece, after) : parameterTable(path, piece.converter, after)
    }
    return after[0] === 1 ? readParameters(path, pieces, tables) : undefined
  }
}

function literalTable(path: string, literal: string, after: Uint8Array): Uint8Array {
  const table = new Uint8Array(path.length + 2)
  for (let at = path.indexOf(literal); at !== -1; at = path.indexOf(literal, at + 1)) {
    table[at] = after[at + literal.length] as number
  }
  return table
}

function parameterTable(path: string, converter: RouteConverter, after: Uint8Array): Uint8Array {
  const table = new Uint8Array(path.length + 2)
  const { run } = converter
  if (run !== undefined) {
    for (let at = path.length - 1; at >= 0; at--) {
      if (run(path.charCodeAt(at)) && (after[at + 1] === 1 || table[at + 1] === 1)) table[at] = 1
    }
    return table
  }
  const sticky = new RegExp(converter.regex, 'y')
  for (let at = 0; at < path.length; at++) {
    sticky.lastIndex = at
    const match = sticky.exec(path)
    if (match !== null && after[at + match[0].length] === 1) table[at] = 1
  }
  return table
}

function readParameters(path: string, pieces: readonly Piece[], tables: readonly Uint8Array[]): string[] {
  const texts: string[] = []
  let at = 0
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece === 'string') {
      at += piece.length
      continue
    }
    const end = parameterEnd(path, at, piece.converter, tables[index] as Uint8Array)
    texts.push(path.slice(at, end))
    at = end
  }
  return texts
}

function parameterEnd(path: string, start: number, { run, regex }: RouteConverter, after: Uint8Array): number {
  if (run === undefined) {
    const sticky = new RegExp(regex, 'y')
    sticky.lastIndex = start
    return start + (sticky.exec(path) as RegExpExecArray)[0].length
  }
  let end = start
  for (let at = start; at < path.length && run(path.charCodeAt(at)); at++) if (after[at + 1] === 1) end = at + 1
  return end
}
