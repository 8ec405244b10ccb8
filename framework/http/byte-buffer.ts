/** Smaller pieces are copied, for a client that sends single bytes must not make us keep an object for each. */
const SMALL = 1024

/** Bytes of the largest block that small pieces are copied into; the first ones have room for as much as there is. */
const BLOCK = 16_384

const NONE = Buffer.alloc(0)

/**
 * Bytes that come in pieces. Large ones, and the first where no small one follows it, are kept as they are, so they must
 * not be changed.
 */
export class ByteBuffer {
  readonly #pieces: Uint8Array[] = []
  #length = 0
  #block = NONE
  /** Where in the block the bytes begin and end that are no piece yet. */
  #start = 0
  #end = 0

  get length(): number {
    return this.#length
  }

  append(piece: Uint8Array): void {
    if (this.#length === 0 || piece.length >= SMALL) {
      this.#seal()
      this.#pieces.push(piece)
    } else {
      if (this.#block.length - this.#end < piece.length) this.#openBlock()
      this.#block.set(piece, this.#end)
      this.#end += piece.length
    }
    this.#length += piece.length
  }

  /** All bytes so far, in few pieces. */
  get pieces(): readonly Uint8Array[] {
    this.#seal()
    return this.#pieces
  }

  /** All bytes so far. */
  toBytes(): Buffer {
    const { pieces } = this
    const [first] = pieces
    if (first === undefined || pieces.length > 1) return Buffer.concat(pieces)
    return first instanceof Buffer ? first : Buffer.from(first.buffer, first.byteOffset, first.byteLength)
  }

  #openBlock(): void {
    this.#seal()
    this.#block = Buffer.allocUnsafe(Math.min(Math.max(this.#length * 2, SMALL * 2), BLOCK))
    this.#start = 0
    this.#end = 0
    const [first] = this.#pieces
    if (first === undefined || this.#pieces.length > 1 || first.length > SMALL) return
    // A small body that comes in two or three pieces is one piece in the end.
    this.#pieces.pop()
    this.#block.set(first)
    this.#end = first.length
  }

  #seal(): void {
    if (this.#end > this.#start) this.#pieces.push(this.#block.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}
