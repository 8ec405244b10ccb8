/** How much a record matters, least first. */
export const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const
/** The name of a level. */
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
