import { createServer } from '../http.ts'
import type { LaneBounds, LaneRequest, Parcel, Passage } from './lane.ts'
import type { Application } from '../types.ts'
import { BROKEN_OFF, converse } from './converse.ts'
import { parseAnswer, Watcher } from './watch.ts'

/**
 * Send a request to a real HTTP server, as a proxy does: the mount is cut off the path, for HTTP has no word for it, and
 * HTTPS is told of in X-Forwarded-Proto.
 */
export async function passByHTTP(application: Application, request: LaneRequest, bounds: LaneBounds): Promise<Passage> {
  const watcher = new Watcher()
  const server = createServer(watcher.watch(application), { errors: watcher })
  const head = Buffer.from(headOf(request), 'latin1')
  const { bytes, cut, startup, duration } = await converse(server, Buffer.concat([head, request.body]), bounds)
  const answer = answerOf(bytes)
  return {
    sent: [
      { title: 'request', note: `${head.length} bytes`, bytes: head },
      ...(request.body.length === 0
        ? []
        : [{ title: 'body', note: `${request.body.length} bytes`, bytes: request.body }]),
    ],
    received: parcelsOf(bytes),
    environ: watcher.environ,
    given: watcher.given,
    answer,
    errors: watcher.errors,
    cut: cut ?? (isWhole(answer, request.method, bytes) ? undefined : BROKEN_OFF),
    startup,
    duration,
  }
}

function headOf({ method, target, mount, host, scheme, headers }: LaneRequest): string {
  const below = target.slice(mount.length)
  const lines = [
    `${method} ${below.startsWith('/') ? below : `/${below}`} HTTP/1.1`,
    `Host: ${host}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(scheme === 'https' ? ['X-Forwarded-Proto: https'] : []),
    'Connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

function parcelsOf(bytes: Buffer): Parcel[] {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return bytes.length === 0 ? [] : [{ title: 'bytes', note: `${bytes.length} bytes`, bytes }]
  const [head, body] = [bytes.subarray(0, end + 4), bytes.subarray(end + 4)]
  return [
    { title: 'head', note: `${head.length} bytes`, bytes: head },
    ...(body.length === 0 ? [] : [{ title: 'body', note: `${body.length} bytes`, bytes: body }]),
  ]
}

function answerOf(bytes: Buffer): Passage['answer'] {
  const answer = parseAnswer(bytes, (lines) => /^HTTP\/1\.[01] (.*)$/.exec(lines.shift() as string)?.[1])
  if (answer?.headers.every(([name]) => name.toLowerCase() !== 'transfer-encoding') !== false) return answer
  return { ...answer, body: joinChunks(Buffer.from(answer.body)) }
}

/** False where the connection ended before the answer did (RFC 9112, section 8). */
function isWhole(answer: Passage['answer'], method: string, bytes: Buffer): boolean {
  if (answer === undefined || method === 'HEAD' || /^(?:1|204|304)/.test(answer.status)) return true
  const length = answer.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  if (length !== undefined) return answer.body.length >= Number(length)
  const isChunked = answer.headers.some(([name]) => name.toLowerCase() === 'transfer-encoding')
  return !isChunked || bytes.subarray(-5).equals(Buffer.from('0\r\n\r\n'))
}

/** A body without the lengths between its chunks (RFC 9112, section 7.1), as far as it has come. */
function joinChunks(bytes: Buffer): Buffer {
  const chunks: Buffer[] = []
  for (let position = 0; ; ) {
    const end = bytes.indexOf('\r\n', position)
    const length = end === -1 ? 0 : Number.parseInt(bytes.toString('latin1', position, end), 16)
    if (!(length > 0)) return Buffer.concat(chunks)
    chunks.push(bytes.subarray(end + 2, end + 2 + length))
    position = end + 2 + length + 2
  }
}
