import { createFastCGIServer, type Application } from '../../framework/gateway/index.ts'

const hello = Buffer.from('Hello, world!')
const application: Application = (_environ, startResponse) => {
  startResponse('200 OK', [['Content-Type', 'text/plain; charset=utf-8']])
  return [hello]
}
await createFastCGIServer(application).listen({ socket: process.argv[2] as string })
