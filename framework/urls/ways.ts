import type { Endpoint } from './endpoint.ts'
import { reverseRegex, type Way } from './regex.ts'

/** A route of `path()` ends with its pieces. */
const AS_IT_IS: readonly Way[] = [{ names: [], build: () => '' }]

/** What expressions of `rePath()` are backwards; each is read once. */
const waysByRegex = new WeakMap<RegExp, ReturnType<typeof reverseRegex>>()

/** The ways in which an endpoint can be written as a path, or why there are none. */
export function waysOf({ regex }: Endpoint): ReturnType<typeof reverseRegex> {
  if (regex === undefined) return AS_IT_IS
  let ways = waysByRegex.get(regex)
  if (ways === undefined) waysByRegex.set(regex, (ways = reverseRegex(regex)))
  return ways
}

/** Why the names that were given are not those that a way needs. */
export function misfit({ parameters, args }: Endpoint, way: Way, given: readonly string[]): string | undefined {
  const names = new Set([...parameters.map((parameter) => parameter.name), ...way.names])
  const missing = [...names].filter((name) => !given.includes(name))
  if (missing.length > 0) return `needs ${missing.map((name) => `"${name}"`).join(', ')}`
  const unknown = given.filter((name) => !names.has(name) && !(args !== undefined && Object.hasOwn(args, name)))
  return unknown.length === 0 ? undefined : `has no parameter ${unknown.map((name) => `"${name}"`).join(', ')}`
}

/** The names of an endpoint's parameters, in their order. */
export function parameterNames({ parameters, regex }: Endpoint): string[] {
  const groups = regex?.source.matchAll(/\(\?<(\w+)>/g) ?? []
  return [...new Set([...parameters.map(({ name }) => name), ...Array.from(groups, ([, name]) => name as string)])]
}
