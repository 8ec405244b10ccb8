/**
 * P2, P3, P4 and P5: a site with the default stack on FastCGI behind nginx, against fastify (with nunjucks) through
 * proxy_pass, PHP-FPM, and Django with its default middleware under uWSGI.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { compare, figureOf, printFigures, printGoal } from './lib/compare.ts'
import { load } from './lib/load.ts'
import { startNginx } from './lib/nginx.ts'
import { PHP_SCRIPT, startDjango, startPhp, startServer } from './lib/process.ts'

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-bench-'))
const socket = (name: string) => path.join(directory, `${name}.sock`)

const servers = {
  fastify: await startServer('fastify.js', socket('fastify')),
  nuages: await startServer('site.ts', socket('nuages'), 'fastcgi'),
  php: await startPhp(directory, socket('php')),
  django: await startDjango(socket('django')),
}
const nginx = await startNginx(directory, [
  { name: 'fastify', protocol: 'http', socket: socket('fastify') },
  { name: 'nuages', protocol: 'fastcgi', socket: socket('nuages') },
  { name: 'php', protocol: 'fastcgi', socket: socket('php'), script: PHP_SCRIPT },
  { name: 'django', protocol: 'uwsgi', socket: socket('django') },
])

/** About 1 KB. */
const body = JSON.stringify({
  id: 20261124,
  name: 'Zoë Müller',
  tags: ['a', 'few', 'words'],
  lines: Array.from({ length: 17 }, (_value, index) => ({
    sku: `A-${index}`,
    count: index,
    text: 'Something to buy, perhaps',
  })),
})

function measure(route: string, sent = '') {
  return compare(
    Object.entries(servers).map(([name, { pid }]) => ({
      name,
      measure: () => load({ url: `http://127.0.0.1:${nginx.ports.get(name)}${route}`, pid: pid as number, body: sent }),
    })),
  )
}

try {
  const hello = await measure('/')
  printFigures('Behind nginx, hello', hello)
  const echo = await measure('/echo', body)
  printFigures(`Behind nginx, an echo of ${body.length} bytes of JSON`, echo)
  const page = await measure('/page')
  printFigures('Behind nginx, a table of 50 rows in a layout', page)

  const ratio = (figures: typeof hello, figure: string, rival: string) =>
    figureOf(figures, 'nuages', figure) / figureOf(figures, rival, figure)
  printGoal('P2 CPU against fastify', ratio(hello, 'CPU µs/req', 'fastify'), '≤', 0.9)
  printGoal('P2 requests a second against fastify', ratio(hello, 'req/s', 'fastify'), '≥', 1.1)
  printGoal('P3 requests a second against Django', ratio(hello, 'req/s', 'django'), '≥', 4)
  printGoal('P3 requests a second against PHP-FPM', ratio(hello, 'req/s', 'php'), '≥', 2)
  printGoal('P4 CPU against fastify', ratio(echo, 'CPU µs/req', 'fastify'), '≤', 0.8)
  printGoal('P5 requests a second against fastify and nunjucks', ratio(page, 'req/s', 'fastify'), '≥', 2.5)
  printGoal('P5 requests a second against PHP-FPM', ratio(page, 'req/s', 'php'), '≥', 1.3)
} finally {
  nginx.stop()
  for (const server of Object.values(servers)) server.kill()
}
