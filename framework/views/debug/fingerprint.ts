const MAX_NAME = 200
/** Calls that tell one error from another. */
const CALLS = 2

/** The same text for errors of one kind from one place, whatever their messages say; it cannot fail. */
export function fingerprintOf(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return `${typeof error} ${String(error).slice(0, MAX_NAME)}`
    const { name, stack } = error as { name?: unknown; stack?: unknown }
    const calls = typeof stack === 'string' ? (stack.slice(0, 20_000).match(/^ {4}at .{1,300}$/gm) ?? []) : []
    return [typeof name === 'string' ? name.slice(0, MAX_NAME) : '', ...calls.slice(0, CALLS)].join('\n')
  } catch {
    return 'an error that tells nothing of itself'
  }
}
