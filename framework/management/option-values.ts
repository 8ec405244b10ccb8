import { inspect } from 'node:util'
import { closest } from '../utils/index.ts'
import type { Options, OptionSpec } from './options.ts'

/**
 * The values of options that a program gives by their names; those that are `undefined` are left out.
 *
 * @throws TypeError for an option that there is not, or a value that it cannot have.
 */
export function checkValues(given: Readonly<Record<string, unknown>>, options: Options): Record<string, unknown> {
  const values = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of values) {
    const spec = Object.hasOwn(options, name) ? options[name] : undefined
    if (spec === undefined) throw unknownOption(name, options)
    const each: readonly unknown[] = spec.multiple === true && Array.isArray(value) ? value : [value]
    if ((spec.multiple === true && !Array.isArray(value)) || each.some((one) => !isAllowed(one, spec)))
      throw new TypeError(`The option ${name} is ${describe(spec)}, and was given ${inspect(value)}.`)
  }
  return Object.fromEntries(values)
}

function unknownOption(name: string, options: Options): TypeError {
  const near = closest(name, Object.keys(options))
  return new TypeError(`There is no option ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`)
}

function isAllowed(value: unknown, { type, choices }: OptionSpec): boolean {
  return typeof value === type && choices?.includes(value as string) !== false
}

function describe({ type, multiple, choices }: OptionSpec): string {
  const one = choices === undefined ? `a ${type}` : `one of ${choices.map((choice) => inspect(choice)).join(', ')}`
  return multiple === true ? `an array, each item ${one}` : one
}
