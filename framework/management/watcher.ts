import fs from 'node:fs'
import path from 'node:path'

/** How a tree of files is watched. */
export interface WatcherOptions {
  /** Look at the tree every so many milliseconds instead of asking the system to tell. */
  readonly poll?: number | undefined
  /** Called once, with the reason, where the system cannot watch so many directories and polling begins. */
  readonly onFallback?: ((reason: Error) => void) | undefined
}

/** Editors write a file in several steps; what happens within this time, in milliseconds, is one change. */
const DEBOUNCE = 50
const POLL_INTERVAL = 1000

/** Which files of a tree are watched. */
export interface Kind {
  hasFile(name: string): boolean
  hasDirectory(directory: string): boolean
}

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
    const { stamps, directories } = this.#scan()
    const changed = difference(this.#stamps, stamps)
    this.#stamps = stamps
    if (this.#poll === undefined) this.#watch(directories)
    if (changed.length > 0) this.#onChange(changed)
  }

  #scan(): Tree {
    const tree: Tree = { stamps: new Map(), directories: new Set() }
    for (const root of this.#roots) scan(root, this.#kind, tree)
    return tree
  }

  #watch(directories: ReadonlySet<string>): void {
    for (const [directory, watcher] of this.#watched) {
      if (directories.has(directory)) continue
      watcher.close()
      this.#watched.delete(directory)
    }
    try {
      for (const directory of directories) if (!this.#watched.has(directory)) this.#watchOne(directory)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.#soon()
      else this.#fallBack(error as Error)
    }
  }

  #watchOne(directory: string): void {
    const watcher = fs.watch(directory, () => this.#soon())
    watcher.on('error', (error) => (fs.existsSync(directory) ? this.#fallBack(error) : this.#soon()))
    this.#watched.set(directory, watcher)
  }

  #soon(): void {
    if (this.#closed) return
    clearTimeout(this.#debounce)
    this.#debounce = setTimeout(() => this.#look(), DEBOUNCE)
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

interface Tree {
  /** Files with their time and size. */
  readonly stamps: Map<string, string>
  readonly directories: Set<string>
}

function scan(root: string, kind: Kind, tree: Tree): void {
  let entries: fs.Dirent[]
  try {
    entries = fs.readdirSync(root, { withFileTypes: true })
  } catch {
    return
  }
  tree.directories.add(root)
  for (const entry of entries) {
    const file = path.join(root, entry.name)
    if (entry.isDirectory()) {
      if (kind.hasDirectory(file)) scan(file, kind, tree)
    } else if (kind.hasFile(entry.name)) {
      const stat = fs.statSync(file, { throwIfNoEntry: false })
      if (stat !== undefined) tree.stamps.set(file, `${stat.mtimeMs} ${stat.size}`)
    }
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
