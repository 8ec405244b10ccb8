import { CHECK_LEVELS, type CheckLevel, type CheckMessage, runChecks } from '../checks/index.ts'
import type { Settings } from '../conf/index.ts'
import type { Application } from '../gateway/index.ts'
import { aboutApps, loadChecks, reportChecks } from './system-checks.ts'
import { CommandError, SystemCheckError } from './errors.ts'
import {
  type CommonOption,
  commonOptions,
  type Options,
  type ParsedArguments,
  parseArguments,
  type Positional,
  type Values,
} from './options.ts'
import { type ColorChoice, OutputWrapper, type Style, type TextStream } from './output.ts'
import { formatHelp, formatUsage } from './usage.ts'

/** Gives the settings when they are needed, as `() => import('./mysite/settings.ts')` does. */
export type SettingsLoader = () => Promise<{ readonly default: Settings }>

/** Gives the application when it is needed, as `() => import('./mysite/wsgi.ts')` does. */
export type ApplicationLoader = () => Promise<{ readonly application: Application }>

/** The commands that there are, by where they come from; the framework's own under `nuages`. */
export interface CommandIndex {
  /** All names under their app's, sorted; where the settings cannot be loaded, the framework's alone and the `error`. */
  groups(): Promise<{ groups: ReadonlyMap<string, readonly string[]>; error: unknown }>
  /** The labels of the installed apps; none where the settings cannot be loaded. */
  labels(): Promise<readonly string[]>
  /** A command ready to run. Throws a CommandError with a suggestion where there is none of this name. */
  load(name: string): Promise<BaseCommand<Options>>
}

/** What a command is told about the place in which it runs. */
export interface CommandContext {
  /** What was typed to get here: `manage.ts` or `nuages`. */
  readonly program: string
  /** The command's own name, such as `runserver`. */
  readonly name: string
  readonly stdout?: TextStream | undefined
  readonly stderr?: TextStream | undefined
  readonly settings?: Settings | undefined
  readonly application?: ApplicationLoader | undefined
  readonly commands?: CommandIndex | undefined
}

/** The values that `handle` gets: those of the command's own options and those of every command's. */
export type CommandValues<O extends Options> = Values<O> & Values<typeof commonOptions>

/** What `handle` may give back: a text, or nothing. */
export type HandleResult = string | void

/** What `BaseCommand.check` looks at, and from which level on it fails. */
export interface CommandCheckOptions {
  readonly tags?: readonly string[] | undefined
  readonly deploy?: boolean | undefined
  /** Also the checks that take their time, as those of templates. */
  readonly deep?: boolean | undefined
  /** Only what was found about these apps, by their labels. */
  readonly labels?: readonly string[] | undefined
  readonly failLevel?: CheckLevel | undefined
  /** Also say how many were found where there are none. */
  readonly showCount?: boolean | undefined
}

/**
 * What every command of `manage.ts` extends (Django's `BaseCommand`). The class is the default export of
 * `<app>/management/commands/<name>.ts`, and the file's name is the command's.
 *
 * @example
 * const options = { dryRun: { type: 'boolean', help: 'Only say what would be done.' } } as const satisfies Options
 *
 * export default class ClosePollCommand extends BaseCommand<typeof options> {
 *   override readonly help = 'Close polls for voting.'
 *   override readonly options = options
 *   override readonly positionals = [{ name: 'id', help: 'The poll to close.', multiple: true }]
 *
 *   override async handle(ids: readonly string[], { dryRun }: CommandValues<typeof options>) {
 *     for (const id of ids) this.stdout.write(this.style.success(`Closed poll ${id}.`))
 *   }
 * }
 */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- a command need not have options of its own
export abstract class BaseCommand<O extends Options = Record<never, never>> {
  /** What the command does: the first sentence stands in lists, all of it in `help <command>`. */
  abstract readonly help: string
  /** The options, by the names that `handle` gets them under. */
  readonly options: O = {} as O
  /** The arguments, in their order. */
  readonly positionals: readonly Positional[] = []
  /** Run all system checks before `handle`, those of these tags, or none. */
  readonly requiresSystemChecks: boolean | readonly string[] = true
  /** Options of every command that mean nothing to this one: they are taken, and not shown in its help. */
  readonly suppressedBaseArguments: readonly CommonOption[] = []
  /**
   * What must be there before `handle`: `setup`, all that a request would find; `apps`, the same without the URLs, so
   * that a broken view is no hindrance; `settings`, no more than `this.settings`; or `nothing`, so that the command runs
   * outside a project too.
   */
  readonly requires: 'setup' | 'apps' | 'settings' | 'nothing' = 'setup'

  /** Where the command writes what it was asked for. */
  stdout = new OutputWrapper(process.stdout)
  /** Where it writes what went wrong. */
  stderr = new OutputWrapper(process.stderr)
  #context: CommandContext = { program: 'manage.ts', name: 'command' }

  /** What was typed to get here, and the streams and settings that came with it. */
  get context(): CommandContext {
    return this.#context
  }

  /** The colours that suit standard output; `this.stderr.style` has those for the other stream. */
  get style(): Style {
    return this.stdout.style
  }

  /** The settings that the command runs with. */
  get settings(): Settings {
    if (this.#context.settings !== undefined) return this.#context.settings
    throw new CommandError(`${this.#context.name} needs settings, and was started without any.`)
  }

  /**
   * Do the command's work. A text that it gives back is written to `stdout`, and is what `callCommand` gives. Throw a
   * CommandError for what the user can put right.
   */
  abstract handle(args: readonly string[], options: CommandValues<O>): HandleResult | Promise<HandleResult>

  /** Called before the settings are loaded, to set what they read from the environment. */
  prepare(_parsed: ParsedArguments): void {}

  /** Take the context in which the command is going to run. */
  attach(context: CommandContext): void {
    this.#context = context
    this.setColor('auto')
  }

  /** Read the words that follow the command's name. Throws a CommandLineError where they make no sense. */
  parse(argv: readonly string[]): ParsedArguments {
    return parseArguments(argv, { ...commonOptions, ...this.options }, this.positionals)
  }

  /** Run system checks as the command declares, then `handle`, with what `parse` gave; the result is the text that it gives. */
  async execute({ args, options }: ParsedArguments): Promise<string | undefined> {
    const values = options as CommandValues<O>
    if (values.noColor && values.forceColor)
      throw new CommandError('--no-color and --force-color cannot be used together.')
    this.setColor(values.noColor ? 'never' : values.forceColor ? 'always' : 'auto')
    const checks = this.requiresSystemChecks
    if (!values.skipChecks && checks !== false) await this.check(checks === true ? {} : { tags: checks })
    const text = (await this.handle(args, values)) ?? undefined
    if (text !== undefined && text !== '') this.stdout.write(text)
    return text
  }

  /**
   * Run the system checks and write down what they find.
   *
   * @throws SystemCheckError where something is as grave as `failLevel`, `ERROR` by default.
   */
  async check(options: CommandCheckOptions = {}): Promise<void> {
    const { failLevel = 'ERROR', showCount = false } = options
    const { messages, report } = await this.findIssues(options)
    if (messages.some((message) => CHECK_LEVELS[message.level] >= CHECK_LEVELS[failLevel]))
      throw new SystemCheckError(report)
    if (messages.length > 0) this.stderr.write(report)
    else if (showCount) this.stdout.write(report)
  }

  /** Run the system checks: what they find, without what is silenced, and the same as a text. */
  protected async findIssues(options: CommandCheckOptions): Promise<{ messages: CheckMessage[]; report: string }> {
    const { tags = [], deploy = false, deep = false, labels = [] } = options
    if (this.requires !== 'nothing') await loadChecks()
    const found = await runChecks({ tags, deploy, deep })
    const silenced = new Set(await this.#silencedChecks())
    const ofLabels = labels.length === 0 ? found : await aboutApps(found, labels)
    const messages = ofLabels.filter((message) => !silenced.has(message.id))
    return { messages, report: reportChecks(messages, ofLabels.length - messages.length, this.stderr.style) }
  }

  /** The help text of `help <command>` and `<command> --help`. */
  formatHelp(): string {
    const { program, name } = this.#context
    const { help, options, positionals, suppressedBaseArguments } = this
    return formatHelp({ program, name, help, options, positionals, suppressed: suppressedBaseArguments })
  }

  /** One line that says how the command is written. */
  formatUsage(): string {
    return formatUsage(this.#context.program, this.#context.name, this.positionals)
  }

  /** Take the streams anew, coloured as asked for. */
  protected setColor(choice: ColorChoice): void {
    const { stdout = process.stdout, stderr = process.stderr } = this.#context
    this.stdout = new OutputWrapper(stdout, choice)
    this.stderr = new OutputWrapper(stderr, choice)
  }

  async #silencedChecks(): Promise<readonly string[]> {
    if (this.#context.settings !== undefined) return this.#context.settings.silencedSystemChecks
    if (this.requires === 'nothing') return []
    const { hasSettings, settings } = await import('../conf/index.ts')
    return hasSettings() ? settings.silencedSystemChecks : []
  }
}
