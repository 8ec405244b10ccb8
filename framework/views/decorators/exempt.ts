import type { Answer, AnyView } from './types.ts'
import { marked } from './wrap.ts'

/**
 * Let other sites' pages send unsafe requests to a view: for one that does its own checks, such as a webhook. What is
 * returned is exempt, and not the view itself, which may be protected under another route.
 */
export function csrfExempt<A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>): AnyView<A, R> {
  return marked(view, 'csrfExempt')
}

/** Do not redirect to this view's URL from the one without its slash. */
export function noAppendSlash<A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>): AnyView<A, R> {
  return marked(view, 'noAppendSlash')
}
