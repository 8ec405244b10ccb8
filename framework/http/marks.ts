/** What a view says of itself to the middleware around it, each mark under a name such as `csrfExempt`. */
const marks = new WeakMap<object, Map<string, unknown>>()

/** Put a mark on a view; gives the view back. */
export function markView<V extends object>(view: V, name: string, value: unknown = true): V {
  let own = marks.get(view)
  if (own === undefined) marks.set(view, (own = new Map()))
  own.set(name, value)
  return view
}

/** The value of a view's mark; `undefined` where it has none. */
export function viewMark(view: object, name: string): unknown {
  return marks.get(view)?.get(name)
}

/** Give a view that stands around another one the marks of that. */
export function copyMarks<V extends object>(from: object, to: V): V {
  for (const [name, value] of marks.get(from) ?? []) markView(to, name, value)
  return to
}
