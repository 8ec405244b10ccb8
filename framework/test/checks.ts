import { type Check, replaceChecks } from '../checks/index.ts'

/**
 * Call `fn` with these system checks in place of all others, and take that back after it (Django's
 * `override_system_checks`).
 *
 * @example
 * await overrideSystemChecks([checkInvoices], () => callCommand('check', []))
 */
export async function overrideSystemChecks<T>(checks: Iterable<Check>, fn: () => T | Promise<T>): Promise<T> {
  const restore = replaceChecks(checks)
  try {
    return await fn()
  } finally {
    restore()
  }
}
