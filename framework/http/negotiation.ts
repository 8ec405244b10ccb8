import { isToken } from '../utils/index.ts'
import { splitHeaderList } from './header-list.ts'
import { parseHeaderParameters } from './header-parameters.ts'

/** Longer headers of preferences, and more of them in one, are not looked at. */
const MAX_LENGTH = 8192
const MAX_PREFERENCES = 100

/** One element of a header such as Accept-Language: what is preferred, in lower case, and how much, from 0 to 1. */
export interface Preference {
  /** What is preferred. */
  readonly value: string
  /** How much, from 0 to 1. */
  readonly quality: number
}

/** The encodings of an Accept-Encoding header (RFC 9110, section 12.5.3), best first; those of quality 0 are refused. */
export function parseAcceptEncoding(header: string): readonly Preference[] {
  return parsePreferences(header, /^[!#$%&'*+\-.^_`|~0-9a-z]+$/)
}

/** The language ranges of an Accept-Language header (RFC 9110, section 12.5.4), best first; those of quality 0 are refused. */
export function parseAcceptLanguage(header: string): readonly Preference[] {
  return parsePreferences(header, /^(?:\*|[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,8})$/)
}

function parsePreferences(header: string, valid: RegExp): Preference[] {
  return elementsOf(header)
    .map((element) => parseHeaderParameters(element))
    .filter(({ value }) => valid.test(value))
    .map(({ value, params }) => ({ value, quality: qualityOf(params.get('q')) }))
    .sort((one, other) => other.quality - one.quality)
}

/**
 * The encoding to send, of those that the server has in the order in which it likes them: the one that the client likes
 * best, or `undefined` where the answer should go as it is.
 *
 * @example
 * preferredEncoding('gzip, br;q=0.9', ['br', 'gzip']) // 'gzip'
 */
export function preferredEncoding(header: string | undefined, offered: readonly string[]): string | undefined {
  if (header === undefined) return undefined
  const preferences = parseAcceptEncoding(header)
  const qualityFor = (encoding: string): number | undefined =>
    preferences.find(({ value }) => value === encoding || value === `x-${encoding}`)?.quality
  const others = qualityFor('*') ?? 0
  let best: string | undefined
  let bestQuality = qualityFor('identity') ?? 0
  for (const encoding of offered) {
    const quality = qualityFor(encoding) ?? others
    if (quality === 0 || quality < bestQuality || (quality === bestQuality && best !== undefined)) continue
    best = encoding
    bestQuality = quality
  }
  return best
}

/** A media type, or a range of them such as `text/*`, with its parameters (RFC 9110, section 12.5.1). */
export class MediaType {
  /** In lower case, as all but the values of parameters. */
  readonly mainType: string
  /** What stands after the slash; `*` for any. */
  readonly subType: string
  /** Without the quality. */
  readonly params: ReadonlyMap<string, string>
  /** From 0, refused, to 1. */
  readonly quality: number

  /** Throws nothing: what is no media type has empty names, and matches none. */
  constructor(text: string) {
    const { value, params } = parseHeaderParameters(text)
    const [mainType = '', subType = '', ...rest] = value === '*' ? ['*', '*'] : value.split('/')
    const valid = mainType !== '' && subType !== '' && rest.length === 0 && (mainType !== '*' || subType === '*')
    this.mainType = valid ? mainType : ''
    this.subType = valid ? subType : ''
    this.quality = qualityOf(params.get('q'))
    this.params = params.has('q') ? new Map([...params].filter(([name]) => name !== 'q')) : params
  }

  /** 0 for a range of everything, 1 for `text/*`, 2 for a type, and more for one with parameters. */
  get specificity(): number {
    if (this.mainType === '*') return 0
    return this.subType === '*' ? 1 : 2 + this.params.size
  }

  /**
   * True where this range takes the other type, whose parameters must have those of this one. A type that has none is
   * taken by a range that has some too, as in Django: `text/vcard` by `text/vcard; version=3.0`.
   */
  matches(other: MediaType): boolean {
    if (this.mainType === '' || other.mainType === '') return false
    if (!matchesName(this.mainType, other.mainType) || !matchesName(this.subType, other.subType)) return false
    return other.params.size === 0 || [...this.params].every(([name, value]) => other.params.get(name) === value)
  }

  /** As a header has it, without the quality. */
  toString(): string {
    const params = [...this.params].map(([name, value]) => `; ${name}=${quotedIfNeeded(value)}`)
    return `${this.mainType}/${this.subType}${params.join('')}`
  }
}

function matchesName(one: string, other: string): boolean {
  return one === '*' || other === '*' || one === other
}

function quotedIfNeeded(value: string): string {
  return isToken(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}

/** The media ranges of an Accept header; a missing one takes everything. */
export class AcceptedTypes {
  /** Best first: by quality, then by how specific they are, then in the header's order; those that are refused are last. */
  readonly ranges: readonly MediaType[]

  constructor(header: string | undefined) {
    this.ranges = elementsOf(header ?? '*/*')
      .map((element) => new MediaType(element))
      .filter(({ mainType }) => mainType !== '')
      .sort((one, other) => other.quality - one.quality || other.specificity - one.specificity)
  }

  /** The range that decides about a type, the most specific one; `undefined` where there is none, or it refuses. */
  accepted(type: string): MediaType | undefined {
    const wanted = new MediaType(type)
    let best: MediaType | undefined
    for (const range of this.ranges) {
      if (range.matches(wanted) && (best === undefined || fitness(range, wanted) > fitness(best, wanted))) best = range
    }
    return best !== undefined && best.quality > 0 ? best : undefined
  }

  /** The one of several types that is liked best; of those liked alike, the first. */
  preferred<T extends string>(types: readonly T[]): T | undefined {
    let best: { readonly type: T; readonly rank: number } | undefined
    for (const type of types) {
      const range = this.accepted(type)
      if (range === undefined) continue
      const rank = this.ranges.indexOf(range)
      if (best === undefined || rank < best.rank) best = { type, rank }
    }
    return best?.type
  }
}

/** A range with parameters that the type lacks fits it less well than the plain one, and better than `text/*`. */
function fitness(range: MediaType, type: MediaType): number {
  return type.params.size === 0 && range.params.size > 0 ? 1.5 : range.specificity
}

function elementsOf(header: string): string[] {
  const elements = splitHeaderList(header.slice(0, MAX_LENGTH), MAX_PREFERENCES + 1)
  // The last one may have been cut in two.
  if (header.length > MAX_LENGTH) elements.pop()
  return elements.slice(0, MAX_PREFERENCES)
}

/** A weight (RFC 9110, section 12.4.2); 1 where it is left out or is none, as in Django. */
function qualityOf(text: string | undefined): number {
  return text !== undefined && /^(?:0(?:\.[0-9]*)?|1(?:\.0*)?|\.[0-9]+)$/.test(text) ? Number(text) : 1
}
