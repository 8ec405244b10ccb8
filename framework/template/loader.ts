import fs from 'node:fs'
import path from 'node:path'
import { isDirectory, isInside } from '../utils/index.ts'
import { TemplateDoesNotExist } from './errors.ts'

/** A template's source, and where it came from. */
export interface TemplateSource {
  readonly text: string
  /** Changes with the text. */
  readonly version: string
  /** The file that it came from, where it is one. */
  readonly file?: string | undefined
}

/**
 * Finds templates somewhere. It is asked only for names in their short form that lead out of nowhere: `a/b.html`, never
 * `../b.html`. Write one of your own to have templates elsewhere than in files.
 */
export interface Loader {
  /** A template's source, at once. Throws `TemplateDoesNotExist`, with what was looked for. */
  read(name: string): TemplateSource
  /** What `read` would give as `version`, found out at less cost. Throws as `read` does. */
  version(name: string): string
  /** The names of all templates that it has, for `Engine.precompile()`. */
  names(): Iterable<string>
}

/** Finds templates in directories, in their order, and nowhere else. */
export class DirectoryLoader implements Loader {
  /** Where it looks, in this order. */
  readonly directories: readonly string[]

  constructor(directories: readonly string[]) {
    this.directories = directories
  }

  /** The file of a template. Throws `TemplateDoesNotExist`. */
  locate(name: string): string {
    const candidates = this.#candidates(name)
    for (const { file, root } of candidates) if (isFileWithin(file, root)) return file
    const tried = candidates.map(({ file }) => file)
    throw new TemplateDoesNotExist(name, tried)
  }

  /** A template's source, in UTF-8. Throws `TemplateDoesNotExist`, and an error for a file that is not UTF-8. */
  read(name: string): TemplateSource {
    const file = this.locate(name)
    // The version comes first: a file that changes meanwhile is then read once more, never missed.
    const version = versionOf(file)
    const bytes = fs.readFileSync(file)
    try {
      return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), version }
    } catch {
      throw new NotText(file, bytes.includes(0))
    }
  }

  /** As `read` gives it, by a look at the file. Throws `TemplateDoesNotExist`. */
  version(name: string): string {
    return versionOf(this.locate(name))
  }

  /** The names of all files in its directories, but for what editors leave behind. */
  *names(): Generator<string> {
    for (const root of this.directories) {
      for (const name of namesIn(root).sort()) if (isFileWithin(path.join(root, name), root)) yield name
    }
  }

  #candidates(name: string): Array<{ file: string; root: string }> {
    return isTemplateName(name) ? this.directories.map((root) => ({ file: path.join(root, name), root })) : []
  }
}

/** A file among templates is no text in UTF-8. */
export class NotText extends Error {
  override readonly name = 'NotText'
  /** True for what is no text at all, such as a picture. */
  readonly isBinary: boolean

  constructor(file: string, isBinary: boolean) {
    const fault = isBinary ? 'is no text' : 'is not encoded as UTF-8: save it so'
    super(`The template ${file} ${fault}.`)
    this.isBinary = isBinary
  }
}

/** Has templates in memory, by their names (Django's locmem): for tests, and for what a program makes itself. */
export class MemoryLoader implements Loader {
  readonly #templates: Map<string, string>

  constructor(templates: Readonly<Record<string, string>>) {
    this.#templates = new Map(Object.entries(templates))
  }

  /** Put a template in, or another in its place; an engine that is not in debug mode keeps what it has. */
  set(name: string, text: string): void {
    this.#templates.set(name, text)
  }

  /** A template's source. Throws `TemplateDoesNotExist`. */
  read(name: string): TemplateSource {
    const text = this.version(name)
    return { text, version: text }
  }

  /** The text itself. Throws `TemplateDoesNotExist`. */
  version(name: string): string {
    const text = this.#templates.get(name)
    if (text === undefined) throw new TemplateDoesNotExist(name, [`${name} in memory`])
    return text
  }

  /** The names of all templates. */
  names(): Iterable<string> {
    return this.#templates.keys()
  }
}

/** False for a name that leads out of its directory, or is not in its short form: then no client can fill the cache with others. */
export function isTemplateName(name: string): boolean {
  if (name === '' || name.endsWith('/') || /[\0\\]/.test(name) || path.posix.isAbsolute(name)) return false
  return !name.startsWith('../') && name !== '..' && path.posix.normalize(name) === name
}

/** True for what editors and systems leave behind. */
export function isLeftOver(name: string): boolean {
  return name.endsWith('~') || name.split('/').some((part) => part.startsWith('.'))
}

/** `./part.html` is beside the template that names it. */
export function relativeTo(from: string | undefined, name: string): string {
  const isRelative = from !== undefined && (name.startsWith('./') || name.startsWith('../'))
  return isRelative ? path.posix.join(path.posix.dirname(from), name) : name
}

/**
 * The names of what is no directory below one, with `/` between their parts. Links that lead out of the outermost directory
 * are not followed, nor one that leads to a directory around it: that would have no end.
 */
function namesIn(directory: string, around: readonly string[] = []): string[] {
  const real = realPathOf(directory)
  if (real === undefined || around.includes(real) || !isInside(real, around[0] ?? real)) return []
  return fs.readdirSync(real, { withFileTypes: true }).flatMap((entry) => {
    const mayLead = entry.isDirectory() || entry.isSymbolicLink()
    if (!mayLead || !isDirectory(path.join(real, entry.name))) return [entry.name]
    return namesIn(path.join(real, entry.name), [...around, real]).map((name) => `${entry.name}/${name}`)
  })
}

function realPathOf(file: string): string | undefined {
  try {
    return fs.realpathSync.native(file)
  } catch {
    return undefined
  }
}

/** What tells one state of a file from the next, and one file from another. */
function versionOf(file: string): string {
  const { mtimeNs, size, ino } = fs.statSync(file, { bigint: true })
  return `${file}-${mtimeNs}-${size}-${ino}`
}

/** True for a plain file whose real path, links followed, is below the root's. */
function isFileWithin(file: string, root: string): boolean {
  try {
    const real = fs.realpathSync.native(file)
    return isInside(real, fs.realpathSync.native(root)) && fs.statSync(real).isFile()
  } catch {
    return false
  }
}
