import type { ExceptionReporterFilter } from '../../conf/index.ts'
import type { LaneAnswer, LaneRequest, Parcel, Passage } from '../../gateway/index.ts'

type Pair = readonly [name: string, value: string]

/** Says which names have values that nobody should see over somebody's shoulder. */
export type SecretNames = Pick<ExceptionReporterFilter, 'isHidden'>

/** Shorter values are hidden next to their names only: they could be a word of any text. */
const MIN_LENGTH = 8

/** Takes the secrets out of what is told: every character of one becomes a `*`, so that all lengths hold. */
export class Mask {
  readonly #names: SecretNames
  readonly #secrets: readonly Pair[]

  /** Knows the secrets of this request and of what came back. */
  constructor(names: SecretNames, request: LaneRequest, passages: readonly Passage[]) {
    this.#names = names
    const pairs = [
      ...request.headers,
      ...Object.entries(request.variables ?? {}),
      ...fieldsOf(request.target.slice(request.target.indexOf('?') + 1)),
      ...fieldsOf(/urlencoded/i.test(typeOf(request)) ? Buffer.from(request.body).toString('latin1') : ''),
      ...passages.flatMap(({ answer, given }) => [...setCookies(answer), ...setCookies(given)]),
    ]
    this.#secrets = pairs.filter(([name, value]) => this.#isSecret(name) && value !== '')
  }

  /** A text, which holds bytes as latin-1, without the secrets. */
  text(text: string): string {
    return this.#secrets.reduce((masked, secret) => hide(masked, secret), text)
  }

  /** Names and values, masked by name. */
  pairs(pairs: readonly Pair[]): Pair[] {
    return pairs.map(([name, value]) => [name, this.#isSecret(name) ? starsFor(name, value) : this.text(value)])
  }

  /** A filter that fails hides. */
  #isSecret(name: string): boolean {
    try {
      return this.#names.isHidden(name)
    } catch {
      return true
    }
  }
}

/** Hides nothing, for whoever may see all. */
export const UNMASKED: Pick<Mask, 'text' | 'pairs'> = { text: (text) => text, pairs: (pairs) => [...pairs] }

/** A parcel's bytes as text. */
export function textOf({ bytes }: Pick<Parcel, 'bytes'>): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** The fields of a query or of a form, as they are written there and as they are meant. */
function fieldsOf(text: string): Pair[] {
  return text.split('&').flatMap((field): Pair[] => {
    const equals = field.indexOf('=')
    if (equals === -1) return []
    const [name, value] = [field.slice(0, equals), field.slice(equals + 1)]
    return [...new Set([value, decoded(value)])].map((each) => [decoded(name), each])
  })
}

function decoded(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9a-f]{2})/gi, (_escape, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

function typeOf({ headers, variables }: LaneRequest): string {
  return headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? variables?.['CONTENT_TYPE'] ?? ''
}

function setCookies(answer: Pick<LaneAnswer, 'headers'> | undefined): Pair[] {
  return (answer?.headers ?? []).filter(([name]) => name.toLowerCase() === 'set-cookie')
}

function hide(text: string, [name, value]: Pair): string {
  const stars = starsFor(name, value)
  if (value.length >= MIN_LENGTH) return text.replaceAll(value, stars)
  const key = `HTTP_${name.toUpperCase().replaceAll('-', '_')}`
  let masked = text
  for (const before of [`${name}: `, `${key}=`, key, `${name}=`]) {
    masked = masked.replaceAll(before + value, before + stars)
  }
  return masked
}

/** Of cookies the names stay, and of credentials their scheme. */
function starsFor(name: string, value: string): string {
  if (/set.cookie/i.test(name)) return value.replace(/=[^;]*/, hideAfterFirst)
  if (/cookie/i.test(name)) return value.replaceAll(/=[^;]*/g, hideAfterFirst)
  const scheme = /^(?:Basic|Bearer|Digest|Token) /i.exec(value)?.[0] ?? ''
  return scheme + '*'.repeat(value.length - scheme.length)
}

function hideAfterFirst(text: string): string {
  return text.charAt(0) + '*'.repeat(text.length - 1)
}
