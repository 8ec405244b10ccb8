import type { HttpRequest } from '../http/index.ts'

/** An error and all that is known of it, its secrets masked; each form is made when it is asked for. */
export interface ErrorReport {
  /** What was thrown. */
  readonly error: unknown
  /** The request that it ended; undefined for an error outside of requests. */
  readonly request: HttpRequest | undefined
  /** When. */
  readonly time: Date
  /** One line: the error's name and message. */
  getSubject(): string
  /** All of it as a terminal or a mail shows it. */
  getTracebackText(): string
  /** All of it as a page. */
  getTracebackHtml(): string
  /** The same as plain data, fit for JSON. */
  getTracebackData(): object
}

/** Makes the report of an error; the setting `exceptionReporter` is one, usually a class that extends `ExceptionReporter`. */
export interface ExceptionReporterClass {
  new (request: HttpRequest | undefined, error: unknown, status?: number): ErrorReport
}

/**
 * Takes the report of an error to where somebody sees it. It is called while the answer waits, so what takes long must go
 * on by itself.
 */
export type ErrorReporter = (report: ErrorReport) => unknown

/** Says which names have values that nobody should see; usually a class that extends `SafeExceptionReporterFilter`. */
export interface ExceptionReporterFilter {
  /** What stands in the place of a secret. */
  readonly cleansedSubstitute: string
  /** True where a name says that its value is secret. */
  isHidden(name: string): boolean
  /** A value as it may be shown, the secrets within it replaced. */
  cleanseSetting(name: string, value: unknown): unknown
  /** True for a field of a form that the view's `sensitivePostParameters` hides. */
  isHiddenField(request: HttpRequest, name: string): boolean
}
