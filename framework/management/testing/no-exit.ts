/**
 * Loaded into each process in which tests run: `process.exit()` throws there, as `sys.exit()` does in Python. Else one call in
 * one test would end them all without a word, and with the exit code of a success.
 */
export const exit: (code?: number) => never = process.exit.bind(process)

process.exit = (code) => {
  const shown = code === undefined || code === null ? '' : String(code)
  throw new Error(`process.exit(${shown}) was called: a test must not end the process that runs it.`)
}
