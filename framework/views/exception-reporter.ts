import { type ErrorReport as Report, type ExceptionReporterFilter, settings } from '../conf/index.ts'
import { type HttpRequest, statusText } from '../http/index.ts'
import { type ErrorReport, reportErrors } from './debug/error-report.ts'
import { type Facts, projectDirectory, requestFacts, requestSecrets, settingsFacts } from './debug/facts.ts'
import { Masker } from './debug/mask.ts'
import { renderPage } from './debug/page.ts'
import { errorText, factsText } from './debug/text.ts'
import { SafeExceptionReporterFilter } from './exception-filter.ts'

/** What a report begins with. */
export interface ReportHeading {
  readonly status: number
  readonly reason: string
  readonly method: string
  readonly path: string
  /** All of it on one line. */
  readonly line: string
}

/** A report as plain data, its secrets masked. */
export interface TracebackData {
  readonly heading: ReportHeading
  /** The error, its causes, and those that it gathers. */
  readonly errors: readonly ErrorReport[]
  /** Tables: of the request, of the settings, of what runs them. */
  readonly facts: readonly Facts[]
}

/** Characters of a report as text. */
const MAX_TEXT = 300_000

/**
 * The report of an error: what it says, its causes, its calls with their lines of TypeScript, the request and the settings,
 * all without their secrets (Django's `ExceptionReporter`). The setting `exceptionReporter` puts another class in its place.
 *
 * @example
 * class Reporter extends ExceptionReporter {
 *   override getTracebackText(): string {
 *     return `${super.getTracebackText()}\nAsk the people on call: #on-call`
 *   }
 * }
 */
export class ExceptionReporter implements Report {
  /** The request that was served, if one was. */
  readonly request: HttpRequest | undefined
  /** What was thrown. */
  readonly error: unknown
  /** The status of the answer. */
  readonly status: number
  /** When the report was begun. */
  readonly time: Date = new Date()
  /** What says which values are secret. */
  readonly filter: ExceptionReporterFilter
  #data: TracebackData | undefined
  #masker: Masker | undefined

  constructor(request: HttpRequest | undefined, error: unknown, status: number = 500) {
    this.request = request
    this.error = error
    this.status = status
    this.filter =
      request?.exceptionReporterFilter ?? settings.exceptionReporterFilter ?? new SafeExceptionReporterFilter()
  }

  /** Takes the secrets out of texts, also those of the settings, the environment and the request. */
  get masker(): Masker {
    this.#masker ??= new Masker(
      this.filter,
      settings,
      process.env,
      this.request === undefined ? {} : requestSecrets(this.request, this.filter),
    )
    return this.#masker
  }

  /** The report as plain data; made once. */
  getTracebackData(): TracebackData {
    this.#data ??= {
      heading: this.#heading(),
      errors: reportErrors(this.error, this.masker, projectDirectory()),
      facts: [
        ...(this.request === undefined ? [] : requestFacts(this.request, this.masker, this.filter)),
        ...settingsFacts(this.masker),
      ],
    }
    return this.#data
  }

  /** The error on one line, of at most 200 characters. */
  getSubject(): string {
    const [error] = this.getTracebackData().errors
    return `${error?.name}: ${error?.message.split('\n', 1)[0]}`.slice(0, 200)
  }

  /** The report as a terminal or a mail shows it; the settings are left out. */
  getTracebackText(): string {
    const { heading, errors, facts } = this.getTracebackData()
    const tables = factsText(facts.filter(({ title }) => title !== 'Settings'))
    return [heading.line, ...errors.map(errorText), tables].join('\n\n').slice(0, MAX_TEXT)
  }

  /** The page that is shown while `debug` is on. */
  getTracebackHtml(): string {
    return renderPage('debug/500.html', { ...this.getTracebackData(), text: this.getTracebackText() })
  }

  #heading(): ReportHeading {
    const { request, status } = this
    const reason = statusText(status)
    if (request === undefined) return { status, reason, method: '', path: '', line: 'An error outside of any request' }
    const { method } = request
    const path = this.masker.text(request.path)
    return { status, reason, method, path, line: `${status} ${reason}: ${method} ${path}` }
  }
}
