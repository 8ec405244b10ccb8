/** FastCGI 1.0 as bytes: records. Nothing here knows of sockets. */

/** The types of records (FastCGI 1.0, section 8). */
export const BEGIN_REQUEST = 1
export const ABORT_REQUEST = 2
export const END_REQUEST = 3
export const PARAMS = 4
export const STDIN = 5
export const STDOUT = 6
export const STDERR = 7
export const DATA = 8
export const GET_VALUES = 9
export const GET_VALUES_RESULT = 10
export const UNKNOWN_TYPE = 11

/** The one role of three that web servers use: answer a request. */
export const RESPONDER = 1

/** The flag of a BEGIN_REQUEST that leaves the connection open after the answer. */
export const KEEP_CONN = 1

/** How a request ended, as END_REQUEST says it: complete, too many at once, or a role that nobody plays here. */
export const REQUEST_COMPLETE = 0
export const OVERLOADED = 2
export const UNKNOWN_ROLE = 3

/** Bytes of a record's header. */
export const HEADER_LENGTH = 8

/** Bytes of a BEGIN_REQUEST's content. */
export const BEGIN_LENGTH = 8

/** Bytes of content that the records we send have at most: the largest length that needs no padding. */
export const MAX_CONTENT = 65_528

const VERSION = 1

/** Bytes that are no FastCGI, after which nothing that follows on the connection can be understood. */
export class FastCGIError extends Error {
  override readonly name = 'FastCGIError'
}

/** What is done with records, in the order of the bytes. */
export interface RecordHandler {
  /** A record begins. To return false puts it off: `push` stops here, and asks again when it is called next. */
  beginRecord(type: number, requestId: number, length: number): boolean
  /** A piece of the content, `bytes` from `start` to `end`: all of it, or what has arrived so far. */
  takeContent(bytes: Buffer, start: number, end: number): void
  /** The content is complete. */
  endRecord(): void
}

/** Where in a record the reader stands. */
type Place = 'header' | 'begin' | 'content' | 'padding'

/**
 * Splits a stream of bytes into records and hands their content on as it comes, so that nothing is kept but a header
 * that is cut in two. Where the stream is cut makes no difference but to the pieces.
 */
export class RecordReader {
  readonly #handler: RecordHandler
  readonly #header = Buffer.alloc(HEADER_LENGTH)
  #place: Place = 'header'
  #inHeader = 0
  #type = 0
  #requestId = 0
  #content = 0
  #padding = 0
  #stopped = false

  constructor(handler: RecordHandler) {
    this.#handler = handler
  }

  /** True between the first byte of a record and its last. */
  get withinRecord(): boolean {
    return this.#place !== 'header' || this.#inHeader > 0
  }

  /** True while a record is put off. */
  get putOff(): boolean {
    return this.#place === 'begin'
  }

  /** True after `stop`. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Look at nothing more, not even at the rest of the bytes that are being read. */
  stop(): void {
    this.#stopped = true
  }

  /**
   * Read on. Gives the position up to which was read: the end, unless the handler has put a record
   * off. Throws `FastCGIError` for a version other than 1.
   */
  push(bytes: Buffer): number {
    let position = 0
    while (!this.#stopped) {
      if (this.#place === 'header') {
        if (position === bytes.length) break
        position = this.#readHeader(bytes, position)
      }
      if (this.#place === 'begin') {
        if (!this.#begin()) return position
      }
      if (this.#place === 'content') {
        if (position === bytes.length) break
        position = this.#readContent(bytes, position)
      }
      if (this.#place === 'padding') {
        const skipped = Math.min(this.#padding, bytes.length - position)
        position += skipped
        this.#padding -= skipped
        if (this.#padding > 0) break
        this.#place = 'header'
      }
    }
    return this.#stopped ? bytes.length : position
  }

  #readHeader(bytes: Buffer, position: number): number {
    if (this.#inHeader === 0 && position + HEADER_LENGTH <= bytes.length) {
      this.#decodeHeader(bytes, position)
      return position + HEADER_LENGTH
    }
    if (this.#inHeader === 0) assertVersion(bytes[position])
    const end = Math.min(position + HEADER_LENGTH - this.#inHeader, bytes.length)
    bytes.copy(this.#header, this.#inHeader, position, end)
    this.#inHeader += end - position
    if (this.#inHeader === HEADER_LENGTH) {
      this.#inHeader = 0
      this.#decodeHeader(this.#header, 0)
    }
    return end
  }

  #decodeHeader(bytes: Buffer, position: number): void {
    assertVersion(bytes[position])
    this.#type = bytes[position + 1] as number
    this.#requestId = ((bytes[position + 2] as number) << 8) | (bytes[position + 3] as number)
    this.#content = ((bytes[position + 4] as number) << 8) | (bytes[position + 5] as number)
    this.#padding = bytes[position + 6] as number
    this.#place = 'begin'
  }

  #begin(): boolean {
    if (!this.#handler.beginRecord(this.#type, this.#requestId, this.#content)) return false
    this.#place = 'content'
    if (this.#content === 0) this.#finishContent()
    return true
  }

  #readContent(bytes: Buffer, position: number): number {
    const end = Math.min(position + this.#content, bytes.length)
    this.#content -= end - position
    this.#handler.takeContent(bytes, position, end)
    if (this.#content === 0) this.#finishContent()
    return end
  }

  #finishContent(): void {
    this.#place = this.#padding === 0 ? 'header' : 'padding'
    this.#handler.endRecord()
  }
}

/** One record. `content` has at most 65,535 bytes. */
export function encodeRecord(type: number, requestId: number, content: Uint8Array, padding = 0): Buffer {
  const record = Buffer.alloc(HEADER_LENGTH + content.length + padding)
  writeHeader(record, 0, type, requestId, content.length, padding)
  record.set(content, HEADER_LENGTH)
  return record
}

/** Put the header of a record into `bytes` at `position`. */
export function writeHeader(
  bytes: Buffer,
  position: number,
  type: number,
  requestId: number,
  length: number,
  padding = 0,
): void {
  bytes[position] = VERSION
  bytes[position + 1] = type
  bytes[position + 2] = requestId >> 8
  bytes[position + 3] = requestId & 255
  bytes[position + 4] = length >> 8
  bytes[position + 5] = length & 255
  bytes[position + 6] = padding
  bytes[position + 7] = 0
}

/** The content of a BEGIN_REQUEST. */
export function encodeBegin(role: number, flags: number): Buffer {
  return Buffer.from([role >> 8, role & 255, flags, 0, 0, 0, 0, 0])
}

/** An END_REQUEST record: the application's exit status and how the request ended. */
export function encodeEnd(requestId: number, appStatus: number, protocolStatus: number): Buffer {
  const content = Buffer.alloc(8)
  content.writeUInt32BE(appStatus, 0)
  content[4] = protocolStatus
  return encodeRecord(END_REQUEST, requestId, content)
}

function assertVersion(version: number | undefined): void {
  if (version === VERSION) return
  throw new FastCGIError(
    `A record of FastCGI version ${version} came, and this server speaks version 1. Point the web server's ` +
      'fastcgi_pass (or ProxyPass fcgi://) at this address, and nothing that speaks HTTP.',
  )
}
