import path from 'node:path'
import { listenError, parseAddress, urlOf } from '../address.ts'
import { BaseCommand, type CommandValues } from '../base.ts'
import { CommandLineError } from '../errors.ts'
import type { Options } from '../options.ts'
import { logRequests } from '../request-log.ts'
import { serveUntilStopped } from '../serve.ts'
import { isDirectory } from '../../utils/index.ts'

const options = {
  bind: { type: 'string', short: 'b', default: '127.0.0.1', metavar: 'ADDRESS', help: 'Listen on this address.' },
} as const satisfies Options

/** How long requests may go on after Ctrl-C, in milliseconds. */
const GRACEFUL_TIMEOUT = 500

/** Serves the files and the CGI programs of a directory, as `python -m http.server --cgi` did. */
export default class CgiserverCommand extends BaseCommand<typeof options> {
  override readonly help =
    'Serve the files of a directory, and run the CGI programs in its cgi-bin and htbin. Not for production: put a web server in front.'
  override readonly options = options
  override readonly positionals = [
    { name: 'directory', help: 'What to serve. Default: the current directory.', optional: true },
    { name: 'port', help: 'Where to listen; also right after the command. Default: 8000.', optional: true },
  ]
  override readonly requires = 'nothing'
  override readonly requiresSystemChecks = false

  override async handle(args: readonly string[], { bind }: CommandValues<typeof options>): Promise<void> {
    const { directory, port } = divide(args)
    if (!isDirectory(directory))
      throw new CommandLineError(`There is no directory ${directory} to serve.`, { returnCode: 2 })
    const target = parseAddress(port, { host: bind, port: 8000 })
    const { makeDirectorySite } = await import('../directory-site.ts')
    const { createServer } = await import('../../gateway/index.ts')
    const application = await makeDirectorySite(directory)
    const server = createServer(logRequests(application, (line) => this.stderr.write(line), this.stderr.style))
    const address = await server.listen(target).catch((error: unknown) => {
      throw listenError(error, `For example: ${this.context.program} ${this.context.name} ${directory} 8080`)
    })
    if (address.kind === 'tcp')
      this.stdout.write(`Serving ${path.resolve(directory)} at ${this.style.heading(urlOf(target.host, address.port))}`)
    this.stdout.write(this.style.faint('Quit with Ctrl-C.'))
    await serveUntilStopped(server, { gracefulTimeout: GRACEFUL_TIMEOUT })
  }
}

/** A single word of digits is the port; a directory of such a name is written `./8080`. */
function divide([first, second]: readonly string[]): { directory: string; port: string | undefined } {
  if (first !== undefined && second === undefined && /^\d+$/.test(first)) return { directory: '.', port: first }
  return { directory: first ?? '.', port: second }
}
