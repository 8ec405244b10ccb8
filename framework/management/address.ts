import { isIPv6 } from 'node:net'
import { CommandLineError } from './errors.ts'

/** Where a server shall listen. */
export interface Address {
  readonly host: string
  readonly port: number
}

const FORM = /^(?:(?<host>\[[0-9A-Fa-f:.%\w]+\]|[A-Za-z0-9.-]+)?:)?(?<port>\d{1,5})$/

/**
 * Read `[[host:]port]`, as `8080`, `0.0.0.0:8080` or `[::1]:8080`; what is left out comes from `preset`.
 *
 * @throws CommandLineError where it is none.
 */
export function parseAddress(text: string | undefined, preset: Address): Address {
  if (text === undefined) return preset
  const groups = FORM.exec(text)?.groups
  if (groups === undefined) throw wrong(text)
  const port = Number(groups['port'])
  const host = groups['host'] ?? preset.host
  const bare = host.startsWith('[') ? host.slice(1, -1) : host
  if (port > 65_535 || (host.startsWith('[') && !isIPv6(bare))) throw wrong(text)
  return { host: bare === '0' ? '0.0.0.0' : bare, port }
}

/** `http://127.0.0.1:8000/` for a host and port. */
export function urlOf(host: string, port: number, scheme: 'http' | 'https' = 'http'): string {
  return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}/`
}

function wrong(text: string): CommandLineError {
  return new CommandLineError(
    `'${text}' is no address to listen on. Give a port, or host:port, such as 8080, 0.0.0.0:8080 or [::1]:8080.`,
    { returnCode: 2 },
  )
}

/**
 * The error of a gateway's `listen` as one for whoever typed the command, with `advice`; other errors come back as
 * they are.
 */
export function listenError(error: unknown, advice = ''): unknown {
  if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code === undefined) return error
  return new CommandLineError(`${error.message}.${advice === '' ? '' : ` ${advice}`}`, { cause: error })
}
