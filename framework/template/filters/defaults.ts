import type { Callable } from '../nunjucks.ts'
import { isTruthy } from '../operators.ts'

/** Filters that give something where there is nothing. */
export const DEFAULT_FILTERS: Readonly<Record<string, Callable>> = {
  d: defaulted,
  default: defaulted,
  default_if_none: (value, fallback) => value ?? fallback,
}

function defaulted(value: unknown, fallback: unknown): unknown {
  return isTruthy(value) ? value : fallback
}
