import { spawn } from 'node:child_process'
import path from 'node:path'
import type { LaneRequest } from '../../gateway/index.ts'

/** Milliseconds after which a process is not waited for. */
const TIMEOUT = 10_000

/**
 * Milliseconds that a CGI process takes for a request, its start included: `manage.ts runcgi`, started as a web server
 * would. `undefined` where that must not be tried, for the request changes something and was performed already, or cannot
 * be, because the command line was not started by a script of its own.
 */
export async function measureProcess(
  program: string,
  settings: string | undefined,
  { method, body }: Pick<LaneRequest, 'method' | 'body'>,
  variables: ReadonlyArray<readonly [name: string, value: string]>,
): Promise<number | undefined> {
  const script = process.argv[1]
  if (!changesNothing(method) || script === undefined || path.basename(script) !== program) return undefined
  const words = [script, 'runcgi', ...(settings === undefined ? [] : ['--settings', settings])]
  const given = variables.map(([name, value]) => [name, Buffer.from(value, 'latin1').toString()] as const)
  const startedAt = performance.now()
  // Variables that are too long for an environment are an error that is thrown at once.
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, words, {
      env: { ...process.env, ...Object.fromEntries(given) },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: TIMEOUT,
      killSignal: 'SIGKILL',
    })
    child.stdin.on('error', () => {}).end(body)
    child.stdout.resume()
    child.once('error', reject)
    child.once('close', resolve)
  }).catch(() => null)
  return code === 0 ? performance.now() - startedAt : undefined
}

/** True for a request that may be performed as often as one likes (RFC 9110, section 9.2.1). */
export function changesNothing(method: string): boolean {
  return /^(?:GET|HEAD|OPTIONS)$/.test(method)
}
