import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Settings } from '../conf/index.ts'
import type { SettingsLoader } from './base.ts'
import { CommandError } from './errors.ts'
import { explain } from './explain.ts'

/** Where settings can come from, first one first. */
export interface SettingsSources {
  /** What `--settings` gave. */
  readonly flag?: string | undefined
  /** What `NUAGES_SETTINGS_MODULE` gave. */
  readonly environment?: string | undefined
  /** What manage.ts gave. */
  readonly loader?: SettingsLoader | undefined
}

/** True where somebody has said which settings to use. */
export function hasSource({ flag, environment, loader }: SettingsSources): boolean {
  return Boolean(flag) || Boolean(environment) || loader !== undefined
}

/**
 * The settings of the first source that there is.
 *
 * @throws CommandError that names the file and the cause where there is none, or it cannot be imported.
 */
export async function loadSettings({ flag, environment, loader }: SettingsSources): Promise<Settings> {
  if (flag) return loadSettingsFile(flag, '--settings')
  if (environment) return loadSettingsFile(environment, 'NUAGES_SETTINGS_MODULE')
  if (loader !== undefined) return read(loader)
  throw new CommandError(
    'There are no settings to run with. Use the manage.ts of a project, or name its settings file: --settings mysite/settings.ts',
  )
}

/**
 * The settings of a file that `source` names, such as an option.
 *
 * @throws CommandError that names the file and the cause where it cannot be used.
 */
export function loadSettingsFile(name: string, source: string): Promise<Settings> {
  return read(importFile(name, source), name)
}

function importFile(name: string, source: string): SettingsLoader {
  const file = path.resolve(name.startsWith('file:') ? fileURLToPath(name) : name)
  if (!fs.existsSync(file)) throw new CommandError(`${source} names a file that does not exist: ${file}`)
  return () => import(pathToFileURL(file).href) as ReturnType<SettingsLoader>
}

async function read(loader: SettingsLoader, name?: string): Promise<Settings> {
  const what = name === undefined ? 'The settings' : `The settings in ${name}`
  let module: { readonly default: unknown }
  try {
    module = await loader()
  } catch (error) {
    throw new CommandError(`${what} cannot be loaded.\n\n${explain(error).replaceAll(/^(?=.)/gm, '  ')}`, {
      cause: error,
    })
  }
  if (await isSettings(module.default)) return module.default as Settings
  throw new CommandError(`${what} cannot be used: write \`export default defineSettings({ ... })\` in that file.`)
}

/** What `defineSettings` has made has a value for every setting. */
async function isSettings(value: unknown): Promise<boolean> {
  if (typeof value !== 'object' || value === null) return false
  const { defaultSettings } = await import('../conf/index.ts')
  return Object.keys(defaultSettings()).every((name) => name in value)
}
