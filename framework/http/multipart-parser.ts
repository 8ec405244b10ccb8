import { MultiPartParserError } from '../exceptions.ts'

/** The headers of a part, by names in lower case; latin-1 bytes. */
export type PartHeaders = ReadonlyMap<string, string>

/** What a multipart body consists of: each part is its headers, its content in any number of pieces, and its end. */
export type MultipartEvent =
  | { readonly kind: 'part'; readonly headers: PartHeaders }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end' }

/** RFC 2046, section 5.1.1, allows 70 characters; some clients send a few more (the bound is Django's). */
const BOUNDARY = /^[ -~]{0,200}[!-~]$/

/** Bytes of a part's headers. */
const MAX_HEAD = 4096

/** Blanks that may stand between a boundary and the end of its line. */
const MAX_PADDING = 64

const EMPTY = Buffer.alloc(0)
const CRLF = Buffer.from('\r\n')
const BLANK_LINE = Buffer.from('\r\n\r\n')
const CR = 13
const LF = 10
const DASH = 45
const END: MultipartEvent = { kind: 'end' }

type State = 'preamble' | 'head' | 'content' | 'epilogue'
type Reading = Generator<MultipartEvent, number | undefined, undefined>

/**
 * Takes a multipart body apart (RFC 2046, section 5.1) while it arrives, in pieces of any size. It knows bytes only, and
 * holds back no more of them than a part's headers, or what may be the beginning of a boundary.
 *
 * @example
 * for await (const chunk of body) for (const event of parser.push(chunk)) await take(event)
 * parser.finish()
 */
export class MultipartParser {
  readonly #delimiter: Buffer
  /** The line break that a boundary begins with may be missing before the first one. */
  #rest: Buffer = CRLF
  #state: State = 'preamble'
  /** Bytes of a line break that belongs to a part's headers, and yet may be that of the boundary after an empty part. */
  #overlap = 0

  /** Throws `MultiPartParserError` for a boundary that is none. */
  constructor(boundary: string) {
    if (!BOUNDARY.test(boundary)) {
      throw new MultiPartParserError('The Content-Type of the multipart form names no valid boundary.')
    }
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  }

  /** Take the next bytes; what they complete is given as it is asked for. Throws `MultiPartParserError`. */
  *push(chunk: Uint8Array): Generator<MultipartEvent, void, undefined> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const data = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    this.#rest = EMPTY
    let at: number | undefined = 0
    while (at !== undefined && this.#state !== 'epilogue') {
      at = this.#state === 'head' ? yield* this.#readHead(data, at) : yield* this.#readContent(data, at)
    }
  }

  /** The body is over. Throws `MultiPartParserError` where its last boundary has not come. */
  finish(): void {
    if (this.#state !== 'epilogue') {
      throw new MultiPartParserError('The multipart form ends before its last boundary: part of it is missing.')
    }
  }

  /** Read a part's headers, from the line break after its boundary to a blank line. Gives where to read on, if at all. */
  *#readHead(data: Buffer, start: number): Reading {
    const end = data.indexOf(BLANK_LINE, start)
    if ((end === -1 ? data.length : end) - start > MAX_HEAD) {
      throw new MultiPartParserError(`The headers of a part of the multipart form have more than ${MAX_HEAD} bytes.`)
    }
    if (end === -1) return this.#waitFrom(data, start)
    yield { kind: 'part', headers: parseHead(data.toString('latin1', start, end)) }
    this.#state = 'content'
    this.#overlap = CRLF.length
    return end + CRLF.length
  }

  /** Read content, or what comes before the first part, up to the next boundary. */
  *#readContent(data: Buffer, start: number): Reading {
    const index = data.indexOf(this.#delimiter, start)
    if (index === -1) {
      const end = this.#endOfContent(data, start)
      yield* this.#give(data, start, end)
      return this.#waitFrom(data, end)
    }
    const after = index + this.#delimiter.length
    const next = lineAfter(data, after)
    yield* this.#give(data, start, next === 'other' ? after : index)
    if (next === undefined) return this.#waitFrom(data, index)
    if (next === 'other') return after
    if (this.#state === 'content') yield END
    this.#state = next === 'last' ? 'epilogue' : 'head'
    return next === 'last' ? undefined : next
  }

  #waitFrom(data: Buffer, start: number): undefined {
    this.#rest = data.subarray(start)
  }

  /** The data's length, or where it ends in what may be the beginning of a boundary. */
  #endOfContent(data: Buffer, start: number): number {
    const last = data.lastIndexOf(CR)
    if (last < start || data.length - last >= this.#delimiter.length) return data.length
    return data.subarray(last).equals(this.#delimiter.subarray(0, data.length - last)) ? last : data.length
  }

  *#give(data: Buffer, start: number, end: number): Generator<MultipartEvent, void, undefined> {
    const from = Math.min(start + this.#overlap, end)
    this.#overlap -= from - start
    if (from < end && this.#state === 'content') yield { kind: 'data', bytes: data.subarray(from, end) }
  }
}

/**
 * What follows a boundary: the line break after it, by its place; `last` for the two dashes of the last one; `other` where
 * the line goes on, so that it is content; and `undefined` where more bytes must tell.
 */
function lineAfter(data: Buffer, start: number): number | 'last' | 'other' | undefined {
  if (data[start] === DASH) {
    if (start + 1 === data.length) return undefined
    return data[start + 1] === DASH ? 'last' : 'other'
  }
  let at = start
  while (data[at] === 0x20 || data[at] === 0x09) at++
  if (at - start > MAX_PADDING) return 'other'
  if (at === data.length) return undefined
  if (data[at] !== CR) return 'other'
  if (at + 1 === data.length) return undefined
  return data[at + 1] === LF ? at : 'other'
}

const HEADER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\0\r\n]*)$/

/** Headers, each after a line break; one that is folded goes on after a blank. */
function parseHead(head: string): PartHeaders {
  const headers = new Map<string, string>()
  if (head === '') return headers
  for (const line of head.slice(CRLF.length).split(/\r\n(?![ \t])/)) {
    const [, name, value] = HEADER.exec(line.replaceAll('\r\n', '')) ?? []
    if (name === undefined || value === undefined) {
      throw new MultiPartParserError('A part of the multipart form has a header that is none: a line without a colon?')
    }
    const key = name.toLowerCase()
    if (headers.has(key)) {
      throw new MultiPartParserError(`A part of the multipart form has the header ${name} twice.`)
    }
    headers.set(key, value.trim())
  }
  return headers
}
