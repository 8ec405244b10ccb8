import { CHECK_LEVELS, type CheckLevel, checkTags } from '../../checks/index.ts'
import { closest } from '../../utils/index.ts'
import { BaseCommand, type CommandValues } from '../base.ts'
import { loadChecks } from '../system-checks.ts'
import { CommandError } from '../errors.ts'
import { installedApp } from '../installed-app.ts'
import type { Options, Positional } from '../options.ts'

const options = {
  tag: { type: 'string', short: 't', multiple: true, help: 'Only the checks of this tag; may be given again.' },
  listTags: { type: 'boolean', help: 'Print the tags and stop.' },
  deploy: { type: 'boolean', help: 'Also check what matters in production.' },
  failLevel: {
    type: 'string',
    default: 'ERROR',
    choices: ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG'],
    help: 'End with exit code 1 from this level on.',
  },
} as const satisfies Options

/** Looks for what is wrong with the project, without serving it. */
export default class CheckCommand extends BaseCommand<typeof options> {
  override readonly help = 'Look through the whole project for mistakes.'
  override readonly options = options
  override readonly positionals: readonly Positional[] = [
    {
      name: 'app',
      help: 'Only what is found about this app, by its label.',
      optional: true,
      multiple: true,
      completes: 'apps',
    },
  ]
  override readonly requiresSystemChecks = false

  override async handle(labels: readonly string[], values: CommandValues<typeof options>): Promise<void> {
    const { tag, listTags, deploy, failLevel } = values
    await loadChecks()
    if (listTags) return this.stdout.write(checkTags({ deploy }).join('\n'))
    for (const label of labels) installedApp(label)
    for (const name of tag) this.#judgeTag(name)
    await this.check({ tags: tag, labels, deploy, deep: true, failLevel: levelOf(failLevel), showCount: true })
  }

  #judgeTag(name: string): void {
    const tags = checkTags({ deploy: true })
    if (tags.includes(name)) return
    const near = closest(name, tags)
    throw new CommandError(
      `There is no check with the tag '${name}'.${near === undefined ? ` The tags: ${tags.join(', ')}.` : ` Did you mean '${near}'?`}`,
    )
  }
}

function levelOf(name: string): CheckLevel {
  return Object.hasOwn(CHECK_LEVELS, name) ? (name as CheckLevel) : 'ERROR'
}
