let serving = false

/**
 * Have an output that cannot be written end the process: as if all were well where somebody has stopped reading, as
 * `manage.ts help | head -1` does, and with the reason and exit code 1 where the disk is full. Messages that cannot be
 * written are lost, and end nothing.
 */
export function watchStandardStreams(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (serving) return
    if (error.code === 'EPIPE') process.exit(0)
    process.stderr.write(`Error: The output cannot be written: ${error.message}.\n`)
    process.exit(1)
  })
}

/** From here on nothing that cannot be written ends the process: its clients matter more than its log. */
export function outliveReaders(): void {
  serving = true
}
