import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** `import.meta.dirname` would be undefined on the old Nodes that can still make a project. */
const own = fileURLToPath(import.meta.url)

/** The directory that holds the framework's own `package.json` and `templates/`, in a checkout and when installed. */
export function packageRoot(): string {
  return path.resolve(path.dirname(own), '..', '..')
}

/** True for a directory, or a link to one; false where nothing is, or where a file stands in the way. */
export function isDirectory(file: string): boolean {
  try {
    return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}

/** True where `file` is the directory or lies below it; both are real paths. */
export function isInside(file: string, directory: string): boolean {
  const way = path.relative(directory, file)
  return way === '' || !(way === '..' || way.startsWith(`..${path.sep}`) || path.isAbsolute(way))
}
