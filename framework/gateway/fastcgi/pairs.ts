import { FastCGIError } from './records.ts'

/** Walks over name-value pairs (FastCGI 1.0, section 3.4) without decoding them: the fields tell where each lies. */
export class PairReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #position: number
  /** Where the name of the pair begins; its value follows at once. */
  nameStart = 0
  nameEnd = 0
  valueEnd = 0

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#position = start
    this.#end = end
  }

  /** Go to the next pair; false at the end. Throws `FastCGIError` for lengths beyond what is there. */
  next(): boolean {
    const bytes = this.#bytes
    let position = this.#position
    const end = this.#end
    if (position >= end) return false
    let nameLength = bytes[position++] as number
    if (nameLength >= 128) {
      nameLength = this.#longLength(position - 1)
      position += 3
    }
    if (position >= end) throw badLength()
    let valueLength = bytes[position++] as number
    if (valueLength >= 128) {
      valueLength = this.#longLength(position - 1)
      position += 3
    }
    this.nameStart = position
    this.nameEnd = position + nameLength
    this.valueEnd = this.nameEnd + valueLength
    if (this.valueEnd > end) throw badLength()
    this.#position = this.valueEnd
    return true
  }

  #longLength(position: number): number {
    if (position + 4 > this.#end) throw badLength()
    const bytes = this.#bytes
    const high = (bytes[position] as number) & 127
    const low =
      ((bytes[position + 1] as number) << 16) | ((bytes[position + 2] as number) << 8) | (bytes[position + 3] as number)
    return high * 0x1_00_00_00 + low
  }
}

/** Name-value pairs as text, latin-1, in the order of the bytes. Throws `FastCGIError` where a length does not fit. */
export function decodePairs(bytes: Uint8Array): Array<[name: string, value: string]> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const reader = new PairReader(bytes)
  const pairs: Array<[string, string]> = []
  while (reader.next()) {
    pairs.push([text.slice(reader.nameStart, reader.nameEnd), text.slice(reader.nameEnd, reader.valueEnd)])
  }
  return pairs
}

/** Name-value pairs as bytes; lengths below 128 take one byte, others four. */
export function encodePairs(pairs: Iterable<readonly [name: string, value: string]>): Buffer {
  const parts: Buffer[] = []
  for (const [name, value] of pairs) {
    parts.push(encodeLength(name.length), encodeLength(value.length), Buffer.from(name + value, 'latin1'))
  }
  return Buffer.concat(parts)
}

function encodeLength(length: number): Buffer {
  if (length < 128) return Buffer.from([length])
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length + 0x80_00_00_00)
  return bytes
}

function badLength(): FastCGIError {
  return new FastCGIError('A name or value is longer than the parameters it stands in.')
}
