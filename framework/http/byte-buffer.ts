const EMPTY = new Uint8Array(0)

/**
 * Bytes that come in pieces, kept as one. Pieces are copied, for a client that sends single bytes must not make us keep
 * an object for each; a first piece that stays the only one is not.
 */
export class ByteBuffer {
  #bytes: Uint8Array = EMPTY
  #length = 0

  get length(): number {
    return this.#length
  }

  append(piece: Uint8Array): void {
    const length = this.#length + piece.length
    if (this.#length === 0) this.#bytes = piece
    else {
      if (length > this.#bytes.length) this.#grow(Math.max(length, this.#bytes.length * 2))
      this.#bytes.set(piece, this.#length)
    }
    this.#length = length
  }

  /** All bytes so far. */
  toBytes(): Buffer {
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#length)
  }

  #grow(capacity: number): void {
    const bytes = Buffer.allocUnsafeSlow(capacity)
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
  }
}
