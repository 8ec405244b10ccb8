import { type Assertion, assertSame, fail, prefixed, times } from './assertion.ts'
import { canonicalURL } from './canonical-url.ts'
import { occurrences } from './html/reading.ts'
import type { TestResponse } from './response.ts'
import type { RenderedTemplates } from './templates.ts'

/** How `assertContains` and `assertNotContains` look at an answer. */
export interface ContainsOptions {
  /** The status that the answer must have; 200 by default. */
  readonly status?: number | undefined
  /** Compare as HTML, as `assertInHTML` does, and not as text. */
  readonly html?: boolean | undefined
  readonly message?: string | undefined
}

/** What `assertRedirects` expects. */
export interface RedirectsOptions {
  /** The status of the redirect; 302 by default. */
  readonly status?: number | undefined
  /** The status of where it leads; 200 by default. */
  readonly targetStatus?: number | undefined
  /** Also ask for where it leads, if that is on the same host; true by default. */
  readonly fetch?: boolean | undefined
  readonly message?: string | undefined
}

/** Characters of a body that a message shows. */
const MAX_SHOWN = 2000

/**
 * An answer has this status and this text in its body; with `count`, so many times (Django's `assertContains`).
 *
 * @example
 * assertContains(response, 'Thank you')
 * assertContains(response, '<li class="done">Wash</li>', { html: true, count: 1 })
 */
export function assertContains(
  response: TestResponse,
  text: string,
  options: ContainsOptions & { readonly count?: number | undefined } = {},
): void {
  const { count, message } = options
  const [found, body] = look(assertContains, response, text, options)
  if (count === undefined ? found > 0 : found === count) return
  const wanted = count === undefined ? 'is not in the answer' : `is in the answer ${times(found)}, not ${times(count)}`
  fail(assertContains, prefixed(`${JSON.stringify(text)} ${wanted}:\n${excerpt(body)}`, message))
}

/** An answer has this status, and does not have this text in its body. */
export function assertNotContains(response: TestResponse, text: string, options: ContainsOptions = {}): void {
  const [found, body] = look(assertNotContains, response, text, options)
  if (found === 0) return
  const what = `${JSON.stringify(text)} is in the answer ${times(found)}, and should not be:\n${excerpt(body)}`
  fail(assertNotContains, prefixed(what, options.message))
}

/**
 * An answer is a redirect to this URL or path, and what is there answers too. An answer that was asked for with `follow`
 * is judged by where its redirects ended (Django's `assertRedirects`).
 *
 * @example
 * await assertRedirects(await client.get('/private/'), '/login/?next=/private/')
 */
export async function assertRedirects(
  response: TestResponse,
  expected: string,
  options: RedirectsOptions = {},
): Promise<void> {
  const { status = 302, targetStatus = 200, fetch = true, message } = options
  const [first] = response.redirectChain
  const say = (text: string): string => prefixed(text, message)
  const got = first?.status ?? response.status
  if (got !== status) fail(assertRedirects, say(`The answer was ${got}, not a redirect with ${status}.`))
  const asked = addressOf(response)
  const location = response.headers.get('Location') ?? ''
  const url = response.redirectChain.at(-1)?.url ?? URL.parse(location, asked)?.href
  if (url === undefined) return fail(assertRedirects, say(`It leads to ${JSON.stringify(location)}, which is no URL.`))
  const wanted = canonicalURL(new URL(expected, asked).href)
  assertSame(assertRedirects, canonicalURL(url), wanted, say('The redirect leads elsewhere.'))
  const isNear = new URL(url).host === new URL(asked).host
  if (first === undefined && (!fetch || !isNear)) return
  const target = first === undefined ? (await response.client.get(withoutFragment(url))).status : response.status
  if (target !== targetStatus)
    fail(assertRedirects, say(`What the redirect leads to, ${url}, answered ${target}, not ${targetStatus}.`))
}

/**
 * A template rendered for this answer, or in what `captureTemplates` gives, itself or because another extends or includes
 * it; with `count`, so many times (Django's `assertTemplateUsed`).
 */
export function assertTemplateUsed(
  response: Pick<RenderedTemplates, 'templates'>,
  name: string,
  options: { readonly count?: number; readonly message?: string } = {},
): void {
  const { count, message } = options
  const found = response.templates.filter((each) => each === name).length
  if (count === undefined ? found > 0 : found === count) return
  const wanted = count === undefined ? 'did not render' : `rendered ${times(found)}, not ${times(count)}`
  const rendered = response.templates.length === 0 ? 'None did' : `These did: ${response.templates.join(', ')}`
  fail(assertTemplateUsed, prefixed(`The template ${name} ${wanted}. ${rendered}.`, message))
}

/** A template did not render for this answer, or in what `captureTemplates` gives. */
export function assertTemplateNotUsed(
  response: Pick<RenderedTemplates, 'templates'>,
  name: string,
  message?: string,
): void {
  if (!response.templates.includes(name)) return
  fail(assertTemplateNotUsed, prefixed(`The template ${name} rendered, and should not have.`, message))
}

/** How often a text is in the body, and the body. */
function look(
  start: Assertion,
  response: TestResponse,
  text: string,
  { status = 200, html = false, message }: ContainsOptions,
): [count: number, body: string] {
  const body = new TextDecoder().decode(response.content)
  if (response.status !== status)
    fail(start, prefixed(`The answer was ${response.status}, not ${status}:\n${excerpt(body)}`, message))
  if (text === '') throw new TypeError('An empty text is in every answer: give one that is not.')
  return [html ? occurrences(start, text, body) : body.split(text).length - 1, body]
}

function excerpt(body: string): string {
  return body.length > MAX_SHOWN ? `${body.slice(0, MAX_SHOWN)}\n… (${body.length} characters)` : body
}

/** The URL that was asked for. */
function addressOf({ environ }: TestResponse): string {
  const path = Buffer.from(environ.SCRIPT_NAME + environ.PATH_INFO, 'latin1').toString('utf8')
  return new URL(encodeURI(path), `${environ['wsgi.url_scheme']}://${environ['HTTP_HOST'] ?? environ.SERVER_NAME}`).href
}

function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, '')
}
