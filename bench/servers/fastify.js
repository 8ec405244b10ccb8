import path from 'node:path'
import fastify from 'fastify'
import nunjucks from 'nunjucks'
import { rows } from '../site/rows.ts'

const templates = path.join(import.meta.dirname, '..', 'site', 'templates')
const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(templates, { noCache: false }), {
  autoescape: true,
  trimBlocks: true,
  lstripBlocks: true,
})

const app = fastify()
app.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send('Hello, world!'))
app.post('/echo', (request, reply) => reply.send(request.body))
app.get('/page', (_request, reply) =>
  reply.type('text/html; charset=utf-8').send(environment.render('page.html', { title: 'People', rows })),
)
const address = process.argv[2]
await app.listen(/^\d+$/.test(address) ? { port: Number(address), host: '127.0.0.1' } : { path: address })
