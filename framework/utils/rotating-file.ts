import fs from 'node:fs'
import path from 'node:path'

/** When a file is moved aside, and how many of those are kept. */
export interface RotatingFileOptions {
  /** Bytes that a file may have; 10 MB by default. */
  readonly maxBytes?: number
  /** Older files that are kept, as `name.1` (the newest) and so on; 3 by default. */
  readonly backupCount?: number
}

const MEGABYTE = 1_000_000

/**
 * A file that lines are appended to, and that cannot fill the disk (Python's `RotatingFileHandler`). It is made when the
 * first line comes, with its directory, readable by its owner alone. Writes are synchronous, so that none is lost when the
 * process ends, and several processes can append to one file; a program of the system that moves it away does no harm.
 */
export class RotatingFile {
  /** The file, absolute. */
  readonly path: string
  readonly #maxBytes: number
  readonly #backupCount: number

  constructor(file: string, { maxBytes = 10 * MEGABYTE, backupCount = 3 }: RotatingFileOptions = {}) {
    this.path = path.resolve(file)
    this.#maxBytes = maxBytes
    this.#backupCount = backupCount
  }

  /** Append a text; throws where the system does not let it. */
  write(text: string): void {
    const bytes = Buffer.from(text)
    const size = sizeOf(this.path)
    if (size === undefined) fs.mkdirSync(path.dirname(this.path), { recursive: true })
    else if (size > 0 && size + bytes.length > this.#maxBytes) this.#rotate()
    fs.appendFileSync(this.path, bytes, { mode: 0o600 })
  }

  #rotate(): void {
    if (this.#backupCount === 0) return fs.rmSync(this.path, { force: true })
    for (let number = this.#backupCount - 1; number >= 1; number--) {
      move(`${this.path}.${number}`, `${this.path}.${number + 1}`)
    }
    move(this.path, `${this.path}.1`)
  }
}

function sizeOf(file: string): number | undefined {
  return fs.statSync(file, { throwIfNoEntry: false })?.size
}

/** Another process may have moved it just now. */
function move(from: string, to: string): void {
  try {
    fs.renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
