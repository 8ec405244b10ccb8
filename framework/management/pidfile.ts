import fs from 'node:fs'

/**
 * Write this process's id to a file that appears whole or not at all. The result takes the file away again, unless
 * another process has put its own in the place.
 */
export function writePidfile(file: string): () => void {
  const temporary = `${file}.${process.pid}.tmp`
  fs.writeFileSync(temporary, `${process.pid}\n`, { mode: 0o644 })
  fs.renameSync(temporary, file)
  return () => {
    if (readPidfile(file) === process.pid) fs.rmSync(file, { force: true })
  }
}

function readPidfile(file: string): number | undefined {
  try {
    return Number(fs.readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
