/** Bytes that arrive in pieces and are read as one. It takes room by what has come, never by what is promised. */
export class Block {
  /** The bytes lie here from `start` to `end`. */
  bytes: Buffer
  start: number
  end: number
  #own = false

  /** Begins with a piece, which is kept where it lies and copied only if another comes. */
  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes
    this.start = start
    this.end = end
  }

  get length(): number {
    return this.end - this.start
  }

  /** Add the piece of `bytes` from `start` to `end`. */
  append(bytes: Buffer, start: number, end: number): void {
    const needed = this.length + end - start
    if (!this.#own || this.start + needed > this.bytes.length) this.#grow(needed)
    bytes.copy(this.bytes, this.end, start, end)
    this.end += end - start
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(needed * 2)
    const { length } = this
    this.bytes.copy(grown, 0, this.start, this.end)
    this.bytes = grown
    this.start = 0
    this.end = length
    this.#own = true
  }
}

/** Pieces that are this much smaller than what was read with them are copied, so that the rest can go. */
const SMALL_PIECE = 8

/** The piece of `bytes` from `start` to `end`; a copy where it would keep far more than itself in memory. */
export function pieceOf(bytes: Buffer, start: number, end: number): Buffer {
  const piece = bytes.subarray(start, end)
  return isSmall(bytes, start, end) ? Buffer.from(piece) : piece
}

/** `block` with the piece of `bytes` from `start` to `end` added to it, or begun by it where there is none. */
export function addTo(block: Block | undefined, bytes: Buffer, start: number, end: number): Block {
  if (block === undefined) {
    if (!isSmall(bytes, start, end)) return new Block(bytes, start, end)
    return new Block(pieceOf(bytes, start, end), 0, end - start)
  }
  block.append(bytes, start, end)
  return block
}

function isSmall(bytes: Buffer, start: number, end: number): boolean {
  return (end - start) * SMALL_PIECE < bytes.length
}
