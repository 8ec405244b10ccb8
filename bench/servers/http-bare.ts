import { createServer, type Application } from '../../framework/gateway/index.ts'

const hello = Buffer.from('Hello, world!')
const application: Application = (_environ, startResponse) => {
  startResponse('200 OK', [['Content-Type', 'text/plain; charset=utf-8']])
  return [hello]
}
await createServer(application).listen({ port: Number(process.argv[2]), host: '127.0.0.1' })
