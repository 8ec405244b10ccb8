/** P1 and P8: a bare application on FastCGI behind nginx, against fastify through proxy_pass. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { compare, figureOf, printFigures, printGoal, type Rival } from './lib/compare.ts'
import { load } from './lib/load.ts'
import { startNginx } from './lib/nginx.ts'
import { startServer } from './lib/process.ts'

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-bench-'))
const socket = (name: string) => path.join(directory, `${name}.sock`)

const fastify = await startServer('fastify.js', socket('fastify'))
const nuages = await startServer('fastcgi-bare.ts', socket('nuages'))
const nginx = await startNginx(directory, [
  { name: 'fastify', protocol: 'http', socket: socket('fastify') },
  { name: 'nuages', protocol: 'fastcgi', socket: socket('nuages') },
])
const url = (name: string) => `http://127.0.0.1:${nginx.ports.get(name)}/`
const rival = (name: string, pid: number, upstream: string, headers: 'mixed' | 'one'): Rival => ({
  name,
  measure: () => load({ url: url(upstream), pid, headers }),
})

try {
  const mixed = await compare([
    rival('fastify', fastify.pid as number, 'fastify', 'mixed'),
    rival('nuages', nuages.pid as number, 'nuages', 'mixed'),
  ])
  printFigures('Behind nginx, hello, four header sets in turn', mixed)
  const sets = await compare([
    rival('one header set', nuages.pid as number, 'nuages', 'one'),
    rival('four header sets', nuages.pid as number, 'nuages', 'mixed'),
  ])
  printFigures('Nuages FastCGI, header sets', sets)
  const ratio = (figure: string) => figureOf(mixed, 'nuages', figure) / figureOf(mixed, 'fastify', figure)
  printGoal('P1 CPU against fastify', ratio('CPU µs/req'), '≤', 0.5)
  printGoal('P1 requests a second against fastify', ratio('req/s'), '≥', 1.5)
  const headerRatio = figureOf(sets, 'four header sets', 'CPU µs/req') / figureOf(sets, 'one header set', 'CPU µs/req')
  printGoal('P8 CPU, mixed against one header set', headerRatio, '≤', 1.2)
} finally {
  nginx.stop()
  fastify.kill()
  nuages.kill()
}
