/** What a parameter's name means for the Environ. */
export type NameKind = 'variable' | 'header' | 'dropped'

/** A name of a parameter that has been seen. */
export interface Name {
  /** One string for all requests, and one that objects need not look up before they take it as a key. */
  readonly text: string
  readonly bytes: Uint8Array
  readonly kind: NameKind
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

/** Places for names, a power of two, and how long a name is that gets one: clients choose them. */
const SLOTS = 4_096
const MAX_LENGTH = 64

/** The name that was seen last of those that fall into each place. */
const slots: Array<Name | undefined> = Array.from({ length: SLOTS }, () => undefined)

/** The name that stands in `bytes` from `start` to `end`, found without making a string where it was seen before. */
export function nameAt(bytes: Uint8Array, start: number, end: number): Name {
  const slot = slotOf(bytes, start, end)
  const seen = slots[slot]
  if (seen !== undefined && isAt(seen.bytes, bytes, start, end)) return seen
  const name = readName(Uint8Array.from(bytes.subarray(start, end)))
  if (name.bytes.length <= MAX_LENGTH) slots[slot] = name
  return name
}

/** A few of a name's bytes, mixed: those in which `HTTP_` names of one length differ most. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length < 3) return length
  const [last, third] = [bytes[end - 1] as number, bytes[end - 3] as number]
  const middle = bytes[start + (length >> 1)] as number
  return ((length * 37) ^ (last * 5) ^ (third * 171) ^ (middle * 29)) & (SLOTS - 1)
}

function isAt(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false
  return true
}

function readName(bytes: Uint8Array): Name {
  const [text = ''] = Object.keys({ [Buffer.from(bytes).toString('latin1')]: true })
  return { text, bytes, kind: kindOf(text) }
}

function kindOf(name: string): NameKind {
  if (NO_HEADERS.has(name)) return 'dropped'
  if (name.startsWith('HTTP_')) return HEADER.test(name) ? 'header' : 'dropped'
  return VARIABLE.test(name) ? 'variable' : 'dropped'
}
