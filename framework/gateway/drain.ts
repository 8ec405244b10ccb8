import type { Server } from 'node:net'
import { type CloseOptions, DEFAULT_CLOSE_TIMEOUT } from './listen.ts'

/** How long, once a server closes, a connection that was just made may take to bring its request, in milliseconds. */
const REQUEST_GRACE = 1_000

/** How a server cuts the connections that keep it from closing. */
export interface Cut {
  /** Those on which nothing is going on. */
  silent(): void
  all(): void
}

/** Accept no more, let requests finish, cut what is silent after a moment and the rest after the timeout. */
export async function drain(server: Server, options: CloseOptions, cut: Cut): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const timeout = options.timeout ?? DEFAULT_CLOSE_TIMEOUT
  const timers = [
    setTimeout(() => cut.silent(), Math.min(timeout, REQUEST_GRACE)),
    setTimeout(() => cut.all(), timeout),
  ]
  await closed
  for (const timer of timers) clearTimeout(timer)
}
