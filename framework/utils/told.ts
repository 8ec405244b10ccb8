const told = new WeakSet<object>()

/** Say that the log has told of an error, so that whoever meets it further out does not tell of it again. */
export function markTold(error: object): void {
  told.add(error)
}

/** True for an error that the log has told of. */
export function isTold(error: unknown): boolean {
  return typeof error === 'object' && error !== null && told.has(error)
}
