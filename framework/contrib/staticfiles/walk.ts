import fs from 'node:fs'
import path from 'node:path'
import { isInside } from '../../utils/index.ts'
import type { StaticSource } from './finders.ts'

/** A file that a source holds. */
export interface StaticFile {
  /** Below `staticRoot` and `staticUrl`, with slashes: `polls/style.css`. */
  readonly name: string
  /** Its real path. */
  readonly file: string
  readonly size: number
  readonly mtimeMs: number
}

/** What sources hold. */
export interface Gathered {
  readonly files: readonly StaticFile[]
  /** Files whose name an earlier source has taken, by that name. */
  readonly hidden: ReadonlyArray<readonly [name: string, file: string]>
  /** What is no file, or a link that leads out of its source. */
  readonly leftOut: readonly string[]
}

/** What is never served: hidden files, and what editors and CVS leave behind (Django's `ignore_patterns`). */
const IGNORED = ['CVS', '.*', '*~']

/**
 * The files of all sources, each name once: the first source that has it wins, as it does when files are served.
 *
 * `patterns` are like those of a shell, with `*` and `?`, and leave out files and directories by their names or by
 * their paths below the source. A link counts as what it leads to, as long as that is inside of the source.
 */
export function gather(sources: readonly StaticSource[], patterns: readonly string[] = []): Gathered {
  const ignored = [...IGNORED, ...patterns].map(patternOf)
  const walks = sources.map((source) => walk(source, ignored))
  const files = new Map<string, StaticFile>()
  const hidden: Array<readonly [name: string, file: string]> = []
  for (const file of walks.flatMap((each) => each.files)) {
    const first = files.get(file.name)
    if (first === undefined) files.set(file.name, file)
    else if (first.file !== file.file) hidden.push([file.name, file.file])
  }
  return { files: [...files.values()], hidden, leftOut: walks.flatMap(({ leftOut }) => leftOut) }
}

function walk(source: StaticSource, ignored: readonly RegExp[]): Omit<Gathered, 'hidden'> {
  const files: StaticFile[] = []
  const leftOut: string[] = []
  const root = fs.realpathSync(source.directory)
  /** `road` holds the real directories on the way here, for a link may lead back to one. */
  const visit = (directory: string, inSource: string, road: readonly string[]): void => {
    for (const entry of fs.readdirSync(directory).sort()) {
      const name = inSource === '' ? entry : `${inSource}/${entry}`
      if (ignored.some((pattern) => pattern.test(entry) || pattern.test(name))) continue
      const file = insideOf(root, path.join(directory, entry))
      const stat = file === undefined ? undefined : fs.statSync(file)
      if (file !== undefined && stat?.isDirectory() === true && !road.includes(file)) visit(file, name, [...road, file])
      else if (file !== undefined && stat?.isFile() === true)
        files.push({ name: path.posix.join(source.prefix, name), file, size: stat.size, mtimeMs: stat.mtimeMs })
      else leftOut.push(path.join(source.directory, name))
    }
  }
  visit(root, '', [root])
  return { files, leftOut }
}

/** The real path of what is there, if it is inside of `root`. */
function insideOf(root: string, file: string): string | undefined {
  try {
    const real = fs.realpathSync(file)
    return isInside(real, root) ? real : undefined
  } catch {
    return undefined
  }
}

/** A shell's pattern as a regular expression: `*` is any text, `?` any character. */
function patternOf(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.+()[\]{}|]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/\*+/g, '.*').replaceAll('?', '.')}$`, 's')
}
