import { escapeHtml } from '../utils/index.ts'
import { loadNunjucks } from './nunjucks.ts'
import { textOf } from './text.ts'

/** Text that is HTML already, so that a template does not escape it. */
export interface SafeString {
  toString(): string
  readonly length: number
}

/** Say that a text is HTML. Never do so with anything that a client has sent (Django's `mark_safe`). */
export function markSafe(html: string): SafeString {
  return new (loadNunjucks().SafeString)(html)
}

/** True for a text that `markSafe` or a template's `safe` has made. */
export function isSafe(value: unknown): value is SafeString {
  return value instanceof loadNunjucks().SafeString
}

/**
 * HTML with values put in, each escaped unless it is safe already (Django's `format_html`). What is missing is nothing.
 *
 * @example
 * formatHtml`<a href="${url}">${title}</a>`
 */
export function formatHtml(strings: TemplateStringsArray, ...values: readonly unknown[]): SafeString {
  const parts = strings.map((part, index) =>
    index === 0 ? part : `${conditionalEscape(values[index - 1]).toString()}${part}`,
  )
  return markSafe(parts.join(''))
}

/**
 * What `format` gives for each item, with a separator between, as HTML: each escaped unless it is safe already (Django's
 * `format_html_join`).
 *
 * @example
 * formatHtmlJoin(', ', authors, ({ url, name }) => formatHtml`<a href="${url}">${name}</a>`)
 */
export function formatHtmlJoin<T>(separator: unknown, items: Iterable<T>, format: (item: T) => unknown): SafeString {
  const parts = Array.from(items, (item) => String(conditionalEscape(format(item))))
  return markSafe(parts.join(String(conditionalEscape(separator))))
}

/** A value as HTML: escaped, unless it is safe already (Django's `conditional_escape`). What is missing is nothing. */
export function conditionalEscape(value: unknown): SafeString {
  return isSafe(value) ? value : markSafe(escapeHtml(textOf(value)))
}
