import { getResolver } from './resolver.ts'
import { NoReverseMatch, reverseUntyped } from './reverse.ts'
import { misfit, parameterNames, waysOf } from './ways.ts'

/** Why a route cannot be reversed. */
export interface ReverseFault {
  readonly kind: 'name' | 'parameters'
  readonly reason: string
}

/**
 * Whether the name of a route and the names of its parameters, or their number, are right, where the values are not there
 * yet: for checks. Nothing where they are; without `given` only the name is looked at.
 */
export function reverseFault(name: string, given?: readonly string[] | number): ReverseFault | undefined {
  const resolver = getResolver()
  const endpoints = resolver.byName.get(resolver.instanceName(name, undefined))
  if (endpoints === undefined) return { kind: 'name', reason: reasonFor(name) }
  if (given === undefined) return undefined
  const reasons: string[] = []
  for (const endpoint of endpoints) {
    const names = parameterNames(endpoint)
    if (typeof given === 'number') {
      if (names.length === given) return undefined
      reasons.push(`"${endpoint.route}" takes ${names.length}, not ${given}`)
      continue
    }
    const ways = waysOf(endpoint)
    const misfits = 'reason' in ways ? [ways.reason] : ways.map((way) => misfit(endpoint, way, given))
    if (misfits.includes(undefined)) return undefined
    reasons.push(`"${endpoint.route}" ${misfits[0]}`)
  }
  return { kind: 'parameters', reason: `The route "${name}" has other parameters: ${reasons.join('; ')}.` }
}

/** What is said of a name that there is not. */
function reasonFor(name: string): string {
  try {
    return reverseUntyped(name)
  } catch (error) {
    if (error instanceof NoReverseMatch) return error.message
    throw error
  }
}
