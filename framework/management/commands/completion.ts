import { BaseCommand } from '../base.ts'
import { candidates } from '../completion/candidates.ts'
import { SCRIPTS, type Shell } from '../completion/scripts.ts'
import { CommandError } from '../errors.ts'
import type { Positional } from '../options.ts'

/** Prints what a shell needs to complete the command line, and answers it when it asks. */
export default class CompletionCommand extends BaseCommand {
  override readonly help = 'Print what your shell needs to complete commands and options by the Tab key.'
  override readonly positionals: readonly Positional[] = [
    { name: 'shell', help: 'Your shell: bash, zsh or fish.', choices: Object.keys(SCRIPTS) },
    {
      name: 'word',
      help: 'What has been typed so far, after --: print what its last word could become.',
      optional: true,
      multiple: true,
    },
  ]
  override readonly requires = 'nothing'
  override readonly requiresSystemChecks = false

  override async handle([shell, ...words]: readonly string[]): Promise<void> {
    if (words.length === 0) return this.stdout.write(SCRIPTS[shell as Shell])
    const { commands } = this.context
    if (commands === undefined) throw new CommandError('completion has no commands to choose from.')
    for (const { word, help } of await candidates(words, commands))
      this.stdout.write(shell === 'fish' && help !== '' ? `${word}\t${help}` : word)
  }
}
