import type { Application } from '../types.ts'

/** Bounds of one connection; sizes in bytes, times in milliseconds. */
export interface ConnectionLimits {
  readonly maxParamsSize: number
  readonly maxParams: number
  readonly maxRequests: number
  readonly maxBodySize: number
  readonly recordTimeout: number
  readonly maxConnections: number
}

/** What the requests of all connections share. */
export interface Site {
  readonly application: Application
  readonly limits: ConnectionLimits
  readonly errors: { write(text: string): unknown }
  readonly multiprocess: boolean
  /** A request came whose web server keeps the path in SCRIPT_NAME. */
  warnOfScriptName(): void
}
