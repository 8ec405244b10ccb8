import { BaseCommand } from '../base.ts'
import { applicationOf } from '../application.ts'

/** Answers the one request that a web server hands to a CGI program in its environment (RFC 3875). */
export default class RuncgiCommand extends BaseCommand {
  override readonly help =
    'Answer the one request in the environment and on standard input, as a CGI program does (RFC 3875). A web server runs this.'
  override readonly requires = 'settings'
  override readonly requiresSystemChecks = false

  override async handle(): Promise<void> {
    const { runCGI } = await import('../../gateway/index.ts')
    await runCGI(await applicationOf(this.context, this.settings))
  }
}
