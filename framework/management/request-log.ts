import type { Application, Environ, ResponseBody } from '../gateway/index.ts'
import { escapeControls, resumed, Step, traced } from '../utils/index.ts'
import { serverTiming, SLOW, slowestStep } from './dev-server/timing.ts'
import type { Traffic } from './dev-server/traffic.ts'
import type { Paint, Style } from './output.ts'

/** Writes one finished line of the log. */
export type WriteLine = (line: string) => void

/** What `logRequests` does besides. */
export interface RequestLogOptions {
  /** Tell browsers what took how long, by a Server-Timing header. */
  readonly serverTiming?: boolean | undefined
  /** Learns of each request. */
  readonly traffic?: Traffic | undefined
}

/**
 * The application with a line of log for each answer: time, method, path, status, bytes of the body, milliseconds; and of
 * a slow one, where it traces, the step that took longest. A body that is an array is left as it is, so that the gateway
 * can still send it at once.
 */
export function logRequests(
  application: Application,
  write: WriteLine,
  style: Style,
  options: RequestLogOptions = {},
): Application {
  return (environ, startResponse) => {
    const entry = new LogEntry(environ, write, style, options.traffic)
    const start: typeof startResponse = (status, headers, error) => {
      const timing = options.serverTiming === true ? [['Server-Timing', serverTiming(entry.step)] as const] : []
      startResponse(status, [...headers, ...timing], error)
      entry.status = status
    }
    const body = guard(() => traced(entry.step, () => application(environ, start)), entry)
    if (!(body instanceof Promise)) return watch(body, entry)
    return body.then(
      (settled) => watch(settled, entry),
      (error) => fail(error, entry),
    )
  }
}

/** What is known of one answer so far. */
class LogEntry {
  readonly step: Step
  status = '500'
  bytes = 0
  readonly #write: WriteLine
  readonly #style: Style
  readonly #traffic: Traffic | undefined
  #written = false

  constructor(environ: Environ, write: WriteLine, style: Style, traffic: Traffic | undefined) {
    this.#write = write
    this.#style = style
    this.#traffic = traffic
    this.step = new Step('request', `${escapeControls(environ.REQUEST_METHOD)} ${targetOf(environ)}`)
    traffic?.begin(this.step)
  }

  /** Make a piece of the body. */
  make<T>(action: () => T): T {
    const { step } = this
    let body = step.steps.at(-1)
    if (body?.kind !== 'body') step.steps.push((body = new Step('body', '')))
    return resumed(body, action)
  }

  finish(): void {
    if (this.#written) return
    this.#written = true
    const { step } = this
    step.endedAt = performance.now()
    this.#traffic?.end(step)
    const { faint, warning } = this.#style
    const status = this.status.slice(0, 3)
    const paint = paintOf(status, this.#style)
    const time = new Date().toTimeString().slice(0, 8)
    const facts = faint(`${formatSize(this.bytes)} ${step.duration.toFixed(1)} ms`)
    const slow = step.duration < SLOW ? undefined : slowestStep(step)
    const reason = slow === undefined ? '' : ` ${warning(`${slow.duration.toFixed(1)} ms of it ${slow.label}`)}`
    this.#write(`${faint(time)} ${paint(`${step.name} ${status}`)} ${facts}${reason}`)
  }
}

/** What fails before a byte has left becomes a 500. */
function fail(error: unknown, entry: LogEntry): never {
  if (entry.bytes === 0) entry.status = '500'
  entry.finish()
  throw error
}

function watch(body: ResponseBody, entry: LogEntry): ResponseBody {
  if (Array.isArray(body)) {
    for (const chunk of body as Uint8Array[]) entry.bytes += chunk.byteLength
    entry.finish()
    return body
  }
  if (typeof body !== 'object' || body === null) {
    entry.status = '500'
    entry.finish()
    return body
  }
  if (Symbol.asyncIterator in body) {
    return { [Symbol.asyncIterator]: () => new CountingAsyncIterator(body[Symbol.asyncIterator](), entry) }
  }
  return { [Symbol.iterator]: () => new CountingIterator(body[Symbol.iterator](), entry) }
}

/** Not a generator: `return()` on one that was never started would not reach the body's own. */
class CountingIterator implements Iterator<Uint8Array> {
  readonly #inner: Iterator<Uint8Array>
  readonly #entry: LogEntry

  constructor(inner: Iterator<Uint8Array>, entry: LogEntry) {
    this.#inner = inner
    this.#entry = entry
  }

  next(): IteratorResult<Uint8Array> {
    return count(
      guard(() => this.#entry.make(() => this.#inner.next()), this.#entry),
      this.#entry,
    )
  }

  return(): IteratorResult<Uint8Array> {
    this.#entry.finish()
    return this.#inner.return?.() ?? { done: true, value: undefined }
  }
}

class CountingAsyncIterator implements AsyncIterator<Uint8Array> {
  readonly #inner: AsyncIterator<Uint8Array>
  readonly #entry: LogEntry

  constructor(inner: AsyncIterator<Uint8Array>, entry: LogEntry) {
    this.#inner = inner
    this.#entry = entry
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return count(await this.#entry.make(() => this.#inner.next()), this.#entry)
    } catch (error) {
      return fail(error, this.#entry)
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#entry.finish()
    return (await this.#inner.return?.()) ?? { done: true, value: undefined }
  }
}

function guard<T>(action: () => T, entry: LogEntry): T {
  try {
    return action()
  } catch (error) {
    return fail(error, entry)
  }
}

function count(result: IteratorResult<Uint8Array>, entry: LogEntry): IteratorResult<Uint8Array> {
  if (result.done === true) entry.finish()
  else entry.bytes += result.value.byteLength
  return result
}

/** The path as people know it: decoded where it is UTF-8, on one line. */
function targetOf({ SCRIPT_NAME, PATH_INFO, QUERY_STRING }: Environ): string {
  const path = Buffer.from(SCRIPT_NAME + PATH_INFO, 'latin1').toString('utf8') || '/'
  return escapeControls(QUERY_STRING === '' ? path : `${path}?${QUERY_STRING}`)
}

function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

function paintOf(status: string, style: Style): Paint {
  if (status.startsWith('5')) return style.error
  if (status.startsWith('4')) return style.warning
  return status.startsWith('3') ? style.notice : style.success
}
