import { isKeywords } from './keywords.ts'
import { markSafe, type SafeString } from './safe-string.ts'

/** An argument that was not given, so that its default counts. */
export const ABSENT: unique symbol = Symbol('absent')

export type Macro = (...args: unknown[]) => SafeString

/**
 * A macro: `body` gets a value for each of `names`, of which the first `positional` have no default, and the body of a
 * `call`. Keywords are those that stand in a template's call alone, never an object of the data.
 */
export function macroOf(names: readonly string[], positional: number, body: (...args: unknown[]) => string): Macro {
  return (...args) => {
    const last = args.at(-1)
    const keywords = isKeywords(last) ? last : undefined
    const given = keywords === undefined ? args.length : args.length - 1
    const values = names.map((name, at) => {
      if (at < given) return args[at]
      if (keywords !== undefined && Object.hasOwn(keywords, name)) return keywords[name]
      return at < positional ? undefined : ABSENT
    })
    const caller = keywords !== undefined && Object.hasOwn(keywords, 'caller') ? keywords['caller'] : undefined
    return markSafe(body(...values, caller))
  }
}
