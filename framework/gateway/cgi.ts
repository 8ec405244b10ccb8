import { answerCGI } from './cgi/answer.ts'
import type { CGIOptions } from './cgi/options.ts'
import type { Application } from './types.ts'

export type { CGIOptions }

/**
 * Answer the one request that this process was started for (RFC 3875), and resolve when the answer is written.
 *
 * An application that fails after its head has gone leaves `process.exitCode` at 1, so that the web server can tell.
 *
 * @example
 * #!/usr/bin/env node
 * await runCGI(application)
 */
export async function runCGI(application: Application, options: CGIOptions = {}): Promise<void> {
  if (!(await answerCGI(application, options))) process.exitCode = 1
}
