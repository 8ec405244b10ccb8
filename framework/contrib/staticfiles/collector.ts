import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { CommandError } from '../../management/index.ts'
import { isInside } from '../../utils/index.ts'
import type { StaticFile } from './walk.ts'

/** How files are put into `staticRoot`. */
export interface CollectorOptions {
  /** The mode of files, of which that of directories follows; `null` leaves both to the system. */
  readonly mode: number | null
  /** Make links to the files instead of copies. */
  readonly link: boolean
  /** Whoever collects takes all away first. */
  readonly clear: boolean
  /** Write nothing. */
  readonly dryRun: boolean
}

/** Two times of one file that a file system has rounded, in milliseconds, differ by less. */
const ROUNDING = 1

/**
 * Puts files into one directory, each whole or not at all, and never outside of it: neither a name nor a link that
 * somebody has put there leads out.
 */
export class Collector {
  readonly #root: string
  readonly #options: CollectorOptions
  readonly #prepared = new Set<string>()

  constructor(root: string, options: CollectorOptions) {
    this.#root = root
    this.#options = options
  }

  /**
   * Put a file in its place, and say whether it was changed: what has the same size and time is left alone.
   *
   * @throws CommandError that names the file and what is in its way.
   */
  put(file: StaticFile): boolean {
    const target = path.join(this.#root, file.name)
    if (target === this.#root || !isInside(target, this.#root))
      throw new CommandError(`${file.file} would be put at ${target}, outside of staticRoot. Is a prefix wrong?`)
    const { clear, dryRun } = this.#options
    if (dryRun && clear) return true
    if (this.#isUnchanged(target, file)) return false
    if (dryRun) return true
    try {
      this.#prepare(path.dirname(target))
      this.#replace(target, file)
    } catch (error) {
      if (error instanceof CommandError) throw error
      throw new CommandError(`${target} cannot be written: ${(error as Error).message}.`, { cause: error })
    }
    return true
  }

  /** What is in the directory now. */
  entries(): string[] {
    try {
      return fs.readdirSync(this.#root).map((name) => path.join(this.#root, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw new CommandError(`${this.#root} cannot be read: ${(error as Error).message}.`, { cause: error })
    }
  }

  /** Take away one of the `entries`, with all that is below; what links lead to stays. */
  remove(entry: string): void {
    if (this.#options.dryRun) return
    try {
      fs.rmSync(entry, { recursive: true, force: true })
    } catch (error) {
      throw new CommandError(`${entry} cannot be deleted: ${(error as Error).message}.`, { cause: error })
    }
  }

  #isUnchanged(target: string, { file, size, mtimeMs }: StaticFile): boolean {
    const there = statOf(target)
    if (there === undefined) return false
    if (this.#options.link) return there.isSymbolicLink() && fs.readlinkSync(target) === file
    return there.isFile() && there.size === size && Math.abs(there.mtimeMs - mtimeMs) < ROUNDING
  }

  /** Make a directory and those above it, of which none may be a link: it could lead anywhere. */
  #prepare(directory: string): void {
    if (this.#prepared.has(directory)) return
    if (directory !== this.#root) this.#prepare(path.dirname(directory))
    const there = statOf(directory)
    if (there === undefined) this.#makeDirectory(directory)
    else if (!there.isDirectory())
      throw new CommandError(
        `${directory} is ${there.isSymbolicLink() ? 'a link' : 'a file'}, where a directory is needed. Move it away, or give --clear.`,
      )
    this.#prepared.add(directory)
  }

  #makeDirectory(directory: string): void {
    fs.mkdirSync(directory, { recursive: true })
    const { mode } = this.#options
    // Whoever may read the files must be able to reach them.
    if (mode !== null) fs.chmodSync(directory, mode | 0o300 | ((mode & 0o444) >> 2))
  }

  /** Nobody sees a file half-written: it gets its name when it is whole. */
  #replace(target: string, { file, mtimeMs }: StaticFile): void {
    if (statOf(target)?.isDirectory() === true)
      throw new CommandError(`${target} is a directory, where a file is needed. Move it away, or give --clear.`)
    const temporary = path.join(path.dirname(target), `.${randomBytes(8).toString('hex')}.tmp`)
    try {
      if (this.#options.link) fs.symlinkSync(file, temporary)
      else this.#copy(file, temporary, mtimeMs)
      fs.renameSync(temporary, target)
    } catch (error) {
      fs.rmSync(temporary, { force: true })
      throw error
    }
  }

  #copy(from: string, to: string, mtimeMs: number): void {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE)
    if (this.#options.mode !== null) fs.chmodSync(to, this.#options.mode)
    fs.utimesSync(to, mtimeMs / 1000, mtimeMs / 1000)
  }
}

/** What is there itself, without following a link; nothing is below what is no directory. */
function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
