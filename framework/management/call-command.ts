import type { Settings } from '../conf/index.ts'
import { version } from '../utils/index.ts'
import type { BaseCommand, CommandValues } from './base.ts'
import { CommandFinder } from './finder.ts'
import { checkValues } from './option-values.ts'
import { commonOptions, flagOf, type Options } from './options.ts'
import type { TextStream } from './output.ts'

/** Where `callCommand` writes. */
export interface CallStreams {
  readonly stdout?: TextStream | undefined
  readonly stderr?: TextStream | undefined
}

/** Where `callCommand` writes, and the values of options by their names. */
export type CallOptions<O extends Options = Options> = CallStreams & {
  readonly [K in keyof CommandValues<O>]?: CommandValues<O>[K] | undefined
}

/**
 * Run a command inside this program: with words, as its command line would be typed, or with options by their names, as
 * in `callCommand('check', ['polls'], { failLevel: 'WARNING' })`. System checks are not run first, unless `skipChecks` is
 * `false` (Django's `call_command`). A command that is given as an object may be given with whatever it was made of.
 *
 * @returns the text that the command gives back, which it has written too.
 * @throws CommandError and whatever else the command throws, and TypeError for an option that it cannot have.
 */
export async function callCommand<O extends Options = Options>(
  command: string | BaseCommand<O>,
  args: readonly string[] = [],
  { stdout, stderr, ...given }: CallOptions<O> = {},
): Promise<string | undefined> {
  const finder = new CommandFinder(currentSettings)
  const loaded = typeof command === 'string' ? await finder.load(command) : command
  const name = typeof command === 'string' ? command : command.constructor.name
  const settings = loaded.requires === 'nothing' ? undefined : await currentSettings()
  loaded.attach({ program: 'manage.ts', name, stdout, stderr, settings, commands: finder })
  const values = checkValues(given, { ...commonOptions, ...loaded.options })
  const parsed = loaded.parse([flagOf('skipChecks'), ...args])
  const options = { ...parsed.options, ...values }
  if (options['help'] === true) return written(loaded, loaded.formatHelp())
  if (options['version'] === true) return written(loaded, version())
  return loaded.execute({ args: parsed.args, options })
}

function written(command: Pick<BaseCommand, 'stdout'>, text: string): string {
  command.stdout.write(text)
  return text
}

async function currentSettings(): Promise<Settings | undefined> {
  const { hasSettings, settings } = await import('../conf/index.ts')
  return hasSettings() ? settings : undefined
}
