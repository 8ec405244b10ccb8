import fastify from 'fastify'

const app = fastify()
app.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send('Hello, world!'))
await app.listen({ path: process.argv[2] })
