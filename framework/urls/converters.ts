import { ImproperlyConfigured } from '../exceptions.ts'
import { closest } from '../utils/index.ts'

/** How a part of a path becomes a value, and a value a part of a path. */
export interface Converter<T = unknown> {
  /** A regular expression's source, without groups and anchors, for the text that it takes. */
  readonly regex: string
  /** The value of a text; one that throws means that the route does not match. */
  toValue(text: string): T
  /** The text of a value, which must match `regex`. */
  toUrl(value: T): string
}

/** A converter as routes use it. */
export interface RouteConverter extends Converter<unknown> {
  readonly name: string
  readonly whole: RegExp
  /** True where a text may have a `/` in it. */
  readonly crossesSegments: boolean
  /** For a converter that takes one or more characters of a set, each alike: the set's test. */
  readonly run?: ((code: number) => boolean) | undefined
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const text = { toValue: (part: string) => part, toUrl: (value: unknown) => String(value) }

const converters = new Map<string, RouteConverter>()
add('str', { regex: '[^/]+', ...text }, { run: (code) => code !== 47 })
add('int', { regex: '[0-9]+', toValue: toInteger, toUrl: String }, { run: isDigit })
add('slug', { regex: '[-a-zA-Z0-9_]+', ...text }, { run: isSlug })
add('uuid', { regex: UUID, ...text }, {})
add('path', { regex: '[^]+', ...text }, { run: () => true, crossesSegments: true })

/**
 * Add a converter under a name that routes can use; declare its type in `PathConverters`. Throws `ImproperlyConfigured`
 * for a name that is taken or no word, and for a regular expression that is none.
 *
 * @example
 * registerConverter('yyyy', { regex: '[0-9]{4}', toValue: Number, toUrl: (year) => String(year).padStart(4, '0') })
 * declare module 'nuages/urls' {
 *   interface PathConverters { yyyy: number }
 * }
 */
export function registerConverter<T>(name: string, converter: Converter<T>): void {
  if (!/^[A-Za-z_]\w*$/.test(name))
    throw new ImproperlyConfigured(`${JSON.stringify(name)} is no name for a converter.`)
  if (converters.has(name)) {
    throw new ImproperlyConfigured(`There is a path converter "${name}" already. Register yours under another name.`)
  }
  add(name, converter as Converter, { crossesSegments: true })
}

/** The converter of a name. Throws `ImproperlyConfigured` that names the route and the nearest name. */
export function getConverter(name: string, route: string): RouteConverter {
  const converter = converters.get(name)
  if (converter !== undefined) return converter
  const near = closest(name, converters.keys())
  throw new ImproperlyConfigured(
    `The route ${JSON.stringify(route)} uses an unknown path converter "${name}". ${
      near === undefined ? `There are: ${[...converters.keys()].join(', ')}.` : `Did you mean "${near}"?`
    }`,
  )
}

function add(
  name: string,
  converter: Converter,
  traits: Pick<RouteConverter, 'run'> & { crossesSegments?: boolean },
): void {
  const { regex } = converter
  try {
    converters.set(name, {
      name,
      regex,
      toValue: (part) => converter.toValue(part),
      toUrl: (value) => converter.toUrl(value),
      whole: new RegExp(`^(?:${regex})$`),
      crossesSegments: traits.crossesSegments ?? false,
      run: traits.run,
    })
  } catch (error) {
    throw new ImproperlyConfigured(`The path converter "${name}" has no valid regular expression: ${String(error)}`)
  }
}

/** Beyond 2^53 a number would be another one than the path says. */
function toInteger(part: string): number {
  const value = Number(part)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${part} is too large for a number.`)
  return value
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isSlug(code: number): boolean {
  return isDigit(code) || code === 45 || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}
