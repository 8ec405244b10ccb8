import { version } from '../../utils/index.ts'
import { BaseCommand, type CommandIndex, type CommandValues } from '../base.ts'
import { CommandError } from '../errors.ts'
import type { Options, Positional } from '../options.ts'
import { table } from '../usage.ts'

const options = {
  commands: { type: 'boolean', help: 'Print the names of all commands, one a line.' },
} as const satisfies Options

/** Lists the commands, or tells all about one. */
export default class HelpCommand extends BaseCommand<typeof options> {
  override readonly help = 'List the commands, or tell all about one.'
  override readonly options = options
  override readonly positionals: readonly Positional[] = [
    { name: 'command', help: 'The command to tell about.', optional: true, completes: 'commands' },
  ]
  override readonly requires = 'nothing'
  override readonly requiresSystemChecks = false

  override async handle([name]: readonly string[], values: CommandValues<typeof options>): Promise<void> {
    const { commands } = this.context
    if (commands === undefined) throw new CommandError('help has no commands to tell about.')
    if (values.commands) return this.#listNames(commands)
    if (name === undefined) return this.#list(commands)
    const command = await commands.load(name)
    command.attach({ ...this.context, name })
    this.stdout.write(command.formatHelp())
  }

  async #list(commands: CommandIndex): Promise<void> {
    const { program } = this.context
    const { groups, error } = await commands.groups()
    this.stdout.write(`Nuages ${version()}. Help on one command: ${program} help <command>`)
    for (const [app, names] of groups) {
      const rows = await Promise.all(names.map(async (name) => [name, await summaryOf(name, commands)] as const))
      this.stdout.write(`\n${table(app, rows).replace(app, () => this.style.label(app))}`)
    }
    if (error !== undefined) this.#admit(error)
  }

  async #listNames(commands: CommandIndex): Promise<void> {
    const { groups, error } = await commands.groups()
    this.stdout.write([...groups.values()].flat().toSorted().join('\n'))
    if (error !== undefined) this.#admit(error)
  }

  /** The list is of use even then; but it is not whole, and that must be said. */
  #admit(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.stderr.write(`\n${this.style.warning(`The commands of the installed apps are not listed. ${message}`)}`)
  }
}

async function summaryOf(name: string, commands: CommandIndex): Promise<string> {
  try {
    const { help } = await commands.load(name)
    return /^.*?[.!?](?=\s|$)/s.exec(help)?.[0] ?? help
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return `(cannot be loaded: ${reason})`
  }
}
