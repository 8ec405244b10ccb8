import type { ErrorReport, ErrorReporter } from '../conf/index.ts'
import { RotatingFile, type RotatingFileOptions } from '../utils/index.ts'
import { Deduplicator } from './debug/deduplicator.ts'

/** How many different errors are told apart, and how often the same one is reported. */
export interface ReporterLimits {
  /** Milliseconds in which the same error, from the same place, is reported once; a minute by default. */
  readonly interval?: number
}

/**
 * Appends reports to a file, one line of JSON each, with how often the same error has come since its last line. The file is
 * readable by its owner alone, and is moved aside before it grows beyond `maxBytes`.
 *
 * @example
 * errorReporters: [fileReporter('/var/log/mysite/errors.jsonl')]
 */
export function fileReporter(file: string, options: RotatingFileOptions & ReporterLimits = {}): ErrorReporter {
  const out = new RotatingFile(file, options)
  const seen = new Deduplicator(options.interval)
  return function fileReporter(report) {
    const repeated = seen.take(report.error)
    if (repeated !== undefined) out.write(`${JSON.stringify(lineOf(report, repeated))}\n`)
  }
}

/** How a webhook is called. */
export interface WebhookOptions extends ReporterLimits {
  /** Headers besides `Content-Type`, such as one that lets this site in. */
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds that one call may take; 5000 by default. */
  readonly timeout?: number
  /** Reports that wait for their turn; what comes beyond is dropped. 20 by default. */
  readonly queue?: number
  /** The body of a call; by default an object with the subject, the time and the report as text. */
  readonly body?: (report: ErrorReport, repeated: number) => object
}

/**
 * Posts reports as JSON to a URL, one after another and never in the way of an answer. The same error is posted once in
 * `interval`, with how often it has come since; what the URL refuses is an error, which is logged once.
 *
 * @example
 * errorReporters: [webhookReporter(envString('ERRORS_URL'), { body: (report) => ({ text: report.getSubject() }) })]
 */
export function webhookReporter(url: string, options: WebhookOptions = {}): ErrorReporter {
  const { headers = {}, timeout = 5000, queue = 20, body = lineOf } = options
  const seen = new Deduplicator(options.interval)
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  return function webhookReporter(report) {
    const repeated = waiting < queue ? seen.take(report.error) : undefined
    if (repeated === undefined) return undefined
    waiting++
    const post = async (): Promise<void> => {
      try {
        await postJson(url, JSON.stringify(body(report, repeated)), headers, timeout)
      } finally {
        waiting--
      }
    }
    const posted = last.then(post)
    last = posted.catch(() => {})
    return posted
  }
}

async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  timeout: number,
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`The webhook answered ${response.status}.`)
}

function lineOf(report: ErrorReport, repeated: number): object {
  return {
    time: report.time.toISOString(),
    subject: report.getSubject(),
    repeated,
    text: report.getTracebackText(),
  }
}
