import { inspect, types } from 'node:util'
import { currentRequestId } from './request-id.ts'
import { escapeControls } from './text.ts'

/** How much a record matters, least first. */
export const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const
export type Level = (typeof LEVELS)[number]

/** One thing that was logged. */
export interface LogRecord {
  readonly time: Date
  readonly level: Level
  /** The logger's dotted name, such as `nuages.request`. */
  readonly logger: string
  readonly message: string
  readonly error?: unknown
  /** The request that was served meanwhile, where `requestIdMiddleware` has given it an id. */
  readonly requestId?: string
  /** What else is known, such as `{ status: 404, request }`. */
  readonly extra: Readonly<Record<string, unknown>>
}

/** Where records go. */
export interface LogHandler {
  handle(record: LogRecord): void
}

/** Lets a record through or not, such as `requireDebugFalse` and any function of a record (Django's `CallbackFilter`). */
export type LogFilter = (record: LogRecord) => boolean

/** A logger's own settings; a logger without an entry uses the one of the nearest dotted parent that has one. */
export interface LoggerConfig {
  /** Records below this level are dropped; `off` drops all. */
  level?: Level | 'off'
  handlers?: readonly LogHandler[]
  /** Records that one of these refuses do not go to these handlers; parents have their own say. */
  filters?: readonly LogFilter[]
  /** Also hand records to the parent's handlers; true by default. */
  propagate?: boolean
}

/** The `logging` setting: dotted names, with `''` for the root, to their configuration. */
export type LoggingConfig = Readonly<Record<string, LoggerConfig>>

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

  handle(record: LogRecord): void {
    const stream = this.#stream ?? process.stderr
    stream.write(this.#format(record))
  }
}

/** A record as text: one line, then the error's stack and its causes, indented. */
export function formatRecord(record: LogRecord): string {
  const source = record.requestId === undefined ? record.logger : `${record.logger} [${record.requestId}]`
  const line = `${record.level.toUpperCase()} ${source}: ${escapeControls(record.message)}\n`
  return record.error === undefined ? line : `${line}${formatError(record.error)}\n`
}

/**
 * A record as one line of JSON: `time`, `level`, `logger`, `message`, `requestId`, what `extra` has of texts, numbers and
 * booleans, and `error`, its stack.
 */
export function formatJson({ error, extra, ...record }: LogRecord): string {
  const simple = Object.entries(extra).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  const line = {
    ...Object.fromEntries(simple),
    ...record,
    ...(error === undefined ? {} : { error: formatError(error) }),
  }
  // What JSON leaves as it stands, a terminal might act on.
  return `${JSON.stringify(line).replace(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, escapeUnit)}\n`
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * An error's stack, those of the errors that it gathers and of its causes; a line that is not a stack's own has its control
 * characters escaped.
 */
export function formatError(error: unknown): string {
  const lines: string[] = []
  const seen = new Set<unknown>()
  const add = (current: unknown, label: string): void => {
    if (seen.has(current)) return
    seen.add(current)
    for (const [index, line] of textOf(current).split('\n').entries()) {
      lines.push(`    ${index === 0 ? label : ''}${escapeControls(line)}`)
    }
    if (!types.isNativeError(current)) return
    if (current instanceof AggregateError) for (const each of current.errors) add(each, 'Gathered: ')
    if (current.cause !== undefined) add(current.cause, 'Caused by: ')
  }
  add(error, '')
  return lines.join('\n')
}

/** The stack, or whatever else can be shown: what was thrown may be anything. */
function textOf(thrown: unknown): string {
  if (!types.isNativeError(thrown)) return `Thrown: ${inspect(thrown)}`
  return typeof thrown.stack === 'string' ? thrown.stack : String(thrown)
}

/** A named source of records. Get one with `getLogger`. */
export class Logger {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  debug(message: string, extra?: Record<string, unknown>): void {
    this.log('debug', message, extra)
  }

  info(message: string, extra?: Record<string, unknown>): void {
    this.log('info', message, extra)
  }

  warning(message: string, extra?: Record<string, unknown>): void {
    this.log('warning', message, extra)
  }

  /** Log something that went wrong; `extra.error` is shown with its stack. */
  error(message: string, extra?: Record<string, unknown>): void {
    this.log('error', message, extra)
  }

  critical(message: string, extra?: Record<string, unknown>): void {
    this.log('critical', message, extra)
  }

  /** True where a record of this level would reach a handler, so that making a costly message can be skipped. */
  isEnabledFor(level: Level): boolean {
    return LEVELS.indexOf(level) >= threshold(this.name)
  }

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
