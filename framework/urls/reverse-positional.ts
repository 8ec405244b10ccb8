import { getResolver } from './resolver.ts'
import { NoReverseMatch, reverseUntyped, type UntypedReverseOptions } from './reverse.ts'
import { parameterNames } from './ways.ts'

/**
 * As `reverseUntyped`, with the parameters in the order in which the route has them, as the tag `{% url %}` may give them.
 * Throws `NoReverseMatch`.
 */
export function reversePositional(
  name: string,
  values: readonly unknown[],
  options: UntypedReverseOptions = {},
): string {
  if (values.length === 0) return reverseUntyped(name, {}, options)
  const resolver = getResolver(options.urls)
  const endpoints = resolver.byName.get(resolver.instanceName(name, options.currentApp)) ?? []
  let failure: unknown
  for (const endpoint of endpoints) {
    const names = parameterNames(endpoint)
    if (names.length !== values.length) continue
    try {
      return reverseUntyped(name, Object.fromEntries(names.map((each, index) => [each, values[index]])), options)
    } catch (error) {
      failure ??= error
    }
  }
  // Whatever is wrong with the name, the error for no parameters at all says it.
  if (endpoints.length === 0) return reverseUntyped(name, {}, options)
  throw (
    failure ??
    new NoReverseMatch(`The route "${name}" cannot be reversed: it does not take ${values.length} parameters.`)
  )
}
