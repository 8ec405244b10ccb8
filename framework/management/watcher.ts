import fs from 'node:fs'
import path from 'node:path'
import { type Kind, Tree } from './watched-tree.ts'

/** How a tree of files is watched. */
export interface WatcherOptions {
  /** Look at the tree every so many milliseconds instead of asking the system to tell. */
  readonly poll?: number | undefined
  /** Called once, with the reason, where the system cannot watch so many directories and polling begins. */
  readonly onFallback?: ((reason: Error) => void) | undefined
}

/** Editors write a file in several steps: until it has been quiet for so many milliseconds all is one change, */
const DEBOUNCE = 50
/** but no longer than for so many, for some programs never are quiet. */
const MAX_DEBOUNCE = 500
const POLL_INTERVAL = 1000

const SOURCE = /(?:\.(?:[cm]?[jt]s|[jt]sx|json)|^\.env)$/
/** Directories of these names hold no sources, unless they are apps. */
const IGNORED = new Set(['uploads', 'media', 'staticfiles', 'dist', 'coverage'])

/**
 * What a program is made of. Directories whose names begin with a dot, `node_modules`, and those that hold uploads or built
 * files are left out.
 */
export const SOURCES: Kind = {
  hasFile: (name) => SOURCE.test(name),
  hasDirectory: (directory) => {
    const name = path.basename(directory)
    return isVisible(name) && (!IGNORED.has(name) || fs.existsSync(path.join(directory, 'apps.ts')))
  },
}

/** What a program only reads, such as templates and stylesheets: all but hidden files and those that editors leave. */
export const ASSETS: Kind = {
  hasFile: (name) => isVisible(name) && !/(?:~|\.sw[a-z]|\.tmp|^#.*#|^4913)$/.test(name),
  hasDirectory: (directory) => isVisible(path.basename(directory)),
}

/**
 * Tells which files below some directories were changed, made or removed.
 *
 * What the system reports is only a reason to look: the tree is compared with what it was, so that a mere touch of the
 * permissions, or a report that came twice, is no change.
 */
export class TreeWatcher {
  readonly #roots: readonly string[]
  readonly #kind: Kind
  readonly #onChange: (files: readonly string[]) => void
  readonly #options: WatcherOptions
  readonly #watched = new Map<string, fs.FSWatcher>()
  #stamps: ReadonlyMap<string, string>
  #debounce: NodeJS.Timeout | undefined
  /** When the first was told of what has not been looked at yet. */
  #toldAt: number | undefined
  #poll: NodeJS.Timeout | undefined
  #closed = false

  /** Remember the trees as they are now; changes count from here on, and are told after `start`. */
  constructor(
    roots: readonly string[],
    kind: Kind,
    onChange: (files: readonly string[]) => void,
    options: WatcherOptions = {},
  ) {
    this.#roots = roots
    this.#kind = kind
    this.#onChange = onChange
    this.#options = options
    this.#stamps = this.#scan().stamps
  }

  /** Begin to watch. */
  start(): void {
    if (this.#options.poll !== undefined) this.#startPolling(this.#options.poll)
    this.#look()
  }

  /** Stop watching; nothing is told any more. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#debounce)
    clearInterval(this.#poll)
    this.#unwatch()
  }

  #look(): void {
    if (this.#closed) return
    this.#toldAt = undefined
    const { stamps, directories } = this.#scan()
    const changed = difference(this.#stamps, stamps)
    this.#stamps = stamps
    if (this.#poll === undefined) this.#watch(directories)
    if (changed.length > 0) this.#onChange(changed)
  }

  #scan(): Tree {
    return new Tree(this.#roots, this.#kind)
  }

  #watch(directories: ReadonlySet<string>): void {
    for (const directory of this.#watched.keys()) if (!directories.has(directory)) this.#forget(directory)
    try {
      for (const directory of directories) if (!this.#watched.has(directory)) this.#watchOne(directory)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.#soon()
      else this.#fallBack(error as Error)
    }
  }

  #watchOne(directory: string): void {
    const watcher = fs.watch(directory, (event, name) => {
      // By its own name a directory tells that it is gone, or has moved: another may take its place at once.
      if (event === 'rename' && name === path.basename(directory)) this.#forget(directory)
      if (event === 'rename' || name === null || this.#kind.hasFile(name)) this.#soon()
    })
    watcher.on('error', (error) => (fs.existsSync(directory) ? this.#fallBack(error) : this.#soon()))
    this.#watched.set(directory, watcher)
  }

  #forget(directory: string): void {
    this.#watched.get(directory)?.close()
    this.#watched.delete(directory)
  }

  #soon(): void {
    if (this.#closed) return
    this.#toldAt ??= performance.now()
    const rest = this.#toldAt + MAX_DEBOUNCE - performance.now()
    clearTimeout(this.#debounce)
    this.#debounce = setTimeout(() => this.#look(), Math.max(0, Math.min(DEBOUNCE, rest)))
  }

  #fallBack(reason: Error): void {
    if (this.#poll !== undefined || this.#closed) return
    this.#options.onFallback?.(reason)
    this.#startPolling(POLL_INTERVAL)
  }

  #startPolling(interval: number): void {
    this.#unwatch()
    this.#poll = setInterval(() => this.#look(), interval)
  }

  #unwatch(): void {
    for (const watcher of this.#watched.values()) watcher.close()
    this.#watched.clear()
  }
}

function isVisible(name: string): boolean {
  return !name.startsWith('.') && name !== 'node_modules'
}

function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const changed = [...after].filter(([file, stamp]) => before.get(file) !== stamp).map(([file]) => file)
  const removed = [...before.keys()].filter((file) => !after.has(file))
  return [...changed, ...removed]
}
