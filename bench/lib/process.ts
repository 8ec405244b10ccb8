import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'

const SERVERS = path.join(import.meta.dirname, '..', 'servers')

/** Start a server of bench/servers/ on a unix socket or a port, and wait until it answers there. */
export function startServer(file: string, address: string, ...args: string[]): Promise<ChildProcess> {
  return start(process.execPath, ['--import', 'nuages/register', path.join(SERVERS, file), address, ...args], address)
}

/** PHP-FPM with one worker, its opcode cache on as Debian has it. */
export function startPhp(directory: string, socket: string): Promise<ChildProcess> {
  const file = path.join(directory, 'php-fpm.conf')
  const root = process.getuid?.() === 0
  fs.writeFileSync(
    file,
    `[global]
error_log = ${directory}/php-fpm.log
daemonize = no
[bench]
${root ? 'user = root\ngroup = root' : ''}
listen = ${socket}
pm = static
pm.max_children = 1
`,
  )
  const program = fs.readdirSync('/usr/sbin').find((name) => name.startsWith('php-fpm'))
  if (program === undefined) throw new Error('There is no php-fpm: install it (Debian: php-fpm).')
  return start(path.join('/usr/sbin', program), ['-y', file, ...(root ? ['-R'] : [])], socket)
}

/** Django under uWSGI with one process. */
export function startDjango(socket: string): Promise<ChildProcess> {
  const options = ['--plugin', 'python3', '--master', '--processes', '1', '--disable-logging', '--die-on-term']
  const site = path.join(SERVERS, 'django', 'site.py')
  return start('uwsgi', [...options, '--uwsgi-socket', socket, '--wsgi-file', site], socket)
}

/** The script that the parameters of PHP-FPM name. */
export const PHP_SCRIPT = path.join(SERVERS, 'php', 'index.php')

async function start(program: string, args: readonly string[], address: string): Promise<ChildProcess> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', program === process.execPath ? 'inherit' : 'ignore'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  for (let tries = 0; !(await answers(address)); tries++) {
    if (tries > 500 || child.exitCode !== null) throw new Error(`${program} ${args.join(' ')} did not start.`)
    await setTimeout(20)
  }
  return child
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = /^\d+$/.test(address) ? net.connect(Number(address), '127.0.0.1') : net.connect(address)
    const settle = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.on('connect', () => settle(true)).on('error', () => settle(false))
  })
}
