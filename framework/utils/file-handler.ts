import { formatRecord } from './log-format.ts'
import type { LogHandler, LogRecord } from './log-record.ts'
import { RotatingFile, type RotatingFileOptions } from './rotating-file.ts'

/** Where and how records are written. */
export interface FileHandlerOptions extends RotatingFileOptions {
  /** Makes the text of a record; `formatJson` gives a line of JSON. With `formatRecord`, the default, the time goes before. */
  readonly format?: (record: LogRecord) => string
}

/**
 * Writes records to a file, which is moved aside before it grows beyond `maxBytes` (Python's `RotatingFileHandler`).
 *
 * @example
 * logging: { '': { handlers: [new FileHandler('/var/log/mysite/site.log', { maxBytes: 5_000_000 })] } }
 */
export class FileHandler implements LogHandler {
  readonly #file: RotatingFile
  readonly #format: (record: LogRecord) => string

  constructor(file: string, { format = formatTimed, ...options }: FileHandlerOptions = {}) {
    this.#file = new RotatingFile(file, options)
    this.#format = format
  }

  /** Append a record. */
  handle(record: LogRecord): void {
    this.#file.write(this.#format(record))
  }
}

function formatTimed(record: LogRecord): string {
  return `${record.time.toISOString()} ${formatRecord(record)}`
}
