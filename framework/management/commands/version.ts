import { version } from '../../utils/index.ts'
import { BaseCommand } from '../base.ts'

/** Prints the version of the framework. */
export default class VersionCommand extends BaseCommand {
  override readonly help = 'Print the version of Nuages.'
  override readonly requires = 'nothing'
  override readonly requiresSystemChecks = false

  override handle(): void {
    this.stdout.write(version())
  }
}
