import { formatRecord } from './log-format.ts'
import {
  type Level,
  LEVELS,
  type LogFilter,
  type LoggerConfig,
  type LoggingConfig,
  type LogHandler,
  type LogRecord,
} from './log-record.ts'
import { currentRequestId } from './request-id.ts'

/**
 * Writes records to a stream, standard error by default: as `LEVEL logger: message` and an error's stack, or as `format`
 * makes them.
 *
 * @example
 * logging: { 'nuages.access': { handlers: [new StreamHandler(process.stdout, formatJson)], propagate: false } }
 */
export class StreamHandler implements LogHandler {
  readonly #stream: { write(text: string): unknown } | undefined
  readonly #format: (record: LogRecord) => string

  constructor(stream?: { write(text: string): unknown }, format: (record: LogRecord) => string = formatRecord) {
    this.#stream = stream
    this.#format = format
  }

  /** Write a record. */
  handle(record: LogRecord): void {
    const stream = this.#stream ?? process.stderr
    stream.write(this.#format(record))
  }
}

/** A named source of records. Get one with `getLogger`. */
export class Logger {
  /** Dotted, such as `nuages.request`; a part before a dot is a parent. */
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  /** Log what helps to find a fault. */
  debug(message: string, extra?: Record<string, unknown>): void {
    this.log('debug', message, extra)
  }

  /** Log that something went as it should. */
  info(message: string, extra?: Record<string, unknown>): void {
    this.log('info', message, extra)
  }

  /** Log what may become a fault. */
  warning(message: string, extra?: Record<string, unknown>): void {
    this.log('warning', message, extra)
  }

  /** Log something that went wrong; `extra.error` is shown with its stack. */
  error(message: string, extra?: Record<string, unknown>): void {
    this.log('error', message, extra)
  }

  /** Log that the site cannot go on. */
  critical(message: string, extra?: Record<string, unknown>): void {
    this.log('critical', message, extra)
  }

  /** True where a record of this level would reach a handler, so that making a costly message can be skipped. */
  isEnabledFor(level: Level): boolean {
    return LEVELS.indexOf(level) >= threshold(this.name)
  }

  /** Log at a level that is chosen at run time; `extra.error` is shown with its stack. */
  log(level: Level, message: string, { error, ...extra }: Record<string, unknown> = {}): void {
    if (!this.isEnabledFor(level)) return
    const requestId = currentRequestId()
    const record: LogRecord = {
      time: new Date(),
      level,
      logger: this.name,
      message,
      extra,
      ...(error === undefined ? {} : { error }),
      ...(requestId === undefined ? {} : { requestId }),
    }
    for (const config of chain(this.name)) {
      if (config.handlers !== undefined && passes(config.filters, record)) {
        for (const handler of config.handlers) handle(handler, record)
      }
      if (config.propagate === false) break
    }
  }
}

/** A filter that fails lets a record through: rather too much in the log than too little. */
function passes(filters: readonly LogFilter[] | undefined, record: LogRecord): boolean {
  return (
    filters === undefined ||
    filters.every((filter) => {
      try {
        return filter(record)
      } catch {
        return true
      }
    })
  )
}

/** A log that cannot be written must not break what it tells of. */
function handle(handler: LogHandler, record: LogRecord): void {
  try {
    handler.handle(record)
  } catch (error) {
    try {
      const message = `A log handler failed for: ${record.message}`
      process.stderr.write(formatRecord({ ...record, level: 'error', logger: 'nuages.logging', message, error }))
    } catch {
      // There is nobody left to tell.
    }
  }
}

const DEFAULT: { readonly '': LoggerConfig } = { '': { level: 'info', handlers: [new StreamHandler()] } }

const loggers = new Map<string, Logger>()
let config: LoggingConfig = DEFAULT
const thresholds = new Map<string, number>()
const overrides: Array<{ readonly name: string; readonly entry: LoggerConfig }> = []

/** The logger of a dotted name; the same one at each call. */
export function getLogger(name: string): Logger {
  let logger = loggers.get(name)
  if (logger === undefined) loggers.set(name, (logger = new Logger(name)))
  return logger
}

/** Replace the logging configuration; what is left out of it, and of its entry for the root, keeps the defaults. */
export function configureLogging(logging: LoggingConfig): void {
  config = { ...logging, '': { ...DEFAULT[''], ...logging[''] } }
  thresholds.clear()
}

/**
 * Put an entry in the place of a logger's own, whatever `configureLogging` says meanwhile, until the function that this
 * gives is called: for tests. Of several for one logger the last counts.
 */
export function overrideLogger(name: string, entry: LoggerConfig): () => void {
  const override = { name, entry }
  overrides.push(override)
  thresholds.clear()
  return () => {
    overrides.splice(overrides.indexOf(override), 1)
    thresholds.clear()
  }
}

function threshold(name: string): number {
  let level = thresholds.get(name)
  if (level === undefined) {
    const own = chain(name).find((entry) => entry.level !== undefined)?.level ?? 'info'
    thresholds.set(name, (level = own === 'off' ? LEVELS.length : LEVELS.indexOf(own)))
  }
  return level
}

/** The configurations that apply to a logger, its own first and the root's last. */
function chain(logger: string): LoggerConfig[] {
  const found: LoggerConfig[] = []
  for (let prefix = logger; ; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))) {
    const own = Object.hasOwn(config, prefix) ? config[prefix] : undefined
    const entry = overrides.findLast(({ name }) => name === prefix)?.entry ?? own
    if (entry !== undefined) found.push(entry)
    if (prefix === '') return found
  }
}
