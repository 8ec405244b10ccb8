import { type Level, type LogRecord, overrideLogger } from '../utils/index.ts'
import { fail, prefixed } from './assertion.ts'

/** What was logged while a function ran. */
export interface CapturedLogs {
  readonly records: readonly LogRecord[]
  /** Each record as `LEVEL logger: message`. */
  readonly lines: readonly string[]
}

/** Which records count, and what to say besides. */
export interface LogsOptions {
  /** The least level that counts; `info` by default. */
  readonly level?: Level | undefined
  readonly message?: string | undefined
}

/**
 * Something is logged by this logger, or by one below it, while `fn` runs; gives what (Python's `assertLogs`). `''` is the
 * root, and so every logger. What counts goes nowhere else, so that an error that is meant to happen does not fill the
 * console.
 *
 * The log belongs to the process: what a test that runs at the same time logs counts too.
 *
 * @example
 * const { lines } = await assertLogs('nuages.request', () => client.get('/nowhere/'), { level: 'warning' })
 * assert.deepEqual(lines, ['WARNING nuages.request: Not Found: /nowhere/'])
 */
export async function assertLogs(logger: string, fn: () => unknown, options: LogsOptions = {}): Promise<CapturedLogs> {
  const captured = await captureLogs(logger, fn, options)
  if (captured.records.length > 0) return captured
  const what = `Nothing of level ${options.level ?? 'info'} or above was logged by ${nameOf(logger)}.`
  return fail(assertLogs, prefixed(what, options.message))
}

/** Nothing is logged by this logger, or by one below it, while `fn` runs (Python's `assertNoLogs`). */
export async function assertNoLogs(logger: string, fn: () => unknown, options: LogsOptions = {}): Promise<void> {
  const { lines } = await captureLogs(logger, fn, options)
  if (lines.length === 0) return
  const what = `This was logged by ${nameOf(logger)}, and should not have been:\n${lines.join('\n')}`
  fail(assertNoLogs, prefixed(what, options.message))
}

/** What this logger, and those below it, log while `fn` runs; it may be nothing. The rest is as with `assertLogs`. */
export async function captureLogs(
  logger: string,
  fn: () => unknown,
  { level = 'info' }: Pick<LogsOptions, 'level'> = {},
): Promise<CapturedLogs> {
  const records: LogRecord[] = []
  const restore = overrideLogger(logger, {
    level,
    handlers: [{ handle: (record) => void records.push(record) }],
    propagate: false,
  })
  try {
    await fn()
  } finally {
    restore()
  }
  return { records, lines: records.map((each) => `${each.level.toUpperCase()} ${each.logger}: ${each.message}`) }
}

function nameOf(logger: string): string {
  return logger === '' ? 'any logger' : `the logger ${logger}`
}
