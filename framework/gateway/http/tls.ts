import { createServer, type Server, type ServerOptions, type ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** With what a server shows who it is. */
export interface TLSOptions {
  /** In PEM; what follows the first certificate is its chain. */
  readonly cert: string | Buffer
  /** In PEM, not encrypted. */
  readonly key: string | Buffer
}

/** The first byte of a handshake (RFC 8446, section 5.1). */
const HANDSHAKE = 22

/** How long a connection may take to send its first byte, and then to shake hands, in milliseconds. */
const TIMEOUT = 20_000

/**
 * A server of node:https, which is loaded only here. Whoever speaks plain HTTP to it is sent to HTTPS, not cut off; and
 * `closeAllConnections` cuts those too that have not shaken hands.
 */
export function createTLSServer(options: ServerOptions, { cert, key }: TLSOptions): Server {
  const https = process.getBuiltinModule('node:https')
  const server: Server = https.createServer({ ...options, cert, key, minVersion: 'TLSv1.2', handshakeTimeout: TIMEOUT })
  const plain = createServer(options, redirect)
  const shakeHands = server.listeners('connection') as Array<(socket: Socket) => void>
  const sockets = new Set<Socket>()
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    whenFirstByte(socket, (byte) => {
      if (byte === HANDSHAKE) for (const begin of shakeHands) begin.call(server, socket)
      else plain.emit('connection', socket)
    })
  })
  server.closeAllConnections = () => {
    for (const socket of sockets) socket.destroy()
  }
  return server
}

/** Look at the first byte of a connection, and leave it there. */
function whenFirstByte(socket: Socket, then: (byte: number) => void): void {
  const destroy = (): void => void socket.destroy()
  socket.setTimeout(TIMEOUT, destroy)
  socket.on('error', destroy)
  socket.once('readable', () => {
    const chunk = socket.read() as Buffer | null
    socket.setTimeout(0, destroy)
    socket.off('timeout', destroy)
    if (chunk === null) return destroy()
    socket.unshift(chunk)
    then(chunk[0] as number)
  })
}

function redirect({ method, headers, url = '/' }: IncomingMessage, response: ServerResponse): void {
  const known = headers.host !== undefined && url.startsWith('/') && (method === 'GET' || method === 'HEAD')
  const target = `https://${headers.host}${url}`
  response.writeHead(known ? 307 : 400, {
    'Content-Type': 'text/plain; charset=utf-8',
    Connection: 'close',
    ...(known ? { Location: target } : {}),
  })
  response.end(`This server speaks HTTPS only${known ? `: ${target}` : '. Begin the address with https://.'}\n`)
}
