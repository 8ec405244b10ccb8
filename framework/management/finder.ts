import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Settings } from '../conf/index.ts'
import { closest, packageRoot } from '../utils/index.ts'
import { BaseCommand, type CommandIndex } from './base.ts'
import { CommandError } from './errors.ts'
import type { Options } from './options.ts'

type CommandClass = new () => BaseCommand<Options>
type CommandLoader = () => Promise<{ readonly default?: unknown }>

interface FoundCommand {
  /** The label of the app that it comes from. */
  readonly app: string
  readonly load: CommandLoader
}

/** The label that stands for the framework's own commands. */
const CORE_LABEL = 'nuages'

const CORE: Readonly<Record<string, CommandLoader>> = {
  cgiserver: () => import('./commands/cgiserver.ts'),
  check: () => import('./commands/check.ts'),
  compiletemplates: () => import('./commands/compiletemplates.ts'),
  completion: () => import('./commands/completion.ts'),
  diffsettings: () => import('./commands/diffsettings.ts'),
  gateway: () => import('./commands/gateway.ts'),
  help: () => import('./commands/help.ts'),
  listurls: () => import('./commands/listurls.ts'),
  runcgi: () => import('./commands/runcgi.ts'),
  runfcgi: () => import('./commands/runfcgi.ts'),
  runserver: () => import('./commands/runserver.ts'),
  shell: () => import('./commands/shell.ts'),
  startapp: () => import('./commands/startapp.ts'),
  startproject: () => import('./commands/startproject.ts'),
  test: () => import('./commands/test.ts'),
  version: () => import('./commands/version.ts'),
}

/** Commands that run outside a project, or before the settings are loaded: no app can replace them. */
const STANDALONE: ReadonlySet<string> = new Set([
  'cgiserver',
  'completion',
  'help',
  'startapp',
  'startproject',
  'test',
  'version',
])

/** Finds commands: the framework's, and those in `management/commands` of the installed apps, which come first. */
export class CommandFinder implements CommandIndex {
  readonly #settings: () => Promise<Settings | undefined>

  /** `settings` is asked when apps have to be known; `undefined` stands for no project at all. */
  constructor(settings: () => Promise<Settings | undefined>) {
    this.#settings = settings
  }

  async groups(): Promise<{ groups: ReadonlyMap<string, readonly string[]>; error: unknown }> {
    const { commands, error } = await this.#commands()
    const groups = new Map<string, string[]>([[CORE_LABEL, []]])
    for (const [name, { app }] of [...commands].sort(([one], [other]) => (one < other ? -1 : 1))) {
      if (!groups.has(app)) groups.set(app, [])
      groups.get(app)?.push(name)
    }
    return { groups, error }
  }

  async labels(): Promise<readonly string[]> {
    const settings = await this.#settings().catch(() => undefined)
    return settings?.installedApps.map(({ label }) => label) ?? []
  }

  async load(name: string): Promise<BaseCommand<Options>> {
    const core = Object.hasOwn(CORE, name) ? CORE[name] : undefined
    if (core !== undefined && STANDALONE.has(name)) return instantiate(name, await core())
    const { commands, error } = await this.#commands()
    const found = commands.get(name)
    if (found !== undefined && (error === undefined || core !== undefined)) return instantiate(name, await found.load())
    if (error !== undefined) throw error
    const near = closest(name, commands.keys())
    const help = near === undefined ? 'The command help lists them all.' : `Did you mean '${near}'?`
    throw new CommandError(`There is no command '${name}'. ${help}`)
  }

  async #commands(): Promise<{ commands: Map<string, FoundCommand>; error: unknown }> {
    const commands = new Map(Object.entries(CORE).map(([name, load]) => [name, { app: CORE_LABEL, load }]))
    try {
      const settings = await this.#settings()
      for (const app of settings?.installedApps.toReversed() ?? [])
        for (const [name, load] of commandsIn(app.path)) commands.set(name, { app: app.label, load })
      return { commands, error: undefined }
    } catch (error) {
      return { commands, error }
    }
  }
}

/** The commands of one app's directory. Of a source and its compiled file beside it, the one that Node can load there. */
function commandsIn(appPath: string): Array<readonly [name: string, load: CommandLoader]> {
  const directory = path.join(appPath, 'management', 'commands')
  if (!fs.existsSync(directory)) return []
  const installed = directory.includes(`${path.sep}node_modules${path.sep}`)
  const extension = installed ? /^(\w[\w-]*)\.m?js$/ : /^(\w[\w-]*)\.(?:m?ts|m?js)$/
  return fs.readdirSync(directory).flatMap((file) => {
    const name = file.startsWith('_') ? undefined : extension.exec(file)?.[1]
    if (name === undefined) return []
    const url = pathToFileURL(path.join(directory, file)).href
    return [[name, () => import(url) as ReturnType<CommandLoader>] as const]
  })
}

function instantiate(name: string, module: { readonly default?: unknown }): BaseCommand<Options> {
  const Command = module.default as CommandClass | undefined
  if (typeof Command === 'function' && Command.prototype instanceof BaseCommand) return new Command()
  if (typeof Command?.prototype?.handle === 'function')
    throw new CommandError(
      `The command '${name}' belongs to another copy of Nuages than the one in ${packageRoot()}, which runs. Use the project's own: ./manage.ts, or npx nuages in its directory.`,
    )
  throw new CommandError(
    `The command '${name}' has no class to run: its file needs \`export default class ... extends BaseCommand\`.`,
  )
}
