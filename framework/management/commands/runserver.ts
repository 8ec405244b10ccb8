import type { Settings } from '../../conf/index.ts'
import type { Application } from '../../gateway/index.ts'
import { type Address, listenError, parseAddress, urlOf } from '../address.ts'
import { applicationOf } from '../application.ts'
import { keepPort, keptPort } from '../autoreload.ts'
import { version } from '../../utils/index.ts'
import { BaseCommand, type CommandValues } from '../base.ts'
import { CommandError } from '../errors.ts'
import type { Options } from '../options.ts'
import { logRequests } from '../request-log.ts'
import { serveUntilStopped } from '../serve.ts'

/** The options of `runserver`, for commands that extend it. */
export const runserverOptions = {
  ipv6: { type: 'boolean', short: '6', help: 'Listen on ::1 where no host is given.' },
  noreload: { type: 'boolean', help: 'Do not start anew when a file changes.' },
} as const satisfies Options

/** How long requests may go on after Ctrl-C or a change of a file, in milliseconds: nobody waits long for a restart. */
const GRACEFUL_TIMEOUT = 500

/**
 * Serves the project by HTTP while it is being written. With autoreload, which is on by default, this class runs in
 * the child process; see `autoreload.ts`.
 */
export class RunserverCommand extends BaseCommand<typeof runserverOptions> {
  override readonly help: string =
    'Serve the project on this machine while you work on it, and start anew when a file changes. Not for production: see runfcgi.'
  override readonly options = runserverOptions
  override readonly positionals = [
    { name: '[host:]port', help: 'Where to listen. Default: 127.0.0.1:8000.', optional: true },
  ]
  override readonly requires = 'settings'
  override readonly requiresSystemChecks = false

  override async handle(
    [address]: readonly string[],
    { ipv6, skipChecks }: CommandValues<typeof runserverOptions>,
  ): Promise<void> {
    const asked = parseAddress(address, { host: ipv6 ? '::1' : '127.0.0.1', port: 8000 })
    const target = asked.port === 0 ? { ...asked, port: keptPort() ?? 0 } : asked
    const { settings } = this
    if (!settings.debug && settings.allowedHosts.length === 0)
      throw new CommandError(
        'No request would be answered: allowedHosts is empty, and debug is off. Set debug: true to develop, or name the hosts.',
      )
    const application = await this.getApplication(settings)
    if (!skipChecks) await this.check({ showCount: true })
    await this.#serve(application, target)
  }

  /** The application to serve: the one that manage.ts names, else one made from the settings. */
  protected getApplication(settings: Settings): Promise<Application> {
    return applicationOf(this.context, settings)
  }

  async #serve(application: Application, target: Address): Promise<void> {
    const { createServer } = await import('../../gateway/index.ts')
    const server = createServer(logRequests(application, (line) => this.stderr.write(line), this.stderr.style))
    await server.listen(target).catch((error: unknown) => {
      throw listenError(error, `For example: ${this.context.program} ${this.context.name} ${otherPort(target.port)}`)
    })
    if (server.address?.kind === 'tcp') {
      keepPort(server.address.port)
      this.#greet(urlOf(target.host, server.address.port))
    }
    await serveUntilStopped(server, { gracefulTimeout: GRACEFUL_TIMEOUT })
  }

  #greet(url: string): void {
    this.stdout.write(`\nNuages ${version()} on Node ${process.versions.node}`)
    this.stdout.write(`Development server at ${this.style.heading(url)}`)
    this.stdout.write(this.style.faint('Quit with Ctrl-C.'))
  }
}

export default RunserverCommand

function otherPort(port: number): number {
  if (port < 1024) return 8000
  return port < 65_535 ? port + 1 : port - 1
}
