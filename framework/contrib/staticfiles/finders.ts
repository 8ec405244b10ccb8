import path from 'node:path'
import type { Settings } from '../../conf/index.ts'
import { isDirectory } from '../../utils/index.ts'
import { findFile } from '../../views/index.ts'

/** A directory of static files, and the prefix under which its files are found; empty for none. */
export interface StaticSource {
  readonly prefix: string
  /** An absolute path. */
  readonly directory: string
}

/** A file that was found, by the source that holds it and its name there. */
export interface FoundStatic {
  readonly source: StaticSource
  readonly name: string
  /** The file's real path. */
  readonly file: string
}

/**
 * Where a project's static files are looked for, first place first: its `staticfilesDirs`, then the `static/` directory
 * of each installed app. What is not there is left out.
 */
export function staticSources(settings: Settings): StaticSource[] {
  const ofApps = settings.installedApps.map((app) => ({ prefix: '', directory: path.join(app.path, 'static') }))
  return [...configuredSources(settings), ...ofApps].filter(({ directory }) => isDirectory(directory))
}

/** The setting `staticfilesDirs` alone, whether the directories are there or not; a relative one starts at `baseDir`. */
export function configuredSources({ staticfilesDirs, baseDir }: Settings): StaticSource[] {
  return staticfilesDirs.map((entry) => {
    const [prefix, directory] = typeof entry === 'string' ? ['', entry] : entry
    return { prefix, directory: path.resolve(baseDir, directory) }
  })
}

/** The first file of this name, such as `polls/style.css`, which is the one that is served (Django's `finders.find`). */
export async function findStatic(settings: Settings, name: string): Promise<FoundStatic | undefined> {
  for (const source of staticSources(settings)) {
    const found = await findIn(source, name)
    if (found !== undefined) return found
  }
  return undefined
}

/** Every file of this name; those after the first are never served. */
export async function findAllStatic(settings: Settings, name: string): Promise<FoundStatic[]> {
  const found = await Promise.all(staticSources(settings).map((source) => findIn(source, name)))
  return found.filter((each) => each !== undefined)
}

async function findIn(source: StaticSource, wanted: string): Promise<FoundStatic | undefined> {
  if (source.prefix !== '' && !wanted.startsWith(`${source.prefix}/`)) return undefined
  const name = source.prefix === '' ? wanted : wanted.slice(source.prefix.length + 1)
  const file = await findFile(source.directory, name)
  return file === undefined ? undefined : { source, name, file }
}
