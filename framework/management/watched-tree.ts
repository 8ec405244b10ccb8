import fs from 'node:fs'
import path from 'node:path'
import { isInside } from '../utils/index.ts'

/** Which files of a tree are watched. */
export interface Kind {
  hasFile(name: string): boolean
  hasDirectory(directory: string): boolean
}

/** The files of a kind below some directories, as they are when this is made; there is no error, only what is not there. */
export class Tree {
  /** Files with their time and size. */
  readonly stamps: Map<string, string> = new Map()
  /** Where changes of them are told of. */
  readonly directories: Set<string> = new Set()
  readonly #roots: readonly string[]
  readonly #kind: Kind
  readonly #seen = new Set<string>()
  readonly #links: string[] = []

  constructor(roots: readonly string[], kind: Kind) {
    this.#roots = roots
    this.#kind = kind
    for (const root of roots) this.#scan(root)
    // At last, so that what is there under its own name has that.
    for (const link of this.#links) if (this.#leadsToSources(link)) this.#scan(link)
  }

  #scan(directory: string): void {
    const real = realPath(directory)
    if (real === undefined || this.#seen.has(real)) return
    const entries = entriesOf(directory)
    if (entries === undefined) return
    this.#seen.add(real)
    this.directories.add(directory)
    for (const entry of entries) {
      const file = path.join(directory, entry.name)
      if (entry.isDirectory()) {
        if (this.#kind.hasDirectory(file)) this.#scan(file)
      } else if (entry.isSymbolicLink()) this.#addLink(file, entry.name)
      else if (this.#kind.hasFile(entry.name)) this.#addFile(file)
    }
  }

  #addFile(file: string): void {
    const stat = statOf(file)
    if (stat !== undefined) this.stamps.set(file, `${stat.mtimeMs} ${stat.size}`)
  }

  #addLink(link: string, name: string): void {
    if (statOf(link)?.isDirectory() === true) {
      if (this.#kind.hasDirectory(link)) this.#links.push(link)
      return
    }
    const real = realPath(link)
    if (real === undefined || !this.#kind.hasFile(name)) return
    this.#addFile(link)
    this.directories.add(path.dirname(real))
  }

  /** False for what was installed, for what holds the project itself, and for heaps of data. */
  #leadsToSources(link: string): boolean {
    const real = realPath(link)
    if (real === undefined || real.split(path.sep).includes('node_modules')) return false
    if (this.#roots.some((root) => isInside(realPath(root) ?? root, real))) return false
    return entriesOf(real)?.some((entry) => entry.isFile() && this.#kind.hasFile(entry.name)) ?? false
  }
}

function entriesOf(directory: string): fs.Dirent[] | undefined {
  try {
    return fs.readdirSync(directory, { withFileTypes: true })
  } catch {
    return undefined
  }
}

function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file)
  } catch {
    return undefined
  }
}

function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file)
  } catch {
    return undefined
  }
}
