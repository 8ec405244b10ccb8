import fs from 'node:fs'
import path from 'node:path'

/** Where a path really leads: links are followed as far as it exists. */
export function realPathOf(file: string): string {
  try {
    return fs.realpathSync(file)
  } catch {
    const parent = path.dirname(file)
    return parent === file ? file : path.join(realPathOf(parent), path.basename(file))
  }
}
