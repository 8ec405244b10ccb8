import { CommandError } from '../errors.ts'

/** One file of a skeleton, wherever that lies. */
export interface SkeletonFile {
  /** Its path in the skeleton, with `/` between names. */
  readonly path: string
  readonly content: Buffer
  /** Permission bits, of which only the one for execution counts. */
  readonly mode: number
}

/** A skeleton is a handful of text files: what is larger is a mistake, or an archive that was made to fill the memory. */
export const MAX_BYTES = 64 * 1024 * 1024
const MAX_FILES = 10_000

/** Directories that belong to a checkout of a skeleton, and never to what is made of it. */
const NEVER_COPIED = ['.git', 'node_modules']

/** Gathers the files of a skeleton, and refuses one that is too large or that would write elsewhere. */
export class SkeletonFiles {
  readonly #source: string
  readonly #excluded: ReadonlySet<string>
  readonly #files: SkeletonFile[] = []
  #bytes = 0

  /** `source` stands in messages; `excluded` are names of directories to leave out. */
  constructor(source: string, excluded: readonly string[]) {
    this.#source = source
    this.#excluded = new Set([...NEVER_COPIED, ...excluded])
  }

  /** What was added so far, less a directory that holds it all, as archives of a repository have one. */
  get withoutRoot(): readonly SkeletonFile[] {
    const [root = ''] = this.#files[0]?.path.split(/(?<=\/)/) ?? []
    if (!root.endsWith('/') || !this.#files.every((file) => file.path.startsWith(root))) return this.#files
    return this.#files.map((file) => ({ ...file, path: file.path.slice(root.length) }))
  }

  /** What was added so far. */
  get all(): readonly SkeletonFile[] {
    return this.#files
  }

  /** How many bytes may still come. */
  get room(): number {
    return MAX_BYTES - this.#bytes
  }

  /** True for the path of a file that is wanted, or of a directory; throws where it leads out of the skeleton. */
  wants(path: string, kind: 'file' | 'directory' = 'file'): boolean {
    const names = path.split('/')
    if (names.some((name) => name === '..' || name === '' || /[\\\0]|^[A-Za-z]:/.test(name)))
      throw this.error(`has a file that would lie outside of it: ${JSON.stringify(path)}`)
    return !names.slice(0, kind === 'file' ? -1 : undefined).some((name) => this.#excluded.has(name))
  }

  /** Add a file, of which `wants` was asked before. */
  add(file: SkeletonFile): void {
    this.#bytes += file.content.length
    if (this.#bytes > MAX_BYTES) throw this.tooLarge()
    if (this.#files.length >= MAX_FILES) throw this.error(`has more than ${MAX_FILES} files`)
    this.#files.push(file)
  }

  /** What is wrong with the skeleton, as a sentence without its subject and full stop. */
  error(what: string, cause?: unknown): CommandError {
    return new CommandError(`The skeleton ${this.#source} ${what}. Nothing was written.`, { cause })
  }

  /** The error for more bytes than there is room for. */
  tooLarge(): CommandError {
    return this.error(`has more than ${MAX_BYTES / 1024 / 1024} MiB`)
  }
}
