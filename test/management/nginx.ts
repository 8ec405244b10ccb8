/** A real nginx, with a configuration of the test's own. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { Running } from './support.ts'

const program = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx'

/** Why tests with nginx are skipped: it is not installed, and this is not the place that must have it. */
export const withoutNginx: string | false =
  process.env['CI'] || spawnSync(program, ['-v']).status === 0 ? false : 'nginx is not installed'

/** Start nginx, which stays in the foreground, and wait until it listens on the port. */
export async function startNginx(
  t: TestContext,
  words: readonly string[],
  { cwd, port }: { readonly cwd: string; readonly port: number },
): Promise<Running> {
  // As root it would give its worker to another user, who cannot read the directories of a test.
  const user = process.getuid?.() === 0 ? 'user root; ' : ''
  const child = spawn(program, [...words, '-g', `${user}master_process off;`], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const nginx = new Running(t, child)
  await Promise.race([
    connectable(port),
    nginx.exit.then(() => Promise.reject(new Error(`nginx has ended:\n${nginx.output}`))),
  ])
  return nginx
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Resolves when somebody listens on the port. */
async function connectable(port: number): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(socket.end() !== undefined))
      socket.once('error', () => resolve(false))
    })
    if (connected) return
    await delay(10)
  }
  throw new Error(`Nobody listens on port ${port}.`)
}
