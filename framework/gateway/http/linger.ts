import type { Socket } from 'node:net'

/** Bytes of a body that nobody reads which are taken and dropped, so that the client gets to read its answer. */
export const DRAIN_LIMIT = 1_048_576

/** How long they may take to come once all that is to be sent has gone, in milliseconds. */
const LINGER_TIME = 2_000

/**
 * Say that no more will be sent, then read and drop what the client still sends, within bounds, and destroy the
 * socket. To close at once would make the system answer those bytes by a reset, which can take the answer with it.
 */
export function lingeringClose(socket: Socket): void {
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  socket.once('close', () => clearTimeout(timer))
  socket.removeAllListeners('data')
  socket.on('data', (chunk: Buffer) => {
    dropped += chunk.length
    if (dropped > DRAIN_LIMIT) socket.destroy()
  })
  socket.end(() => {
    if (socket.readableEnded) socket.destroy()
    else if (!socket.destroyed) timer = setTimeout(() => socket.destroy(), LINGER_TIME)
  })
  socket.once('end', () => {
    if (socket.writableFinished) socket.destroy()
  })
  socket.resume()
}
