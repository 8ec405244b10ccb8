import { hasSettings, settings } from './holder.ts'

/**
 * A filter of `logging` that lets records through while `debug` is on (Django's `RequireDebugTrue`).
 *
 * @example
 * logging: { 'nuages.template': { level: 'debug', filters: [requireDebugTrue] } }
 */
export function requireDebugTrue(): boolean {
  return hasSettings() && settings.debug
}

/** A filter of `logging` that lets records through while `debug` is off (Django's `RequireDebugFalse`). */
export function requireDebugFalse(): boolean {
  return !requireDebugTrue()
}
