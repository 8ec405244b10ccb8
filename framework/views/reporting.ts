import { type ErrorReport, type ErrorReporter, hasSettings, settings } from '../conf/index.ts'
import type { HttpRequest } from '../http/index.ts'
import { functionName, getLogger } from '../utils/index.ts'
import { ExceptionReporter } from './exception-reporter.ts'

/** The report of an error, by the class that the setting `exceptionReporter` names (Django's `get_exception_reporter_class`). */
export function makeReport(request: HttpRequest | undefined, error: unknown, status: number = 500): ErrorReport {
  const Reporter = settings.exceptionReporter ?? ExceptionReporter
  return new Reporter(request, error, status)
}

/** The reporters that have failed, each of which is told of once. */
const failed = new WeakSet<ErrorReporter>()

/**
 * Hand an error to the `errorReporters`, unless `debug` is on: the one who sees it then is there already. It waits for none
 * of them, and none can break it: one that fails is logged, once.
 */
export function reportError(error: unknown, request?: HttpRequest): void {
  if (!hasSettings() || settings.debug || settings.errorReporters.length === 0) return
  let report: ErrorReport | undefined
  for (const reporter of settings.errorReporters) {
    void hand(reporter, () => (report ??= makeReport(request, error)))
  }
}

async function hand(reporter: ErrorReporter, report: () => ErrorReport): Promise<void> {
  try {
    await reporter(report())
  } catch (failure) {
    tellOnce(reporter, failure)
  }
}

function tellOnce(reporter: ErrorReporter, error: unknown): void {
  if (failed.has(reporter)) return
  failed.add(reporter)
  getLogger('nuages.reporters').error(
    `The error reporter ${functionName(reporter)} failed; what it fails at later is not told.`,
    {
      error,
    },
  )
}
