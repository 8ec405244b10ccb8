import type { Socket } from 'node:net'

/** The socket of a connection as its exchanges share it: what they send goes together, and each can hold up reading. */
export class Wire {
  readonly #socket: Socket
  #pauses = 0
  #corked = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** True while something can be sent. */
  get open(): boolean {
    return this.#socket.writable
  }

  /** True while more is waiting to be sent than should be; the socket's `drain` says when that is over. */
  get congested(): boolean {
    return this.#socket.writableNeedDrain
  }

  /** True while somebody wants no more bytes. */
  get paused(): boolean {
    return this.#pauses > 0
  }

  /** Send bytes at once, in one write with what `sendSoon` has collected. */
  send(bytes: Uint8Array): void {
    const socket = this.#socket
    if (!socket.writable) return
    socket.write(bytes)
    if (this.#corked) this.#uncork()
  }

  /** Send bytes together with what else is sent in this turn of the event loop. */
  sendSoon(pieces: readonly Uint8Array[]): void {
    const socket = this.#socket
    if (!socket.writable) return
    if (!this.#corked) {
      this.#corked = true
      socket.cork()
      process.nextTick(() => this.#uncork())
    }
    for (const piece of pieces) socket.write(piece)
  }

  /** Take no more bytes, until `resume` has been called as often as this. */
  pause(): void {
    if (this.#pauses++ === 0) this.#socket.pause()
  }

  resume(): void {
    if (--this.#pauses === 0) this.#socket.resume()
  }

  #uncork(): void {
    if (!this.#corked) return
    this.#corked = false
    this.#socket.uncork()
  }
}
