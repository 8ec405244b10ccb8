import path from 'node:path'
import { inspect } from 'node:util'
import type { Settings } from '../../conf/index.ts'
import type { Application } from '../../gateway/index.ts'
import { enableTracing, version } from '../../utils/index.ts'
import { type Address, listenError, parseAddress, urlOf } from '../address.ts'
import { applicationOf } from '../application.ts'
import { keptPort, tellParent } from '../autoreload.ts'
import { BaseCommand, type CommandValues } from '../base.ts'
import type { AssetDirectories } from '../dev-server/assets.ts'
import { LiveReload } from '../dev-server/live-reload.ts'
import type { TLSFiles } from '../dev-server/tls-files.ts'
import { Traffic } from '../dev-server/traffic.ts'
import { CommandError, CommandLineError } from '../errors.ts'
import type { Options, ParsedArguments } from '../options.ts'
import { logRequests } from '../request-log.ts'
import { serveUntilStopped } from '../serve.ts'

/** The options of `runserver`, for commands that extend it. */
export const runserverOptions = {
  ipv6: { type: 'boolean', short: '6', help: 'Listen on ::1 where no host is given.' },
  noreload: { type: 'boolean', help: 'Do not start anew when a file changes.' },
  noLivereload: { type: 'boolean', help: 'Leave the pages in browsers as they are when a file changes.' },
  https: { type: 'boolean', help: 'Speak HTTPS, by a certificate made for this project.' },
  cert: { type: 'string', metavar: 'FILE', help: 'The certificate to speak HTTPS with, in PEM.' },
  key: { type: 'string', metavar: 'FILE', help: 'The key of that certificate, in PEM.' },
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
  override readonly suppressedBaseArguments = ['verbosity'] as const
  override readonly requiresSystemChecks = false
  /** What was said last of the templates. */
  #said = ''

  /** Nothing has been loaded yet: should that fail, the reloading parent can say so where the server would listen. */
  override prepare({ args: [address], options }: ParsedArguments): void {
    const { host, port } = addressOf(address, options['ipv6'] === true)
    const isPlain = options['https'] !== true && options['cert'] === undefined
    if (isPlain && port !== 0) tellParent({ listening: { host, port, liveReload: options['noLivereload'] !== true } })
  }

  override async handle([address]: readonly string[], options: RunserverValues): Promise<void> {
    const { settings } = this
    const asked = addressOf(address, options.ipv6)
    const target = asked.port === 0 ? { ...asked, port: keptPort() ?? 0 } : asked
    if (!settings.debug && settings.allowedHosts.length === 0)
      throw new CommandError(
        'No request would be answered: allowedHosts is empty, and debug is off. Set debug: true to develop, or name the hosts.',
      )
    const tls = await this.#tlsFiles(target.host, options)
    if (settings.debug) enableTracing()
    const application = await this.getApplication(settings)
    if (!options.skipChecks) await this.check({ showCount: true })
    const follows = settings.debug && !options.noLivereload
    await this.#serve(application, target, { tls, follows, checks: !options.skipChecks })
  }

  /** The application to serve: the one that manage.ts names, else one made from the settings. */
  protected getApplication(settings: Settings): Promise<Application> {
    return applicationOf(this.context, settings)
  }

  /** Where the files are that a change of needs no new start, by what `getApplication` has set up. */
  protected async getAssetDirectories({ templates }: Settings): Promise<AssetDirectories> {
    const { appDirectories } = await import('../../apps/index.ts')
    return { templates: [...templates.dirs, ...(templates.appDirs ? appDirectories('templates') : [])], static: [] }
  }

  async #serve(application: Application, target: Address, { tls, follows, checks }: Manner): Promise<void> {
    const { settings } = this
    const traffic = new Traffic()
    const { createServer } = await import('../../gateway/index.ts')
    const write = (line: string): void => this.stderr.write(line)
    const mount = settings.forceScriptName?.replace(/\/$/, '')
    const liveReload = new LiveReload({
      mount,
      warn: this.#warn,
    })
    const logged = logRequests(follows ? liveReload.inject(application) : application, write, this.stderr.style, {
      serverTiming: settings.debug,
      traffic,
    })
    const server = createServer(follows ? liveReload.serve(logged) : logged, {
      tls: tls === undefined ? undefined : (await import('../dev-server/tls-files.ts')).readTLSFiles(tls, this.#warn),
    })
    await server.listen(target).catch((error: unknown) => {
      throw listenError(error, `For example: ${this.context.program} ${this.context.name} ${otherPort(target.port)}`)
    })
    if (server.address?.kind === 'tcp') {
      const { port } = server.address
      tellParent({ listening: { host: target.host, port, tls, liveReload: follows, mount } })
      this.#greet(urlOf(target.host, port, tls === undefined ? 'http' : 'https'))
    }
    if (checks) void this.#checkTemplates()
    const watchers = settings.debug ? [await this.#watchLoop(traffic)] : []
    if (follows) watchers.push(await this.#watchAssets(liveReload, checks))
    const stop = (): void => {
      liveReload.close()
      for (const watcher of watchers) watcher.close()
    }
    await serveUntilStopped(server, { gracefulTimeout: GRACEFUL_TIMEOUT, onStop: stop })
  }

  /** Looks at the templates while the server answers already: what is wrong is said where it has not been, and stops nothing. */
  async #checkTemplates(): Promise<void> {
    try {
      const { messages, report } = await this.findIssues({ tags: ['templates'] })
      const text = messages.length > 0 || this.#said !== '' ? report : ''
      if (text !== this.#said) this.stderr.write(text)
      this.#said = messages.length > 0 ? report : ''
    } catch (error) {
      this.stderr.write(`The templates could not be checked: ${inspect(error)}`)
    }
  }

  async #watchLoop(traffic: Traffic): Promise<Watcher> {
    const { LoopWatch } = await import('../dev-server/loop-watch.ts')
    return new LoopWatch(this.#project, traffic, this.#warn)
  }

  async #watchAssets(liveReload: LiveReload, checks: boolean): Promise<Watcher> {
    const directories = await this.getAssetDirectories(this.settings)
    tellParent({ assets: [...directories.templates, ...directories.static] })
    const { watchAssets } = await import('../dev-server/assets.ts')
    return watchAssets(directories, liveReload, {
      say: this.#notice,
      onTemplate: checks ? () => void this.#checkTemplates() : undefined,
    })
  }

  async #tlsFiles(host: string, { https, cert, key }: RunserverValues): Promise<TLSFiles | undefined> {
    if (cert !== undefined && key !== undefined) return { cert: path.resolve(cert), key: path.resolve(key) }
    if (cert !== undefined || key !== undefined)
      throw new CommandLineError(
        'A certificate needs its key, and a key its certificate. Give both: --cert FILE --key FILE.',
        {
          returnCode: 2,
        },
      )
    if (!https) return undefined
    const { ownTLSFiles } = await import('../dev-server/tls-files.ts')
    return ownTLSFiles(this.#project, host, this.#notice)
  }

  readonly #warn = (message: string): void => this.stderr.write(this.stderr.style.warning(message))

  readonly #notice = (message: string): void => this.stderr.write(this.stderr.style.notice(message))

  /** The directory of manage.ts, or the one in which `nuages` was typed. */
  get #project(): string {
    const script = process.argv[1]
    return this.context.program === 'nuages' || script === undefined
      ? process.cwd()
      : path.dirname(path.resolve(script))
  }

  #greet(url: string): void {
    this.stdout.write(`\nNuages ${version()} on Node ${process.versions.node}`)
    this.stdout.write(`Development server at ${this.style.heading(url)}`)
    this.stdout.write(this.style.faint('Quit with Ctrl-C.'))
  }
}

export default RunserverCommand

type RunserverValues = CommandValues<typeof runserverOptions>

interface Watcher {
  close(): void
}

/** How the server speaks, whether pages follow it, and whether what it serves is checked. */
interface Manner {
  readonly tls: TLSFiles | undefined
  readonly follows: boolean
  readonly checks: boolean
}

function addressOf(address: string | undefined, ipv6: boolean): Address {
  return parseAddress(address, { host: ipv6 ? '::1' : '127.0.0.1', port: 8000 })
}

function otherPort(port: number): number {
  if (port < 1024) return 8000
  return port < 65_535 ? port + 1 : port - 1
}
