import type { ExceptionReporterFilter } from '../conf/index.ts'
import { type HttpRequest, viewMark } from '../http/index.ts'

/**
 * Says what reports of errors must not show: the debug pages, and what goes to the `errorReporters` (Django's
 * `SafeExceptionReporterFilter`). The setting `exceptionReporterFilter` puts another one in its place, and
 * `request.exceptionReporterFilter` does for one request.
 *
 * @example
 * class ReporterFilter extends SafeExceptionReporterFilter {
 *   override readonly hiddenSettings = /api|auth|token|key|secret|pass|signature|cookie|session|iban/i
 * }
 */
export class SafeExceptionReporterFilter implements ExceptionReporterFilter {
  /** Names whose values nobody should see: of settings, of headers, of fields, and of members of any object. */
  readonly hiddenSettings: RegExp = /api|auth|token|key|secret|pass|signature|cookie|session/i
  /** What is shown in place of such a value. */
  readonly cleansedSubstitute: string = '**********'

  /** True for a name whose value nobody should see, such as `secretKey` or `HTTP_AUTHORIZATION`. */
  isHidden(name: string): boolean {
    // Unlike test(), search() does not depend on where it stopped the last time.
    return name.search(this.hiddenSettings) !== -1
  }

  /** The value of a setting, or of anything else that has a name, as it may be shown. */
  cleanseSetting(name: string, value: unknown): unknown {
    return !tellsNothing(value) && this.isHidden(name) ? this.cleansedSubstitute : value
  }

  /** True for a field of the form that nobody should see: by its name, or as the view's `sensitivePostParameters` says. */
  isHiddenField(request: HttpRequest, name: string): boolean {
    const marked = viewMark(request, 'sensitivePostParameters')
    if (marked === true || (Array.isArray(marked) && marked.includes(name))) return true
    return this.isHidden(name)
  }
}

declare module '../http/index.ts' {
  interface HttpRequest {
    /** Says what the report of an error in this request must not show, in place of the setting of that name. */
    exceptionReporterFilter?: ExceptionReporterFilter
  }
}

/** True for what gives no secret away, whatever its name. */
function tellsNothing(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'boolean' || typeof value === 'function'
}
