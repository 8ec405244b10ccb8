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

/** Take a route's string apart. Throws `ImproperlyConfigured` for bad names and names that come twice. */
export function parseRoute(route: string): Piece[] {
  const pieces: Piece[] = []
  const names = new Set<string>()
  let last = 0
  for (const match of route.matchAll(PARAMETER)) {
    const [whole, converter = 'str', name = ''] = match
    if (match.index > last) pieces.push(route.slice(last, match.index))
    if (!/^[A-Za-z_]\w*$/.test(name) || name === '__proto__') refuse(route, `its parameter ${whole} has no valid name`)
    if (names.has(name)) refuse(route, `it has the parameter "${name}" twice`)
    names.add(name)
    pieces.push({ name, converter: getConverter(converter, route) })
    last = match.index + whole.length
  }
  if (last < route.length) pieces.push(route.slice(last))
  const literals = pieces.filter((piece) => typeof piece === 'string').join('')
  if (/[<>]/.test(literals)) refuse(route, 'a "<" or ">" in it is no parameter: write <name> or <converter:name>')
  return pieces
}

function refuse(route: string, reason: string): never {
  throw new ImproperlyConfigured(`The route ${JSON.stringify(route)} cannot be used: ${reason}.`)
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

/**
 * Matches a path from a position on and puts the values of the parameters into an object: gives the position at which it
 * ends, or -1.
 */
export type Matcher = (path: string, start: number, values: Record<string, unknown>) => number

/** Put a parameter's value down; false where its converter does not take the text after all. */
export function take(values: Record<string, unknown>, { name, converter }: Parameter, text: string): boolean {
  try {
    values[name] = converter.toValue(text)
    return true
  } catch {
    return false
  }
}
