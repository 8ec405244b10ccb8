let serving = false

/**
 * Have a stream that cannot be written, because its reader has gone or the disk is full, end nothing but an output that
 * somebody has stopped reading: `manage.ts help | head -1` closes the pipe early, which is no error of the command.
 */
export function watchStandardStreams(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (serving) return
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

/** From here on nothing that cannot be written ends the process: its clients matter more than its log. */
export function outliveReaders(): void {
  serving = true
}
