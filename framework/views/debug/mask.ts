import type { ExceptionReporterFilter } from '../../conf/index.ts'

/** Shorter values are hidden where their name says so, but not looked for elsewhere: they could be a word of any text. */
const MIN_SECRET = 10

/** Characters of a text that are looked at. */
const MAX_TEXT = 20_000

/** How deep a value is looked into for secrets. */
const MAX_DEPTH = 5

const FALLBACK = '**********'

// Every repetition is bounded, so that no text takes long.
const URL_PASSWORD = /([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#@:'"`<>]{0,100}:)[^\s'"`<>]{0,200}@/gi
const QUERY_FIELD = /(^|[?&;])([^=&?;#\s]{1,100})=[^&;#\s'"`<>]*/g

/** `apiKey: 'text'` and `apiKey = "text"` in a program, `"apiKey":"text"` in JSON. */
const LITERAL = /([\w$-]{1,60})(['"]?\s{0,5}[:=]\s{0,5})(['"`])(?:\\.|(?!\3)[^\\]){1,300}\3/g

/**
 * Takes secrets out of what is shown: values that the filter hides by their names, wherever else they turn up, passwords in
 * URLs, and what query strings, JSON and programs name as a secret. A filter that fails hides.
 */
export class Masker {
  /** Stands in place of a secret. */
  readonly substitute: string
  readonly #filter: ExceptionReporterFilter
  readonly #secrets: readonly string[]

  /** Of each source, what stands under the name of a secret is known as one from then on. */
  constructor(filter: ExceptionReporterFilter, ...sources: readonly object[]) {
    this.#filter = filter
    this.substitute = attempt(() => filter.cleansedSubstitute, FALLBACK)
    const secrets = new Set<string>()
    for (const source of sources) this.#collect(source, false, secrets, 0)
    this.#secrets = [...secrets].sort((one, other) => other.length - one.length)
  }

  /** A text without its secrets, of at most `max` characters. */
  text(text: string, max = MAX_TEXT): string {
    // Cut afterwards, for a secret that is cut in two is not found any more.
    let masked = text.slice(0, max + MAX_TEXT)
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, () => this.substitute)
    masked = masked
      .replace(URL_PASSWORD, (_whole, before: string) => `${before}${this.substitute}@`)
      .replace(QUERY_FIELD, (whole, before: string, name: string) =>
        this.#isHidden(decoded(name)) ? `${before}${name}=${this.substitute}` : whole,
      )
      .replace(LITERAL, (whole, name: string, between: string, quote: string) =>
        this.#isHidden(name) ? `${name}${between}${quote}${this.substitute}${quote}` : whole,
      )
    return masked.slice(0, max)
  }

  /** The value of this name as it may be shown. */
  cleanse(name: string, value: unknown): unknown {
    return attempt(() => this.#filter.cleanseSetting(name, value), this.substitute)
  }

  #isHidden(name: string): boolean {
    return attempt(() => this.#filter.isHidden(name), true)
  }

  #collect(value: unknown, secret: boolean, secrets: Set<string>, depth: number): void {
    if (typeof value === 'string') {
      // A path is hardly a secret, and hiding it would make every page unreadable.
      if (secret && value.length >= MIN_SECRET && !value.startsWith('/')) secrets.add(value)
      return
    }
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return
    try {
      const isList = Array.isArray(value)
      for (const [name, { value: each }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
        this.#collect(each, secret || (!isList && this.#isHidden(name)), secrets, depth + 1)
      }
    } catch {
      // What cannot be looked into is not shown either.
    }
  }
}

function attempt<T>(fn: () => T, otherwise: T): T {
  try {
    return fn()
  } catch {
    return otherwise
  }
}

function decoded(name: string): string {
  return attempt(() => decodeURIComponent(name), name)
}
