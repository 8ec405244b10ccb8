/** What a page shows instead of a secret. */
export const MASK = '**********'

const SECRET_NAME = /api|auth|token|key|secret|pass|signature|cookie/i

/** Shorter values are hidden where their name says so, but not looked for elsewhere: they could be a word of any text. */
const MIN_SECRET = 10

/** Characters of a text that are looked at. */
const MAX_TEXT = 20_000

/** How deep a value is looked into for secrets. */
const MAX_DEPTH = 5

// Every repetition is bounded, so that no text takes long.
const URL_PASSWORD = /([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#@:'"`<>]{0,100}:)[^\s'"`<>]{0,200}@/gi
const QUERY_FIELD = /(^|[?&;])([^=&?;#\s]{1,100})=[^&;#\s'"`<>]*/g

/** `apiKey: 'text'` and `apiKey = "text"` in a program, `"apiKey":"text"` in JSON. */
const LITERAL = /([\w$-]{1,60})(['"]?\s{0,5}[:=]\s{0,5})(['"`])(?:\\.|(?!\3)[^\\]){1,300}\3/g

/** True for a name whose value nobody should see, such as `secretKey` or `HTTP_AUTHORIZATION`. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** Takes secrets out of texts: those that it knows, passwords in URLs, and what query strings, JSON and programs name as one. */
export class Masker {
  readonly #secrets: readonly string[]

  /** Of each source, what stands under the name of a secret is known as one from then on. */
  constructor(...sources: readonly object[]) {
    const secrets = new Set<string>()
    for (const source of sources) collect(source, false, secrets, 0)
    this.#secrets = [...secrets].sort((one, other) => other.length - one.length)
  }

  /** A text without its secrets, of at most `max` characters. */
  text(text: string, max = MAX_TEXT): string {
    // Cut afterwards, for a secret that is cut in two is not found any more.
    let masked = text.slice(0, max + MAX_TEXT)
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, MASK)
    masked = masked
      .replace(URL_PASSWORD, `$1${MASK}@`)
      .replace(QUERY_FIELD, (whole, before: string, name: string) =>
        isSecretName(decoded(name)) ? `${before}${name}=${MASK}` : whole,
      )
      .replace(LITERAL, (whole, name: string, between: string, quote: string) =>
        isSecretName(name) ? `${name}${between}${quote}${MASK}${quote}` : whole,
      )
    return masked.slice(0, max)
  }
}

function collect(value: unknown, secret: boolean, secrets: Set<string>, depth: number): void {
  if (typeof value === 'string') {
    // A path is hardly a secret, and hiding it would make every page unreadable.
    if (secret && value.length >= MIN_SECRET && !value.startsWith('/')) secrets.add(value)
    return
  }
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return
  try {
    const isList = Array.isArray(value)
    for (const [name, { value: each }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      collect(each, secret || (!isList && isSecretName(name)), secrets, depth + 1)
    }
  } catch {
    // What cannot be looked into is not shown either.
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
