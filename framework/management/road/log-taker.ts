import type { Settings } from '../../conf/index.ts'
import { configureLogging, formatRecord, type LogHandler, type LogRecord } from '../../utils/index.ts'

/** Takes what is logged, for it belongs next to the request that it tells of and not between lines of a report. */
export class LogTaker implements LogHandler {
  #text = ''

  constructor() {
    configureLogging({ '': { level: 'warning', handlers: [this] } })
  }

  handle(record: LogRecord): void {
    this.#text += formatRecord(record)
  }

  /** What was logged since the last time. */
  take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }

  /** Log again as the project says. */
  stop(logging: Settings['logging']): void {
    configureLogging(logging)
  }
}
