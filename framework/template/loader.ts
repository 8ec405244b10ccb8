import fs from 'node:fs'
import path from 'node:path'
import { isInside } from '../utils/index.ts'
import { TemplateDoesNotExist } from './errors.ts'

/** A template's source, and where it came from. */
export interface TemplateSource {
  readonly file: string
  readonly text: string
  /** Changes with the file. */
  readonly version: string
}

/** Finds templates in directories, in their order, and nowhere else. */
export class DirectoryLoader {
  readonly directories: readonly string[]

  constructor(directories: readonly string[]) {
    this.directories = directories
  }

  /** The file of a template. Throws `TemplateDoesNotExist`. */
  locate(name: string): string {
    for (const { path, root } of this.candidates(name)) {
      if (isFileWithin(path, root)) return path
    }
    throw this.missing(name)
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
      throw new Error(`The template ${file} is not encoded as UTF-8: save it so.`)
    }
  }

  /** The error for a template that is not there. */
  missing(name: string): TemplateDoesNotExist {
    return new TemplateDoesNotExist(
      name,
      this.candidates(name).map((candidate) => candidate.path),
    )
  }

  /** The files in which a template could be; none for a name that leads out of its directory, or is not in its short form. */
  candidates(name: string): Array<{ path: string; root: string }> {
    if (name === '' || name.endsWith('/') || /[\0\\]/.test(name) || path.posix.isAbsolute(name)) return []
    if (name.startsWith('../') || name === '..' || path.posix.normalize(name) !== name) return []
    return this.directories.map((root) => ({ path: path.join(root, name), root }))
  }
}

/** What tells one state of a file from the next. */
export function versionOf(file: string): string {
  const { mtimeNs, size, ino } = fs.statSync(file, { bigint: true })
  return `${mtimeNs}-${size}-${ino}`
}

/** True for a plain file whose real path, links followed, is below the root's. */
function isFileWithin(file: string, root: string): boolean {
  try {
    const real = fs.realpathSync(file)
    return isInside(real, fs.realpathSync(root)) && fs.statSync(real).isFile()
  } catch {
    return false
  }
}
