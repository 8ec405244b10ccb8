import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/**
 * The file that keeps what was typed, for its owner alone; `undefined` where none is wanted (an empty
 * `NODE_REPL_HISTORY`) or none can be made.
 */
export function historyFile(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const wanted = env['NODE_REPL_HISTORY']?.trim()
  if (wanted !== undefined) return wanted === '' ? undefined : wanted
  const state = env['XDG_STATE_HOME'] || path.join(os.homedir(), '.local', 'state')
  const file = path.join(state, 'nuages', 'shell_history')
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    fs.closeSync(fs.openSync(file, 'a', 0o600))
    return file
  } catch {
    // A home that cannot be written costs the history, never the shell.
    return undefined
  }
}
