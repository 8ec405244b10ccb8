/** How grave a finding is, in Django's numbers. */
export const CHECK_LEVELS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 } as const
/** The name of a level. */
export type CheckLevel = keyof typeof CHECK_LEVELS

/** One finding of a system check. */
export interface CheckMessage {
  /** How grave it is. */
  readonly level: CheckLevel
  /** What is wrong. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
  /** What it is about: a setting's name, a route, a file with its line. */
  readonly object?: string
  /** Stable, such as `security.W004`, to look up in the docs and to silence with `silencedSystemChecks`. */
  readonly id: string
}

type Details = Pick<CheckMessage, 'hint' | 'object'>

/** A finding that stops most commands. */
export function checkError(id: string, message: string, details: Details = {}): CheckMessage {
  return { level: 'ERROR', id, message, ...details }
}

/** A finding that is shown and stops nothing. */
export function checkWarning(id: string, message: string, details: Details = {}): CheckMessage {
  return { level: 'WARNING', id, message, ...details }
}
