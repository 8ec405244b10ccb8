import type { LaneAnswer, LaneRequest, Parcel, Passage } from '../../gateway/index.ts'

type Pair = readonly [name: string, value: string]

/** What is told of a request's headers in place of secrets: every character of one is a `*`, so that all lengths hold. */
export type Mask = (text: string) => string

/** Names, of headers and of variables, whose values nobody should see over somebody's shoulder. */
const SECRET_NAME = /authorization|cookie|secret|token|passw|api[-_]?key|session|signature/i

/** Shorter values are hidden next to their names only: they could be a word of any text. */
const MIN_LENGTH = 8

/** Takes the secrets of these passages out of texts that hold bytes as latin-1. */
export function maskOf(request: LaneRequest, passages: readonly Passage[]): Mask {
  const pairs = [
    ...request.headers,
    ...Object.entries(request.variables ?? {}),
    ...passages.flatMap(({ answer, given }) => [...setCookies(answer), ...setCookies(given)]),
  ]
  const secrets = pairs.filter(([name, value]) => SECRET_NAME.test(name) && value !== '')
  if (secrets.length === 0) return (text) => text
  return (text) => secrets.reduce((masked, secret) => hide(masked, secret), text)
}

/** The names and values, masked by name. */
export function maskPairs(pairs: readonly Pair[], mask: Mask, isFull: boolean): Pair[] {
  return pairs.map(([name, value]) => [
    name,
    isFull ? value : SECRET_NAME.test(name) ? starsFor(name, value) : mask(value),
  ])
}

/** A parcel's bytes as text. */
export function textOf({ bytes }: Pick<Parcel, 'bytes'>): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
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
