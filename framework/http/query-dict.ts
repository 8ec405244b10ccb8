import { TooManyFieldsSent } from '../exceptions.ts'
import { decodeBytes, decodeBytesStrictly, percentDecode } from './encoding.ts'

/** A bound on what `QueryDict.parse` reads. */
export interface QueryLimits {
  /** Fields; more are refused with `TooManyFieldsSent`. `null` is no bound. */
  readonly maxFields?: number | null | undefined
}

/**
 * Names with any number of values each, as a query string or an urlencoded form has them. It cannot be changed.
 *
 * @example
 * const query = QueryDict.parse('tag=a&tag=b&page=2')
 * query.get('tag') // 'b': the last value, as in Django
 * query.getAll('tag') // ['a', 'b']
 */
export class QueryDict implements Iterable<[name: string, value: string]> {
  readonly #values = new Map<string, string[]>()

  constructor(pairs: Iterable<readonly [name: string, value: string]> = []) {
    for (const [name, value] of pairs) {
      const values = this.#values.get(name)
      if (values === undefined) this.#values.set(name, [value])
      else values.push(value)
    }
  }

  /** Read `name=value&…`, percent-encoded UTF-8 with `+` for a space; given as text or as latin-1 bytes. */
  static parse(text: string, { maxFields = null }: QueryLimits = {}): QueryDict {
    if (text === '') return EMPTY
    const decoded = decodeBytesStrictly(text) ?? text
    return new QueryDict(parsePairs(decoded, maxFields ?? Number.POSITIVE_INFINITY))
  }

  /** The last value of a name. */
  get(name: string): string | undefined {
    return this.#values.get(name)?.at(-1)
  }

  /** All values of a name, in their order; none is an empty array. */
  getAll(name: string): string[] {
    return [...(this.#values.get(name) ?? [])]
  }

  /** True where the name has a value, be it empty. */
  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** Number of different names. */
  get size(): number {
    return this.#values.size
  }

  /** Each name once, in the order of their first values. */
  keys(): IterableIterator<string> {
    return this.#values.keys()
  }

  /** Each name with its last value. */
  *entries(): Generator<[name: string, value: string]> {
    for (const [name, values] of this.#values) yield [name, values.at(-1) as string]
  }

  /** Each name with all its values. */
  *lists(): Generator<[name: string, values: string[]]> {
    for (const [name, values] of this.#values) yield [name, [...values]]
  }

  /** Every pair, names that come again included. */
  *[Symbol.iterator](): Generator<[name: string, value: string]> {
    for (const [name, values] of this.#values) for (const value of values) yield [name, value]
  }

  /** The pairs as a query string, without the `?`; what is `safe`, such as `/`, stands there as it is. */
  urlencode({ safe = '' }: { readonly safe?: string | undefined } = {}): string {
    if (safe === '') return new URLSearchParams([...this]).toString()
    return [...this].map((pair) => pair.map((text) => encodeExcept(text, safe)).join('=')).join('&')
  }

  /** As `urlencode`. */
  toString(): string {
    return this.urlencode()
  }
}

function encodeExcept(text: string, safe: string): string {
  const encode = (character: string): string => new URLSearchParams([['', character]]).toString().slice(1)
  return Array.from(text, (character) => (safe.includes(character) ? character : encode(character))).join('')
}

const EMPTY = new QueryDict()

function* parsePairs(text: string, maxFields: number): Generator<[string, string]> {
  let count = 0
  for (let start = 0; start < text.length; ) {
    const ampersand = text.indexOf('&', start)
    const end = ampersand === -1 ? text.length : ampersand
    if (end > start) {
      if (++count > maxFields) {
        throw new TooManyFieldsSent(
          `The request has more than ${maxFields} fields. The setting dataUploadMaxNumberFields is the bound.`,
        )
      }
      yield splitPair(text.slice(start, end))
    }
    start = end + 1
  }
}

function splitPair(pair: string): [string, string] {
  const equals = pair.indexOf('=')
  return equals === -1
    ? [decodePart(pair), '']
    : [decodePart(pair.slice(0, equals)), decodePart(pair.slice(equals + 1))]
}

function decodePart(part: string): string {
  const spaced = part.includes('+') ? part.replaceAll('+', ' ') : part
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    // An escape that is none stays, and what is no UTF-8 becomes U+FFFD.
    return decodeBytes(percentDecode(Buffer.from(spaced).toString('latin1')))
  }
}
