import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Settings } from '../conf/index.ts'
import { EXIT_FINAL, isReloaded, runWithReloader, stopWithParent, tellParent } from './autoreload.ts'
import type { ApplicationLoader, BaseCommand, SettingsLoader } from './base.ts'
import { CommandError, CommandLineError } from './errors.ts'
import { explain, wholeStack } from './explain.ts'
import { CommandFinder } from './finder.ts'
import { commonOptions, flagOf, type Options, type ParsedArguments } from './options.ts'
import { type ColorChoice, makeStyle, type TextStream, wantsColor } from './output.ts'
import { hasSource, loadSettings } from './settings-file.ts'
import { watchStandardStreams } from './standard-streams.ts'

/** What manage.ts knows about its project, and where the command line writes. */
export interface CommandLineOptions {
  readonly settings?: SettingsLoader | undefined
  /** The application that the serving commands run; where none is given it is made from the settings. */
  readonly application?: ApplicationLoader | undefined
  readonly stdout?: TextStream | undefined
  readonly stderr?: TextStream | undefined
}

/**
 * Run the command that `argv` names (`process.argv`, so its words begin at the third) and end the process with its
 * exit code: 0, or what a CommandError says, 1 for any other error, 2 for a command line that makes no sense.
 *
 * @example
 * await executeFromCommandLine(process.argv, { settings: () => import('./mysite/settings.ts') })
 */
export async function executeFromCommandLine(
  argv: readonly string[] = process.argv,
  options: CommandLineOptions = {},
): Promise<never> {
  stopWithParent()
  watchStandardStreams()
  const code = await new ManagementUtility(argv, options).execute()
  // One turn of the loop, in which Node tells of promises that were rejected and that nobody waits for.
  await setImmediate()
  await Promise.all([flush(process.stdout), flush(process.stderr)])
  // A command that went well may have left an exit code, as runcgi does for an answer that broke off.
  process.exit(code === 0 ? process.exitCode : code)
}

/** One command line from its words to its exit code (Django's `ManagementUtility`). */
export class ManagementUtility {
  readonly #program: string
  readonly #words: readonly string[]
  readonly #options: CommandLineOptions
  readonly #peeked: Peeked
  readonly #finder: CommandFinder
  #settings: Promise<Settings> | undefined

  constructor(argv: readonly string[], options: CommandLineOptions = {}) {
    this.#program = programOf(argv[1])
    this.#words = argv.slice(2)
    this.#options = options
    this.#peeked = peek(this.#words)
    this.#finder = new CommandFinder(() => (this.#hasProject() ? this.#loadSettings() : Promise.resolve(undefined)))
  }

  /** Run the command; what goes wrong is written to stderr, and the result is the exit code. */
  async execute(): Promise<number> {
    try {
      return await this.#run()
    } catch (error) {
      return this.#report(error)
    }
  }

  async #run(): Promise<number> {
    const { name } = this.#peeked
    if (this.#wantsReloader())
      return runWithReloader({ root: this.#root(), stderr: this.#stderr(), style: this.#style() })
    if (this.#wantsTestWatcher()) return this.#watchTests()
    const command = await this.#finder.load(name)
    this.#attach(command, name, undefined)
    const parsed = await this.#parse(command)
    if (parsed.options['version'] === true) return this.#instead('version')
    if (parsed.options['help'] === true && name !== 'help') return this.#instead('help', name)
    command.prepare(parsed)
    if (command.requires !== 'nothing') this.#attach(command, name, await this.#loadSettings())
    if (command.requires === 'setup' || command.requires === 'apps')
      await setUp(command.settings, { urls: command.requires === 'setup' })
    await command.execute(parsed)
    return 0
  }

  /** Where the settings are broken an app's command, and with it an option, may be unknown: that is said first. */
  async #parse(command: BaseCommand<Options>): Promise<ParsedArguments> {
    try {
      return command.parse(this.#peeked.rest)
    } catch (error) {
      if (command.requires !== 'nothing' && this.#hasProject()) await this.#loadSettings()
      throw error
    }
  }

  async #instead(name: string, ...words: readonly string[]): Promise<number> {
    const command = await this.#finder.load(name)
    this.#attach(command, name, undefined)
    await command.execute(command.parse([...words, ...colorFlags(this.#peeked.color)]))
    return 0
  }

  #attach(command: BaseCommand<Options>, name: string, settings: Settings | undefined): void {
    const { stdout, stderr, application } = this.#options
    command.attach({ program: this.#program, name, stdout, stderr, settings, application, commands: this.#finder })
  }

  #hasProject(): boolean {
    return hasSource(this.#sources())
  }

  #sources() {
    const environment = process.env['NUAGES_SETTINGS_MODULE']
    return { flag: this.#peeked.settings, environment, loader: this.#options.settings }
  }

  #loadSettings(): Promise<Settings> {
    this.#settings ??= loadSettings(this.#sources())
    return this.#settings
  }

  /** The reloading parent loads no settings, so that it outlives whatever is wrong with them. */
  #wantsReloader(): boolean {
    const { name, rest } = this.#peeked
    const plain = rest.some((word) => ['--noreload', '--help', '-h', '--version'].includes(word))
    return name === 'runserver' && !plain && !isReloaded() && this.#hasProject()
  }

  /** So does the process that runs tests again and again. */
  #wantsTestWatcher(): boolean {
    const { name, rest } = this.#peeked
    const plain = rest.some((word) => ['--help', '-h', '--version'].includes(word))
    return name === 'test' && rest.includes('--watch') && !plain && this.#hasProject()
  }

  async #watchTests(): Promise<number> {
    const { watchTests } = await import('./testing/watch.ts')
    const words = process.argv.slice(1).filter((word) => word !== '--watch')
    return watchTests({ root: this.#root(), words, stderr: this.#stderr(), style: this.#style() })
  }

  #root(): string {
    const script = process.argv[1]
    return this.#program === 'nuages' || script === undefined ? process.cwd() : path.dirname(path.resolve(script))
  }

  #stderr(): TextStream {
    return this.#options.stderr ?? process.stderr
  }

  #style() {
    return makeStyle(wantsColor(this.#stderr(), this.#peeked.color))
  }

  #report(error: unknown): number {
    const description = this.#describe(error)
    this.#stderr().write(`${this.#style().error(description)}\n`)
    tellParent({ failure: description })
    const code = error instanceof CommandError ? error.returnCode : 1
    return error instanceof CommandLineError && isReloaded() ? EXIT_FINAL + code : code
  }

  #describe(error: unknown): string {
    if (this.#peeked.traceback) return wholeStack(error)
    if (!(error instanceof CommandError)) return explain(error)
    const { name } = this.#peeked
    const label = error.name.startsWith('Command') ? 'Error' : error.name
    const hint =
      error instanceof CommandLineError && error.returnCode === 2
        ? `\nSee: ${this.#program} help${name === 'help' ? '' : ` ${name}`}`
        : ''
    return `${label}: ${error.message}${hint}`
  }
}

/** What has to be known before the command, and with it its own options, is. */
interface Peeked {
  readonly name: string
  /** All words but the command's name. */
  readonly rest: readonly string[]
  readonly settings: string | undefined
  readonly traceback: boolean
  readonly color: ColorChoice
}

function peek(words: readonly string[]): Peeked {
  const given = new Map<string, string | undefined>()
  let at = -1
  const { tokens } = parseArgs({
    args: [...words],
    options: {
      settings: { type: 'string' },
      verbosity: { type: 'string', short: commonOptions.verbosity.short },
    },
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind === 'option') given.set(token.name, token.value)
    else if (token.kind === 'positional' && at === -1) at = token.index
  }
  return {
    name: words[at] ?? (given.has('version') ? 'version' : 'help'),
    rest: words.filter((_word, index) => index !== at),
    settings: given.get('settings'),
    traceback: given.has('traceback'),
    color: given.has('no-color') ? 'never' : given.has('force-color') ? 'always' : 'auto',
  }
}

function colorFlags(color: ColorChoice): readonly string[] {
  if (color === 'auto') return []
  return [flagOf(color === 'always' ? 'forceColor' : 'noColor')]
}

function programOf(script: string | undefined): string {
  const name = path.basename(script ?? 'nuages')
  return /^(?:nuages|bin)(?:\.\w+)?$/.test(name) ? 'nuages' : name
}

async function setUp(settings: Settings, options: { readonly urls: boolean }): Promise<void> {
  const { setup } = await import('../setup.ts')
  await setup(settings, options)
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}
