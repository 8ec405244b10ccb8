import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Settings } from '../conf/index.ts'
import { packageRoot } from '../utils/index.ts'
import type { SettingsLoader } from './base.ts'
import { CommandError } from './errors.ts'

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
  if (flag) return read(importFile(flag, '--settings'), flag)
  if (environment) return read(importFile(environment, 'NUAGES_SETTINGS_MODULE'), environment)
  if (loader !== undefined) return read(loader)
  throw new CommandError(
    'There are no settings to run with. Use the manage.ts of a project, or name its settings file: --settings mysite/settings.ts',
  )
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
    throw new CommandError(`${what} cannot be loaded.\n\n${explain(error)}`, { cause: error })
  }
  if (isSettings(module.default)) return module.default
  throw new CommandError(`${what} cannot be used: write \`export default defineSettings({ ... })\` in that file.`)
}

/** What `defineSettings` has made has a value for every setting. */
function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && 'installedApps' in value && 'allowedHosts' in value
}

/** What went wrong and where in the project, without the frames of Node and of the framework. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return `  Thrown: ${String(error)}`
  const message = `${error.name}: ${error.message}`
  const places = error.name === 'SyntaxError' ? [] : placesOf(error).slice(0, 3)
  return [...message.split('\n'), ...places].map((line) => `  ${line}`).join('\n')
}

function placesOf(error: Error): string[] {
  const own = path.join(packageRoot(), 'framework') + path.sep
  return [...(error.stack ?? '').matchAll(/^\s+at (?:.*? \()?(file:\/\/.+?|\/.+?):(\d+):(\d+)\)?$/gm)].flatMap(
    ([, url = '', line, column]) => {
      const file = url.startsWith('file:') ? fileURLToPath(url) : url
      if (file.startsWith(own) || file.includes(`${path.sep}node_modules${path.sep}`)) return []
      return [`at ${path.relative(process.cwd(), file)}:${line}:${column}`]
    },
  )
}
