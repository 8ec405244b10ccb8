import type { Callable } from '../nunjucks.ts'
import { isSafe, markSafe } from '../safe-string.ts'
import { textOf } from '../text.ts'

/** What is known of a filter. */
export interface FilterOptions {
  /** It puts no `<`, `>`, `&` or quote into a text that has none: HTML that is safe stays so (Django's `is_safe`). */
  readonly isSafe?: boolean | undefined
  /** Its second argument says whether it has to escape what it is given: `{ autoescape }` (Django's `needs_autoescape`). */
  readonly needsAutoescape?: boolean | undefined
  /** Its value becomes a text first (Django's `stringfilter`). */
  readonly stringfilter?: boolean | undefined
}

/** What a filter with `needsAutoescape` gets. */
export interface FilterContext {
  /** True where the value is no HTML yet. */
  readonly autoescape: boolean
}

/** A filter as templates call it. */
export function makeFilter(fn: Callable, options: FilterOptions): Callable {
  return function (this: unknown, value, ...args) {
    const safe = isSafe(value)
    const given = options.stringfilter === true ? textOf(value) : value
    const context = options.needsAutoescape === true ? [{ autoescape: isEscaping(this) && !safe }] : []
    const result = fn(given, ...context, ...args)
    return options.isSafe === true && safe && typeof result === 'string' ? markSafe(result) : result
  }
}

/** Whether values are escaped where a filter stands: its `this` knows. */
export function isEscaping(place: unknown): boolean {
  return (place as { autoescape?: boolean } | undefined)?.autoescape !== false
}

/** A filter of texts that keeps what is safe. */
export function keepingText(fn: (text: string, ...args: unknown[]) => unknown): Callable {
  return makeFilter(fn as Callable, { stringfilter: true, isSafe: true })
}

/** A filter of texts. */
export function ofText(fn: (text: string, ...args: unknown[]) => unknown): Callable {
  return makeFilter(fn as Callable, { stringfilter: true })
}

/** A filter that makes HTML of a text, which it escapes where it is told to. */
export function htmlOf(fn: (text: string, context: FilterContext, ...args: unknown[]) => string): Callable {
  const filter = fn as unknown as (...args: unknown[]) => string
  return makeFilter((...args) => markSafe(filter(...args)), { stringfilter: true, needsAutoescape: true })
}
