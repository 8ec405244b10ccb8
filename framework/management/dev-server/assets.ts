import path from 'node:path'
import { isInside } from '../../utils/index.ts'
import { ASSETS, TreeWatcher } from '../watcher.ts'
import type { LiveReload } from './live-reload.ts'

/** Directories whose files are read anew at each request. */
export interface AssetDirectories {
  readonly templates: readonly string[]
  readonly static: readonly string[]
}

const STYLE = /\.css$/i
const IMAGE = /\.(?:avif|gif|ico|jpe?g|png|svg|webp)$/i

/** Who else wants to know of changes. */
interface Listeners {
  readonly say: (message: string) => void
  /** Called when a template has changed. */
  readonly onTemplate: (() => void) | undefined
}

/** Tell the browsers of each change in these directories: of stylesheets and images alone by name, else to load anew. */
export function watchAssets(
  directories: AssetDirectories,
  liveReload: LiveReload,
  { say, onTemplate }: Listeners,
): TreeWatcher {
  const watcher = new TreeWatcher([...directories.templates, ...directories.static], ASSETS, (files) => {
    const names = files.map((file) => nameOf(file, directories))
    const all = (pattern: RegExp): boolean => files.every((file) => pattern.test(file) && isStatic(file, directories))
    if (liveReload.listeners > 0) say(`${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''} changed.`)
    if (!files.every((file) => isStatic(file, directories))) onTemplate?.()
    liveReload.tell(all(STYLE) ? 'styles' : all(IMAGE) ? 'images' : 'reload', names)
  })
  watcher.start()
  return watcher
}

function isStatic(file: string, directories: AssetDirectories): boolean {
  return directories.static.some((directory) => isInside(file, directory))
}

/** The name by which a template or static file is asked for. */
function nameOf(file: string, directories: AssetDirectories): string {
  const root = [...directories.templates, ...directories.static].find((directory) => isInside(file, directory))
  return path
    .relative(root ?? '', file)
    .split(path.sep)
    .join('/')
}
