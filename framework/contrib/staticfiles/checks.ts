import fs from 'node:fs'
import path from 'node:path'
import { apps } from '../../apps/index.ts'
import { type CheckMessage, checkError, checkWarning } from '../../checks/index.ts'
import { hasSettings, settings } from '../../conf/index.ts'
import { isInside } from '../../utils/index.ts'
import { configuredSources, type StaticSource } from './finders.ts'
import { realPathOf } from './places.ts'

/** Look at the settings of static files, with Django's ids. */
export function checkStaticfiles(): CheckMessage[] {
  if (!hasSettings() || !apps.isInstalled('staticfiles')) return []
  return configuredSources(settings).flatMap((source) => [...checkSource(source)])
}

function* checkSource({ prefix, directory }: StaticSource): Generator<CheckMessage> {
  const object = 'staticfilesDirs'
  const { staticRoot, baseDir } = settings
  if (staticRoot && isInside(realPathOf(path.resolve(baseDir, staticRoot)), realPathOf(directory)))
    yield checkError('staticfiles.E002', `${directory} holds staticRoot, so that files would be collected again.`, {
      hint: 'Let staticRoot be a directory of its own, outside of those that are collected.',
      object,
    })
  if (prefix.endsWith('/'))
    yield checkError('staticfiles.E003', `The prefix '${prefix}' must not end with a slash.`, { object })
  if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    yield checkWarning('staticfiles.W004', `The directory ${directory} does not exist.`, { object })
}
