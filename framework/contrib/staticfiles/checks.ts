import path from 'node:path'
import { apps } from '../../apps/index.ts'
import { type CheckMessage, checkError, checkWarning } from '../../checks/index.ts'
import { hasSettings, settings } from '../../conf/index.ts'
import { getEngine, placeIn, type TemplateCall } from '../../template/index.ts'
import { closest, isDirectory, isInside } from '../../utils/index.ts'
import { configuredSources, findStatic, type StaticSource, staticSources } from './finders.ts'
import { realPathOf } from './places.ts'
import { gather } from './walk.ts'

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
  if (!isDirectory(directory))
    yield checkWarning('staticfiles.W004', `The directory ${directory} does not exist.`, { object })
}

/** Look for static files that templates name, and that nobody finds. */
export async function checkTemplateStatics(): Promise<CheckMessage[]> {
  if (!hasSettings() || !apps.isInstalled('staticfiles')) return []
  const uses = (await getEngine().inspect()).flatMap((template) =>
    (template.references?.calls ?? []).flatMap((call) => {
      const file = staticFileOf(call)
      return file === undefined ? [] : { file, object: placeIn(template, call) }
    }),
  )
  const missing = new Set<string>()
  for (const file of new Set(uses.map((use) => use.file))) {
    if ((await findStatic(settings, file)) === undefined) missing.add(file)
  }
  if (missing.size === 0) return []
  const known = gather(staticSources(settings)).files.map(({ name }) => name)
  return uses.flatMap(({ file, object }) => (missing.has(file) ? notFound(file, object, known) : []))
}

function notFound(file: string, object: string, known: readonly string[]): CheckMessage {
  const near = closest(file, known) ?? known.find((each) => each.endsWith(`/${file}`))
  return checkWarning('templates.W005', `There is no static file "${file}".`, {
    hint:
      near === undefined
        ? `"findstatic ${file} --verbosity 2" says where it is looked for.`
        : `Did you mean "${near}"?`,
    object,
  })
}

/** The file in `static(file)` or `{% static file %}`; a directory is none. */
function staticFileOf({ kind, name, args }: TemplateCall): string | undefined {
  if (name !== 'static' || (kind === 'function' && Object.hasOwn(settings.templates.globals, name))) return undefined
  const [file] = args.flat()
  return typeof file === 'string' && file !== '' && !file.endsWith('/') ? file : undefined
}
