import fs from 'node:fs/promises'
import net from 'node:net'

/**
 * Where a gateway listens: TCP (`host` is `127.0.0.1` where it is left out, port 0 takes any free one), a unix socket
 * with the permission bits `mode`, or a descriptor that is already listening and was inherited.
 */
export type ListenTarget =
  | { readonly host?: string | undefined; readonly port: number }
  | { readonly socket: string; readonly mode?: number | undefined }
  | { readonly fd: number }

/** Where a gateway is listening. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'fd'; readonly fd: number }

/** How long `close()` lets requests finish. */
export interface CloseOptions {
  /** Milliseconds after which the connections that are still busy are cut; 10,000 by default. */
  readonly timeout?: number | undefined
}

/** What the servers of all protocols have in common. */
export interface GatewayServer {
  /** Begin to accept connections. Rejects with an error that names the address; its `code` stays the system's. */
  listen(target: ListenTarget): Promise<ListenAddress>
  /** Stop accepting, let requests finish, then cut what is left; resolves when all connections are gone. */
  close(options?: CloseOptions): Promise<void>
  /** Where the server listens; `undefined` before `listen` and after `close`. */
  readonly address: ListenAddress | undefined
}

/** How long requests may go on after `close()`, in milliseconds, where the caller does not say. */
export const DEFAULT_CLOSE_TIMEOUT = 10_000

/** The first descriptor that systemd hands over (sd_listen_fds, SD_LISTEN_FDS_START). */
const FIRST_INHERITED = 3

/** Connections that may wait to be accepted, where the system allows as many: a burst must not be turned away. */
const BACKLOG = 4_096

/** How long a socket file's owner may take to answer before it counts as alive, in milliseconds. */
const PROBE_TIMEOUT = 2_000

/**
 * Make any server of node:net or node:http listen, in the same way for every protocol.
 *
 * A socket file that nobody answers on is removed first; one that somebody answers on is an error with the code
 * `EADDRINUSE`, as a port in use is. The socket file goes when the server closes.
 */
export async function listen(server: net.Server, target: ListenTarget): Promise<ListenAddress> {
  try {
    if ('socket' in target) return await listenOnSocket(server, target.socket, target.mode)
    if ('fd' in target) {
      await bind(server, { fd: target.fd })
      return { kind: 'fd', fd: target.fd }
    }
    await bind(server, { host: target.host ?? '127.0.0.1', port: target.port })
    const { address, port } = server.address() as net.AddressInfo
    return { kind: 'tcp', host: address, port }
  } catch (error) {
    throw listenError(error, target)
  }
}

/** An address as people write it: `127.0.0.1:8000`, `[::1]:8000`, `unix:/run/site.sock` or `fd 3`. */
export function formatAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  if (address.kind === 'fd') return `fd ${address.fd}`
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/**
 * The listening descriptor that systemd has given this process by socket activation, or `undefined` without one:
 * 3 where `LISTEN_PID` is this process and `LISTEN_FDS` is at least 1.
 */
export function inheritedDescriptor(
  environ: Readonly<Record<string, string | undefined>> = process.env,
): number | undefined {
  const count = Number(environ['LISTEN_FDS'])
  return environ['LISTEN_PID'] === String(process.pid) && count >= 1 ? FIRST_INHERITED : undefined
}

async function listenOnSocket(server: net.Server, path: string, mode: number | undefined): Promise<ListenAddress> {
  try {
    await bind(server, { path })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || !(await isStaleSocket(path))) throw error
    await fs.rm(path, { force: true })
    await bind(server, { path })
  }
  if (mode !== undefined) await fs.chmod(path, mode)
  return { kind: 'unix', path }
}

function bind(server: net.Server, options: net.ListenOptions | { fd: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      server.off('error', settle)
      server.off('listening', settle)
      if (error instanceof Error) reject(error)
      else resolve()
    }
    server.once('error', settle)
    server.once('listening', settle)
    server.listen({ ...options, backlog: BACKLOG } as net.ListenOptions)
  })
}

/** True for a socket file whose owner is gone: the connection is refused at once. */
async function isStaleSocket(path: string): Promise<boolean> {
  const stat = await fs.lstat(path).catch(() => undefined)
  if (stat === undefined) return true
  if (!stat.isSocket()) return false
  return new Promise((resolve) => {
    const probe = net.connect(path)
    const settle = (stale: boolean) => {
      probe.destroy()
      resolve(stale)
    }
    probe.setTimeout(PROBE_TIMEOUT, () => settle(false))
    probe.once('connect', () => settle(false))
    probe.once('error', (error: NodeJS.ErrnoException) => settle(error.code === 'ECONNREFUSED'))
  })
}

function listenError(error: unknown, target: ListenTarget): Error {
  const { code, message } = error as NodeJS.ErrnoException
  const reason = code === undefined ? message : (reasons(target)[code] ?? message)
  const described = new Error(`Cannot listen on ${formatTarget(target)}: ${reason}`, { cause: error })
  return Object.assign(described, { code })
}

function formatTarget(target: ListenTarget): string {
  if ('socket' in target) return formatAddress({ kind: 'unix', path: target.socket })
  if ('fd' in target) return formatAddress({ kind: 'fd', fd: target.fd })
  return formatAddress({ kind: 'tcp', host: target.host ?? '127.0.0.1', port: target.port })
}

/** What the system's codes mean for somebody who starts a server, and what to do. */
function reasons(target: ListenTarget): Readonly<Record<string, string>> {
  if ('fd' in target) {
    const advice = 'start the process with one, as systemd does with a .socket unit, or name a port or a socket'
    return { EBADF: `there is no such descriptor; ${advice}`, EINVAL: `it is no listening socket; ${advice}` }
  }
  if ('socket' in target) {
    return {
      EADDRINUSE: 'another process answers there, or the file is no socket. Stop that process, or choose another path',
      EACCES: 'the directory does not exist, or this user may not write in it. Create it, or choose another path',
      EINVAL: 'the path is too long for a unix socket (about 100 bytes). Choose a shorter one',
    }
  }
  return {
    EADDRINUSE: 'another process listens there. Stop it, or choose another port',
    EACCES: 'this user may not use that port. Choose one above 1023',
    EADDRNOTAVAIL: 'this machine does not have that address. Choose one of its own, 127.0.0.1 or 0.0.0.0',
    ENOTFOUND: 'the host name is not known. Give an address, such as 127.0.0.1',
  }
}
