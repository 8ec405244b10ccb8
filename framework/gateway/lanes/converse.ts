import net from 'node:net'
import type { LaneBounds } from './lane.ts'
import type { GatewayServer } from '../listen.ts'

/** What came back over a socket. */
export interface Conversation {
  readonly bytes: Buffer
  /** In how many pieces it arrived. */
  readonly pieces: number
  readonly cut: string | undefined
  readonly startup: number
  readonly duration: number
}

/**
 * Let a server listen for one connection: send it `bytes`, and take what comes back until it closes or `isComplete`
 * says, of each piece as it comes, that no more is due.
 */
export async function converse(
  server: GatewayServer,
  bytes: Uint8Array,
  bounds: LaneBounds,
  isComplete: (piece: Buffer) => boolean = () => false,
): Promise<Conversation> {
  const before = performance.now()
  await server.listen({ port: 0 })
  const startup = performance.now() - before
  const { address } = server
  if (address?.kind !== 'tcp') throw new Error('A server that was given a port does not listen on one.')
  try {
    return { startup, ...(await exchange(address.port, bytes, bounds, isComplete)) }
  } finally {
    await server.close({ timeout: 0 })
  }
}

function exchange(
  port: number,
  bytes: Uint8Array,
  { timeout, maxBytes }: LaneBounds,
  isComplete: (piece: Buffer) => boolean,
): Promise<Omit<Conversation, 'startup'>> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    let size = 0
    const startedAt = performance.now()
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const finish = (cut?: string): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve({
        bytes: Buffer.concat(pieces),
        pieces: pieces.length,
        cut,
        duration: performance.now() - startedAt,
      })
    }
    const timer = setTimeout(() => finish(tooLate(timeout)), timeout)
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece)
      size += piece.length
      if (isComplete(piece)) finish()
      else if (size > maxBytes) finish(tooLong(maxBytes))
    })
    socket.once('end', () => finish())
    socket.once('error', () => finish())
    socket.write(bytes)
  })
}

/** Says that nobody waited any longer. */
export function tooLate(timeout: number): string {
  return `no end after ${timeout / 1000} s`
}

/** Says that nobody wanted to read any more. */
export function tooLong(maxBytes: number): string {
  return `more than ${maxBytes} bytes`
}

/** Says that the site broke off, as by an error in the middle of a stream. */
export const BROKEN_OFF = 'it was broken off in the middle'
