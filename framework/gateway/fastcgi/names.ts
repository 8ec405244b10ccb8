/** What a parameter's name means for the Environ. */
export type NameKind = 'variable' | 'header' | 'dropped'

/** A name of a parameter that has been seen: one string for all requests. */
export interface Name {
  readonly text: string
  readonly kind: NameKind
  /** The names that came after this one, as far as they are remembered. */
  readonly followers: Name[]
}

/** A variable: what a web server's configuration names. No dot, for names with one are the gateway's own. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** `HTTP_` and a header's name in upper case, with `_` for `-` (RFC 3875, section 4.1.18). */
const HEADER = /^HTTP_[!#$%&'*+.^`|~0-9A-Z_]+$/

/**
 * Headers that are none for an application: Proxy, which programs would take for a proxy to use (httpoxy), the two that
 * have variables of their own, and the coding that the web server has taken off.
 */
const NO_HEADERS: ReadonlySet<string> = new Set([
  'HTTP_PROXY',
  'HTTP_CONTENT_LENGTH',
  'HTTP_CONTENT_TYPE',
  'HTTP_TRANSFER_ENCODING',
])

/** How many names are remembered, how long one may be, and how many followers each has: clients choose them. */
const MAX_NAMES = 2_000
const MAX_LENGTH = 64
const MAX_FOLLOWERS = 6

const names = new Map<string, Name>()

/** Stands before the first name of a request. */
export const START: Name = { text: '', kind: 'dropped', followers: [] }

/**
 * The name that stands in `text` from `start` to `end`, which came after the name `before`. Names come in nearly the
 * same order with each request, so a comparison with those that came there before finds it without making a string.
 */
export function nameAt(text: string, start: number, end: number, before: Name): Name {
  const length = end - start
  const { followers } = before
  for (let i = 0; i < followers.length; i++) {
    const follower = followers[i] as Name
    if (follower.text.length === length && text.startsWith(follower.text, start)) return follower
  }
  return lookUp(text.slice(start, end), before)
}

function lookUp(text: string, before: Name): Name {
  let name = names.get(text)
  if (name === undefined) {
    name = { text: copy(text), kind: kindOf(text), followers: [] }
    if (names.size >= MAX_NAMES || text.length > MAX_LENGTH) return name
    names.set(name.text, name)
  }
  if (before.followers.length < MAX_FOLLOWERS) before.followers.push(name)
  return name
}

/** The same text apart from the block it was cut from, which it would keep in memory. */
function copy(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

function kindOf(name: string): NameKind {
  if (NO_HEADERS.has(name)) return 'dropped'
  if (name.startsWith('HTTP_')) return HEADER.test(name) ? 'header' : 'dropped'
  return VARIABLE.test(name) ? 'variable' : 'dropped'
}
