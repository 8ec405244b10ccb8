import { ImproperlyConfigured } from '../exceptions.ts'
import type { RouteArguments } from './route.ts'
import type { RouteOptions } from './types.ts'

/** A route's options, of which the name alone may be given. Throws `ImproperlyConfigured`. */
export function readOptions(given: string | RouteOptions | undefined, call: string): RouteOptions {
  if (given === undefined || typeof given === 'string') return { name: given }
  checkOptions(given, ['name', 'args'], call)
  return given
}

/** Throws `ImproperlyConfigured` for options that there are not, and for arguments that have no names. */
export function checkOptions(given: unknown, known: readonly string[], call: string): void {
  if (typeof given !== 'object' || given === null) {
    throw new ImproperlyConfigured(`${call} was given options that are no object, but ${String(given)}.`)
  }
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new ImproperlyConfigured(
      `${call} has no option "${unknown}": it has ${known.join(' and ')}. What the view gets besides the parameters goes into args: { args: { ${unknown}: … } }.`,
    )
  }
  const { args = {} } = given as { args?: unknown }
  if (typeof args === 'object' && args !== null && !Array.isArray(args)) return
  throw new ImproperlyConfigured(`${call} needs an object as args: its arguments have names.`)
}

/** Arguments as an entry keeps them: a list that is changed later changes no route. */
export function argumentsOf(args: object | undefined): RouteArguments {
  return { ...args }
}
