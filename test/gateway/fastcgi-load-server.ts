/** A FastCGI server in a process of its own, whose memory the load tests ask for. */
import { type Application, createFastCGIServer } from 'nuages/gateway'

const TEXT = [['Content-Type', 'text/plain']] as const
const CHUNK = Buffer.alloc(65_536, 'x')

let peak = 0

const application: Application = async (environ, startResponse) => {
  const [, name, size = '0'] = environ.PATH_INFO.split('/')
  if (name === 'upload') {
    let read = 0
    for await (const chunk of environ['wsgi.input']) {
      read += chunk.length
      peak = Math.max(peak, process.memoryUsage.rss())
    }
    startResponse('200 OK', TEXT)
    return [Buffer.from(String(read))]
  }
  startResponse('200 OK', TEXT)
  return name === 'download' ? chunks(Number(size)) : [Buffer.from('Hello\n')]
}

function* chunks(size: number): Generator<Uint8Array> {
  for (let left = size; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, Math.min(left, CHUNK.length))
}

/** What the tests ask for, in bytes, after all that can be freed is freed. */
export interface Memory {
  /** Resident memory. */
  readonly now: number
  /** The most of it since the last question, as far as uploads have seen. */
  readonly peak: number
  /** What JavaScript holds: the resident memory has room for garbage too, which grows with the speed of requests. */
  readonly held: number
}

function memory(): Memory {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { rss: now, heapUsed, external } = process.memoryUsage()
  const told = { now, peak: Math.max(peak, now), held: heapUsed + external }
  peak = 0
  return told
}

const server = createFastCGIServer(application)
process.on('message', () => process.send?.(memory()))
process.on('disconnect', () => process.exit())
await server.listen({ socket: process.argv[2] as string })
process.send?.('listening')
