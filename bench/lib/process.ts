import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** Start a server of bench/servers/ on a unix socket, and wait until the socket is there. */
export async function startServer(file: string, socket: string, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'nuages/register', file, socket, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  for (let tries = 0; !fs.existsSync(socket); tries++) {
    if (tries > 500 || child.exitCode !== null) throw new Error(`${file} did not start.`)
    await setTimeout(20)
  }
  return child
}
