/** The site with the default stack, by FastCGI or HTTP, on a unix socket or a port. */
import { createFastCGIServer, createServer } from '../../framework/gateway/index.ts'
import { getWSGIApplication } from '../../framework/handlers/index.ts'
import settings from '../site/settings.ts'

const [address = '', protocol] = process.argv.slice(2)
const application = await getWSGIApplication(settings)
const server = protocol === 'http' ? createServer(application) : createFastCGIServer(application)
await server.listen(/^\d+$/.test(address) ? { port: Number(address), host: '127.0.0.1' } : { socket: address })
