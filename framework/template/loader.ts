import fs from 'node:fs'
import path from 'node:path'
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
    for (const file of this.candidates(name)) {
      if (isFileWithin(file.path, file.root)) return file.path
    }
    throw new TemplateDoesNotExist(
      name,
      this.candidates(name).map((file) => file.path),
    )
  }

  /** A template's source. Throws `TemplateDoesNotExist`. */
  read(name: string): TemplateSource {
    const file = this.locate(name)
    return { file, text: fs.readFileSync(file, 'utf8'), version: versionOf(file) }
  }

  /** The files in which a template of this name could be; none for a name that leads out of its directory. */
  candidates(name: string): Array<{ path: string; root: string }> {
    if (name === '' || /[\0\\]/.test(name) || path.posix.isAbsolute(name)) return []
    const normal = path.posix.normalize(name)
    if (normal === '..' || normal.startsWith('../')) return []
    return this.directories.map((root) => ({ path: path.join(root, normal), root }))
  }
}

/** What tells one state of a file from the next. */
export function versionOf(file: string): string {
  const { mtimeMs, size, ino } = fs.statSync(file)
  return `${mtimeMs}-${size}-${ino}`
}

/** True for a plain file whose real path, links followed, is below the root's. */
function isFileWithin(file: string, root: string): boolean {
  try {
    const real = fs.realpathSync(file)
    const inside = path.relative(fs.realpathSync(root), real)
    return !inside.startsWith('..') && !path.isAbsolute(inside) && fs.statSync(real).isFile()
  } catch {
    return false
  }
}
