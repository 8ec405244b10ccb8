import path from 'node:path'
import type { Settings } from '../../conf/index.ts'
import { CommandError } from '../../management/index.ts'
import { isInside } from '../../utils/index.ts'
import { staticSources } from './finders.ts'
import { realPathOf } from './places.ts'

/**
 * The directory that static files are collected in, as a real path.
 *
 * @throws CommandError where it is not set, or is a place in which the project or its files would be overwritten.
 */
export function staticRootOf(settings: Settings): string {
  const { staticRoot, baseDir } = settings
  if (!staticRoot)
    throw new CommandError(
      "The setting staticRoot is not set: it says where static files are collected, such as path.join(baseDir, 'staticfiles').",
    )
  const root = realPathOf(path.resolve(baseDir, staticRoot))
  if (isInside(realPathOf(baseDir), root))
    throw new CommandError(`staticRoot is ${root}, which holds the project itself. Give it a directory of its own.`)
  for (const { directory } of staticSources(settings)) {
    const source = realPathOf(directory)
    if (isInside(root, source) || isInside(source, root))
      throw new CommandError(
        `staticRoot is ${root}, and files are collected from ${source}: neither may hold the other.`,
      )
  }
  return root
}
