import fs from 'node:fs'
import type { ListenTarget } from '../../gateway/index.ts'
import { listenError } from '../address.ts'
import { applicationOf } from '../application.ts'
import { BaseCommand, type CommandValues } from '../base.ts'
import { CommandError, CommandLineError } from '../errors.ts'
import type { Options } from '../options.ts'
import { writePidfile } from '../pidfile.ts'
import { serveUntilStopped } from '../serve.ts'

const options = {
  socket: { type: 'string', metavar: 'PATH', help: 'Listen on a unix socket.' },
  mode: { type: 'string', metavar: 'OCTAL', help: 'The permission bits of the socket, such as 660.' },
  host: { type: 'string', default: '127.0.0.1', help: 'Listen on this address, together with --port.' },
  port: { type: 'number', help: 'Listen on this TCP port.' },
  pidfile: { type: 'string', metavar: 'PATH', help: 'Keep the id of the process in this file while it listens.' },
  gracefulTimeout: {
    type: 'number',
    default: 10,
    metavar: 'SECONDS',
    help: 'How long requests may go on after SIGTERM.',
  },
} as const satisfies Options

type RunfcgiValues = CommandValues<typeof options>

/** Serves the project by FastCGI, behind nginx, Apache, lighttpd or Caddy. */
export default class RunfcgiCommand extends BaseCommand<typeof options> {
  override readonly help =
    'Serve the project by FastCGI, behind a web server. Without --socket and --port it listens on the socket that systemd, or whoever started it, has handed over.'
  override readonly options = options
  override readonly requires = 'settings'
  override readonly requiresSystemChecks = false

  override async handle(_args: readonly string[], values: RunfcgiValues): Promise<void> {
    const { createFastCGIServer, formatAddress, inheritedDescriptor } = await import('../../gateway/index.ts')
    const target = targetOf(values, inheritedDescriptor)
    const server = createFastCGIServer(await applicationOf(this.context, this.settings))
    const address = await server.listen(target).catch((error: unknown) => {
      throw listenError(error)
    })
    const removePidfile = values.pidfile === undefined ? undefined : this.#writePidfile(values.pidfile)
    try {
      if (values.verbosity > 0) this.stderr.write(`Serving FastCGI on ${formatAddress(address)}.`)
      await this.#serve(server, values)
    } finally {
      removePidfile?.()
    }
  }

  async #serve(server: Parameters<typeof serveUntilStopped>[0], values: RunfcgiValues): Promise<void> {
    const say = (text: string) => {
      if (values.verbosity > 0) this.stderr.write(text)
    }
    const outcome = await serveUntilStopped(server, {
      gracefulTimeout: values.gracefulTimeout * 1000,
      onStop: () => say('Stopping: no new requests, those that run are finished.'),
    })
    say(outcome === 'drained' ? 'Stopped.' : 'Stopped at once, as asked for a second time.')
  }

  #writePidfile(file: string): () => void {
    try {
      return writePidfile(file)
    } catch (error) {
      throw new CommandError(`--pidfile cannot be written: ${(error as Error).message}`, { cause: error })
    }
  }
}

function targetOf(values: RunfcgiValues, inherited: () => number | undefined): ListenTarget {
  const { socket, port, host, mode } = values
  if (socket !== undefined && port !== undefined)
    throw new CommandLineError('--socket and --port cannot be used together: choose one place to listen.', {
      returnCode: 2,
    })
  if (mode !== undefined && socket === undefined)
    throw new CommandLineError('--mode is about a unix socket: give --socket with it.', { returnCode: 2 })
  if (socket !== undefined) return { socket, mode: mode === undefined ? undefined : modeOf(mode) }
  if (port !== undefined) return { host, port: checkedPort(port) }
  const fd = inherited() ?? (isSocket(0) ? 0 : undefined)
  if (fd !== undefined) return { fd }
  throw new CommandLineError(
    'There is nothing to listen on: give --socket PATH or --port N, or start this by systemd with a .socket unit.',
    { returnCode: 2 },
  )
}

function checkedPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new CommandLineError(`--port is a whole number up to 65535, and was given ${port}.`, { returnCode: 2 })
}

function modeOf(text: string): number {
  if (/^(?:0o?)?[0-7]{3}$/.test(text)) return Number.parseInt(text.slice(-3), 8)
  throw new CommandLineError(`--mode is three octal digits, such as 660, and was given '${text}'.`, { returnCode: 2 })
}

function isSocket(fd: number): boolean {
  try {
    return fs.fstatSync(fd).isSocket()
  } catch {
    return false
  }
}
