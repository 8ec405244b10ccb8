import { createHash, randomBytes } from 'node:crypto'
import { ImproperlyConfigured } from '../exceptions.ts'
import { closest } from '../utils/index.ts'

/** The words of a Content Security Policy that stand in quotes (Django's `CSP`), and `NONCE`, which each response fills in. */
export const CSP = {
  NONE: "'none'",
  /** Stands for `'nonce-…'`, a new one for each response; left out where its template used none. */
  NONCE: '<nonce>',
  REPORT_SAMPLE: "'report-sample'",
  SELF: "'self'",
  STRICT_DYNAMIC: "'strict-dynamic'",
  UNSAFE_EVAL: "'unsafe-eval'",
  UNSAFE_HASHES: "'unsafe-hashes'",
  UNSAFE_INLINE: "'unsafe-inline'",
  WASM_UNSAFE_EVAL: "'wasm-unsafe-eval'",
} as const

/** CSP level 3, with what other standards have added; those that browsers have given up are left out. */
const DIRECTIVES = [
  'base-uri',
  'child-src',
  'connect-src',
  'default-src',
  'fenced-frame-src',
  'font-src',
  'form-action',
  'frame-ancestors',
  'frame-src',
  'img-src',
  'manifest-src',
  'media-src',
  'object-src',
  'report-to',
  'report-uri',
  'require-trusted-types-for',
  'sandbox',
  'script-src',
  'script-src-attr',
  'script-src-elem',
  'style-src',
  'style-src-attr',
  'style-src-elem',
  'trusted-types',
  'upgrade-insecure-requests',
  'worker-src',
] as const

/** A directive of CSP level 3. */
export type CspDirective = (typeof DIRECTIVES)[number]

/** What a directive allows; `true` is a directive without a value, `false` and `null` leave it out. */
export type CspValue = string | readonly string[] | boolean | null

/**
 * A Content Security Policy: directives, by their own names, and what each allows.
 *
 * @example
 * { 'default-src': [CSP.SELF], 'script-src': [CSP.SELF, CSP.NONCE], 'upgrade-insecure-requests': true }
 */
export type CspPolicy = { readonly [D in CspDirective]?: CspValue }

declare module './request.ts' {
  interface HttpRequest {
    /** Written out as text it is the nonce of this response, for inline scripts and styles. */
    cspNonce?: LazyNonce
  }
}

/** A value that only one response has, made when it is first written out (Django's `LazyNonce`). */
export class LazyNonce {
  #value: string | undefined

  /** The nonce: 128 random bits in base64. */
  toString(): string {
    this.#value ??= randomBytes(16).toString('base64')
    return this.#value
  }

  /** The nonce where it has been written out, and `undefined` where nobody has asked. */
  get used(): string | undefined {
    return this.#value
  }
}

/** A policy as its header, with the nonce where one is given; worked out once except for the nonce. */
export class CspHeader {
  readonly #parts: readonly string[]
  readonly #plain: string

  /** Throws `ImproperlyConfigured` for an unknown directive, and for a value that would break out of its own. */
  constructor(policy: CspPolicy, where: string) {
    const directives = Object.entries(policy).flatMap(([name, value]) => render(name, value, where))
    this.#parts = directives
      .map(({ withNonce }) => withNonce)
      .join('; ')
      .split(CSP.NONCE)
    this.#plain = directives.map(({ plain }) => plain).join('; ')
  }

  /** True where the policy is empty, so that there is no header. */
  get isEmpty(): boolean {
    return this.#plain === ''
  }

  /** True where each response has a value of its own. */
  get hasNonce(): boolean {
    return this.#parts.length > 1
  }

  /** The header's value. */
  value(nonce: string | undefined): string {
    return nonce === undefined || !this.hasNonce ? this.#plain : this.#parts.join(`'nonce-${nonce}'`)
  }
}

/** True where a directive of the policy waits for a nonce. */
export function usesNonce(policy: CspPolicy): boolean {
  return Object.values(policy).some(
    (value) => typeof value !== 'boolean' && value !== null && wordsOf(value).includes(CSP.NONCE),
  )
}

/**
 * The hash of an inline script or style, to stand in a policy: `'sha256-…'`. `text` is all between the tags, to the space.
 *
 * @example
 * secureCsp: { 'script-src': [CSP.SELF, cspHash('start()')] }
 */
export function cspHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

interface Rendered {
  readonly withNonce: string
  readonly plain: string
}

function render(name: string, value: CspValue | undefined, where: string): Rendered[] {
  checkName(name, where)
  if (value === true) return [{ withNonce: name, plain: name }]
  if (value === false || value === null || value === undefined) return []
  const words = wordsOf(value)
  for (const word of words) checkWord(name, word, where)
  if (words.length === 0) return []
  const plain = words.filter((word) => word !== CSP.NONCE)
  // A directive that was only for nonces must not vanish with them, and leave all to default-src.
  return [
    { withNonce: [name, ...words].join(' '), plain: [name, ...(plain.length === 0 ? [CSP.NONE] : plain)].join(' ') },
  ]
}

/** One text may hold several sources, as in the header. */
function wordsOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : value
}

function checkName(name: string, where: string): void {
  if (DIRECTIVES.some((known) => known === name)) return
  const near = closest(name, DIRECTIVES)
  throw new ImproperlyConfigured(
    `${where} has a directive ${JSON.stringify(name)}, which there is not.` +
      (near === undefined ? ` There are: ${DIRECTIVES.join(', ')}.` : ` Did you mean "${near}"?`),
  )
}

function checkWord(name: string, word: unknown, where: string): void {
  if (typeof word === 'string' && /^[!-+\--:<-~]+$/.test(word)) return
  const what = typeof word === 'string' ? JSON.stringify(word) : `a value of type ${typeof word}`
  throw new ImproperlyConfigured(
    `${where} has ${what} in ${name}: each source must be one word of ASCII without a space, "," or ";". ` +
      'Give several as a list.',
  )
}
