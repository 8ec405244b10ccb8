import { percentDecode, percentEncoder } from './percent.ts'
import { TextBuilder } from './text-builder.ts'
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

/** What is closed by what. */
const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[' }

/** RFC 3986, sections 2.2 and 2.3: what means something in a URL stays as it is. */
const encodeUrl = percentEncoder("!$&'()*+,;=:/?#[]@~")

const encodeQuery = percentEncoder(' ')

const encodeAll = percentEncoder('')

/** A URL that stays as it is, as most do. */
const PLAIN_URL = /^[\w.~!$&'()*+,;=:/[\]@-]*(?:\?[\w.~+-]*=[\w.~+-]*(?:&[\w.~+-]*=[\w.~+-]*)*)?$/

/**
 * A text whose web and e-mail addresses are links, as HTML (Django's `urlize`): what begins with `http://`, `https://` or
 * `www.`, domains of the first seven endings such as `example.org`, and `name@example.com`.
 */
export function urlize(text: string, options: UrlizeOptions = {}): string {
  const { limit = Infinity, nofollow = true, escape = true } = options
  const shown = (part: string): string => (escape ? escapeHtml(part) : part)
  const attributes = nofollow ? ' rel="nofollow"' : ''
  const html = new TextBuilder()
  let kept = 0
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (word.length > MAX_URL * 2) continue
    const [start, end] = withoutPunctuation(word)
    const address = word.slice(start, end)
    const url = address.length > MAX_URL ? undefined : urlOf(address)
    if (url === undefined) continue
    const label = address.length > limit ? `${address.slice(0, Math.max(0, limit - 1))}…` : address
    const rel = url.startsWith('mailto:') ? '' : attributes
    html.add(`${shown(text.slice(kept, index + start))}<a href="${escapeHtml(url)}"${rel}>${shown(label)}</a>`)
    kept = index + end
  }
  html.add(shown(text.slice(kept)))
  return html.toString()
}

/** Where a word leads, if it is an address. */
function urlOf(word: string): string | undefined {
  if (ADDRESS.test(word)) return quotedOnce(word)
  if (BARE_ADDRESS.test(word)) return quotedOnce(`http://${word}`)
  if (word.length > 320 || !EMAIL.test(word)) return undefined
  const at = word.lastIndexOf('@')
  return `mailto:${encodeAll(word.slice(0, at))}@${encodeAll(word.slice(at + 1))}`
}

function quotedOnce(address: string): string {
  const url = unescapeHtml(address)
  return PLAIN_URL.test(url) ? url : quoted(url)
}

/** A URL percent-encoded, if it is not so already. */
function quoted(url: string): string {
  const [, before, query, fragment] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) as unknown as [
    string,
    string,
    string?,
    string?,
  ]
  const again = (part: string): string => encodeUrl(percentDecode(part))
  return (
    again(before) +
    (query === undefined || query === '?' ? '' : `?${quotedQuery(query.slice(1))}`) +
    again(fragment ?? '')
  )
}

function quotedQuery(query: string): string {
  const again = (part: string): string => encodeQuery(percentDecode(part.replaceAll('+', ' '))).replaceAll(' ', '+')
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=')
      return at === -1 ? `${again(pair)}=` : `${again(pair.slice(0, at))}=${again(pair.slice(at + 1))}`
    })
    .join('&')
}

/** Where a word begins and ends without the brackets and punctuation around it; a bracket opened in it may close in it. */
function withoutPunctuation(word: string): [start: number, end: number] {
  let start = 0
  while (word[start] === '(' || word[start] === '[') start++
  const surplus: Record<string, number> = {}
  let end = word.length
  for (; end > start; end--) {
    const last = word.charAt(end - 1)
    if (!'.,:!;)]'.includes(last)) break
    const open = OPENING[last]
    if (open !== undefined) {
      const more = surplus[last] ?? countOf(word, last) - countOf(word.slice(start), open)
      if (more <= 0) break
      surplus[last] = more - 1
    } else if (last === ';' && endsInEntity(word.slice(0, end))) break
  }
  return [start, end]
}

function endsInEntity(text: string): boolean {
  return /&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);$/i.test(text.slice(-40))
}

function countOf(text: string, character: string): number {
  return text.split(character).length - 1
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" }

function unescapeHtml(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_match, name: string) => ENTITIES[name] as string)
}
