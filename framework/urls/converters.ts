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

/** What is known of the texts of a converter, besides that its regular expression matches them. */
interface Traits {
  /** Its texts are one or more characters of a set, each alike: 1 for each code of a character in it. */
  readonly set?: Uint8Array | undefined
  /** The only character that is not in the set, if there is just one: it is found faster than all others are passed by. */
  readonly stop?: string | undefined
  /** Its texts have one length. */
  readonly fixedLength?: boolean | undefined
  /** A text may have a `/` in it. */
  readonly crossesSegments: boolean
}

/** A converter as routes use it. */
export interface RouteConverter extends Converter, Traits {
  readonly name: string
  /** Matches a text as a whole. */
  readonly whole: RegExp
  /** Matches a text from a position on. */
  readonly sticky: RegExp
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const text = { toValue: (part: string) => part, toUrl: toText }

const converters = new Map<string, RouteConverter>()
add('str', { regex: '[^/]+', ...text }, { set: allBut('/'), stop: '/', crossesSegments: false })
add('int', { regex: '[0-9]+', toValue: toInteger, toUrl: integerToText }, { set: only('09'), crossesSegments: false })
add('slug', { regex: '[-a-zA-Z0-9_]+', ...text }, { set: only('--', 'az', 'AZ', '09', '__'), crossesSegments: false })
add('uuid', { regex: UUID, ...text }, { fixedLength: true, crossesSegments: false })
add('path', { regex: '[^]+', ...text }, { set: allBut(''), crossesSegments: true })

/** Expressions that surely take no `/`: of letters, digits, classes and ranges of them, groups and quantifiers. */
const ONE_SEGMENT = /^(?:\\[dw]|[\w-]|\[(?:\w-\w|\w)*-?\]|[{}(),?:+*|])+$/

/**
 * Add a converter under a name that routes can use; declare its type in `PathConverters`.
 *
 * Throws `ImproperlyConfigured` for a name that is taken or no word, and for a regular expression that cannot stand
 * inside another. Take care with one that can match a text in many ways: a client chooses the text.
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
  if (/^\^|(?<!\\)\$$/.test(converter.regex)) refuse(name, 'its regular expression has an anchor: leave it out')
  add(name, converter, { crossesSegments: !ONE_SEGMENT.test(converter.regex) })
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

function add(name: string, converter: Converter, traits: Traits): void {
  const { regex } = converter
  let whole: RegExp
  try {
    whole = new RegExp(`^(?:${regex})$`)
  } catch (error) {
    refuse(name, `its regular expression is none: ${String(error)}`)
  }
  if (countGroups(regex) > 0) refuse(name, 'its regular expression has a group that captures: write (?:…)')
  converters.set(name, {
    ...traits,
    name,
    regex,
    toValue: (part) => converter.toValue(part),
    toUrl: (value) => converter.toUrl(value),
    whole,
    sticky: new RegExp(regex, 'y'),
  })
}

function countGroups(regex: string): number {
  return (new RegExp(`${regex}|`).exec('') as RegExpExecArray).length - 1
}

function refuse(name: string, reason: string): never {
  throw new ImproperlyConfigured(`The path converter "${name}" cannot be used: ${reason}.`)
}

/** Null and plain objects have a text too, and surely none that is meant. */
function toText(value: unknown): string {
  const text = String(value)
  if (value === null || text === '[object Object]') throw new TypeError(`${text} is no text for a path.`)
  return text
}

/** Beyond 2^53 a number would be another one than the path says. */
function toInteger(part: string): number {
  const value = part.length > 15 ? Number(part) : readDigits(part)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${part} is too large for a number.`)
  return value
}

/** As `Number`, three times as fast for the short texts that nearly all are. */
function readDigits(part: string): number {
  let value = 0
  for (let i = 0; i < part.length; i++) value = value * 10 + part.charCodeAt(i) - ZERO
  return value
}

const ZERO = 48

function integerToText(value: unknown): string {
  const part = toText(value)
  if (!Number.isSafeInteger(Number(part))) throw new RangeError(`${part} is too large for a number.`)
  return part
}

/** The characters of some ranges, each given by its first and last. */
function only(...ranges: readonly string[]): Uint8Array {
  const set = new Uint8Array(0x10000)
  for (const range of ranges) set.fill(1, range.charCodeAt(0), range.charCodeAt(1) + 1)
  return set
}

function allBut(characters: string): Uint8Array {
  const set = new Uint8Array(0x10000).fill(1)
  for (let i = 0; i < characters.length; i++) set[characters.charCodeAt(i)] = 0
  return set
}
