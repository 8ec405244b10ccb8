import type { Readable, Writable } from 'node:stream'

/** What a CGI program reads and writes, where that is not its own process. */
export interface CGIOptions {
  /** The variables, with bytes as latin-1; by default those that this process was started with. */
  readonly environ?: Readonly<Record<string, string | undefined>> | undefined
  readonly stdin?: Readable | undefined
  readonly stdout?: Writable | undefined
  readonly stderr?: { write(text: string): unknown } | undefined
}
