import { percentDecode, percentEncode } from './percent.ts'
import { escapeHtml } from './text.ts'

/** How `urlize` makes its links. */
export interface UrlizeOptions {
  /** Characters of an address that are shown; a longer one ends in `…`. */
  readonly limit?: number | undefined
  /** Give links `rel="nofollow"`; true by default. */
  readonly nofollow?: boolean | undefined
  /** False for a text that is HTML already; true by default. */
  readonly escape?: boolean | undefined
}

/** Longer words are text: no address is so long. */
const MAX_URL = 2048

/** A whole word that may be an address: it has a character that all of them have. */
const WORD = /(?<![^\s<>"'])[^\s<>"'.@:]*[.@:][^\s<>"']*/g

const ADDRESS = /^https?:\/\/\[?[\p{L}\p{N}_]/iu
const BARE_ADDRESS = /^(?:www\.|(?!http)[\p{L}\p{N}_][^@]+\.(?:com|edu|gov|int|mil|net|org)(?:$|\/))/iu
const EMAIL =
  /^[\w!#$%&'*+/=?^`{}|~-]+(?:\.[\w!#$%&'*+/=?^`{}|~-]+)*@((?:[a-z0-9\u00a1-\uffff](?:[a-z0-9\u00a1-\uffff-]{0,61}[a-z0-9\u00a1-\uffff])?\.)+[a-z\u00a1-\uffff][a-z0-9\u00a1-\uffff-]*[a-z0-9\u00a1-\uffff])$/i

const BRACKETS = [
  ['(', ')'],
  ['[', ']'],
] as const

/** RFC 3986, sections 2.2 and 2.3: what means something in a URL stays as it is. */
const RESERVED = "!$&'()*+,;=:/?#[]@~"

/**
 * A text whose web and e-mail addresses are links, as HTML (Django's `urlize`): what begins with `http://`, `https://` or
 * `www.`, domains of the first seven endings such as `example.org`, and `name@example.com`.
 */
export function urlize(text: string, options: UrlizeOptions = {}): string {
  const { limit = Infinity, nofollow = true, escape = true } = options
  const shown = (part: string): string => (escape ? escapeHtml(part) : part)
  const attributes = nofollow ? ' rel="nofollow"' : ''
  let html = ''
  let kept = 0
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (word.length > MAX_URL * 2) continue
    const [lead, middle, trail] = trimPunctuation(word)
    const url = middle.length > MAX_URL ? undefined : addressOf(middle)
    if (url === undefined) continue
    const label = middle.length > limit ? `${middle.slice(0, Math.max(0, limit - 1))}…` : middle
    const rel = url.startsWith('mailto:') ? '' : attributes
    html += `${shown(text.slice(kept, index) + lead)}<a href="${escapeHtml(url)}"${rel}>${shown(label)}</a>`
    kept = index + word.length - trail.length
  }
  return html + shown(text.slice(kept))
}

/** Where a word leads, if it is an address. */
function addressOf(word: string): string | undefined {
  if (ADDRESS.test(word)) return quoted(unescapeHtml(word))
  if (BARE_ADDRESS.test(word)) return quoted(`http://${unescapeHtml(word)}`)
  if (word.length > 320 || !EMAIL.test(word)) return undefined
  const at = word.lastIndexOf('@')
  return `mailto:${percentEncode(word.slice(0, at))}@${percentEncode(word.slice(at + 1))}`
}

/** A URL percent-encoded, if it is not so already. */
function quoted(url: string): string {
  const [, before, query, fragment] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) as unknown as [
    string,
    string,
    string?,
    string?,
  ]
  const again = (part: string): string => (part === '' ? '' : percentEncode(percentDecode(part), RESERVED))
  return (
    again(before) +
    (query === undefined || query === '?' ? '' : `?${quotedQuery(query.slice(1))}`) +
    again(fragment ?? '')
  )
}

function quotedQuery(query: string): string {
  const again = (part: string): string =>
    percentEncode(percentDecode(part.replaceAll('+', ' ')), ' ').replaceAll(' ', '+')
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=')
      return at === -1 ? `${again(pair)}=` : `${again(pair.slice(0, at))}=${again(pair.slice(at + 1))}`
    })
    .join('&')
}

/** A word without the brackets and punctuation around it, and these; a bracket that is opened in it may close in it. */
function trimPunctuation(word: string): [lead: string, middle: string, trail: string] {
  const start = word.search(/[^([]/)
  if (start === -1) return [word, '', '']
  const middle = word.slice(start)
  const surplus = new Map<string, number>()
  for (const [open, close] of BRACKETS)
    if (middle.includes(close)) surplus.set(close, countOf(middle, close) - countOf(middle, open))
  let end = middle.length
  for (; end > 0; end--) {
    const last = middle.charAt(end - 1)
    const more = surplus.get(last) ?? 0
    if (more > 0) surplus.set(last, more - 1)
    else if (!'.,:!'.includes(last) && (last !== ';' || endsInEntity(middle.slice(0, end)))) break
  }
  return [word.slice(0, start), middle.slice(0, end), middle.slice(end)]
}

function endsInEntity(text: string): boolean {
  return /&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);$/i.test(text.slice(-40))
}

function countOf(text: string, character: string): number {
  return text.split(character).length - 1
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" }

function unescapeHtml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_match, name: string) => ENTITIES[name] as string)
}
