/** P7: the bundled HTTP server without a web server in front, bare and with the default stack, against fastify. */
import { compare, figureOf, printFigures, printGoal } from './lib/compare.ts'
import { load } from './lib/load.ts'
import { freePort } from './lib/nginx.ts'
import { startServer } from './lib/process.ts'

const FILES = { fastify: 'fastify.js', bare: 'http-bare.ts', stack: 'site.ts' }
const servers = await Promise.all(
  Object.entries(FILES).map(async ([name, file]) => {
    const port = await freePort()
    return { name, port, child: await startServer(file, String(port), 'http') }
  }),
)

try {
  const figures = await compare(
    servers.map(({ name, port, child }) => ({
      name,
      measure: () => load({ url: `http://127.0.0.1:${port}/`, pid: child.pid as number }),
    })),
  )
  printFigures('Direct, hello', figures)
  const cpu = (name: string) => figureOf(figures, name, 'CPU µs/req') / figureOf(figures, 'fastify', 'CPU µs/req')
  printGoal('P7 CPU of the bare application against fastify', cpu('bare'), '≤', 1.1)
  printGoal('P7 CPU of the default stack against fastify', cpu('stack'), '≤', 1.4)
} finally {
  for (const { child } of servers) child.kill()
}
