import type { Answer, AnyView } from './types.ts'
import { changing, marked } from './wrap.ts'

/** Let a view be shown in any site's frame. */
export function xFrameOptionsExempt<A extends readonly unknown[], R extends Answer>(
  view: AnyView<A, R>,
): AnyView<A, R> {
  return marked(view, 'xFrameOptionsExempt')
}

/** Never show a view in a frame, whatever the setting says. */
export function xFrameOptionsDeny<A extends readonly unknown[], R extends Answer>(view: AnyView<A, R>): AnyView<A, R> {
  return changing(view, ({ headers }) => headers.setDefault('X-Frame-Options', 'DENY'))
}

/** Show a view in frames of this site only, whatever the setting says. */
export function xFrameOptionsSameOrigin<A extends readonly unknown[], R extends Answer>(
  view: AnyView<A, R>,
): AnyView<A, R> {
  return changing(view, ({ headers }) => headers.setDefault('X-Frame-Options', 'SAMEORIGIN'))
}
