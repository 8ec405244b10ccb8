import type { GatewayServer } from '../gateway/index.ts'
import { getLogger } from '../utils/index.ts'
import { outliveReaders } from './standard-streams.ts'

/** How a server ended: after its last request, or with requests cut off. */
export type ServeOutcome = 'drained' | 'forced'

/**
 * Keep a listening server running until the process is asked to stop by SIGTERM or SIGINT. It then takes no more
 * requests and finishes those it has, for `gracefulTimeout` milliseconds at most; a second SIGTERM, or a second Ctrl-C,
 * ends that at once.
 *
 * A promise that is rejected and that nobody waits for, in a view or in a library, is logged and does not end it, nor
 * does a log that cannot be written. An error that is thrown where nobody can catch it ends it, as in any Node process.
 */
export async function serveUntilStopped(
  server: Pick<GatewayServer, 'close'>,
  options: { readonly gracefulTimeout: number; readonly onStop?: () => void },
): Promise<ServeOutcome> {
  const signals = ['SIGTERM', 'SIGINT'] as const
  const seen = new Set<NodeJS.Signals>()
  let onSignal = (_signal: NodeJS.Signals) => {}
  const outcome = new Promise<ServeOutcome>((resolve, reject) => {
    onSignal = (signal) => {
      if (seen.has(signal)) return resolve('forced')
      if (seen.add(signal).size > 1) return
      options.onStop?.()
      server.close({ timeout: options.gracefulTimeout }).then(() => resolve('drained'), reject)
    }
  })
  outliveReaders()
  process.on('unhandledRejection', tellOfRejection)
  process.on('uncaughtExceptionMonitor', report)
  for (const signal of signals) process.on(signal, onSignal)
  try {
    // Here, for the command line and the process that watches over the dev server need nothing of the views.
    reportError = (await import('../views/index.ts')).reportError
    return await outcome
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
    process.off('unhandledRejection', tellOfRejection)
    process.off('uncaughtExceptionMonitor', report)
  }
}

function tellOfRejection(reason: unknown): void {
  const error = reason === undefined ? new Error('The promise was rejected with "undefined".') : reason
  getLogger('nuages.server').error('A promise was rejected, and nobody waits for it. Await it, or catch its error.', {
    error,
  })
  report(error)
}

/** Tells the project's reporters, once they are loaded. */
let reportError = (_error: unknown): void => {}

function report(error: unknown): void {
  reportError(error)
}
