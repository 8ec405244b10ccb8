import type { ResponseHeaders } from '../types.ts'
import { latin1Write } from './latin1.ts'
import { END_REQUEST, HEADER_LENGTH, MAX_CONTENT, STDERR, STDOUT, writeHeader } from './records.ts'

/** Chunks up to this size are copied next to their header; a longer one is sent from where it lies. */
const COPY_LIMIT = 16_384

const END_LENGTH = 16

/** How an answer ends. */
export interface AnswerEnd {
  /** The exit status: 0, or 1 where the answer is not complete. */
  readonly appStatus?: number | undefined
  readonly protocolStatus?: number | undefined
  /** True where STDERR was used, and so has to be ended too. */
  readonly errors?: boolean | undefined
}

/** The head of an answer as CGI has it (RFC 3875, section 6), latin-1. */
export function formatHead(status: string, headers: ResponseHeaders): string {
  let head = `Status: ${status}\r\n`
  for (let i = 0; i < headers.length; i++) {
    const [name, value] = headers[i] as readonly [string, string]
    head += `${name}: ${value}\r\n`
  }
  return `${head}\r\n`
}

/** True for an answer that `encodeWhole` takes: one record, small enough to be copied. */
export function fitsOneRecord(head: string, chunk: Uint8Array): boolean {
  return head.length + chunk.length <= COPY_LIMIT
}

/** A whole answer as one piece: head, body, the end of STDOUT and END_REQUEST. */
export function encodeWhole(requestId: number, head: string, chunk: Uint8Array, end?: AnswerEnd): Buffer {
  const length = head.length + chunk.length
  const tail = HEADER_LENGTH + length
  const bytes = Buffer.allocUnsafe(tail + endLength(end))
  writeHeader(bytes, 0, STDOUT, requestId, length)
  latin1Write(bytes, head, HEADER_LENGTH)
  bytes.set(chunk, HEADER_LENGTH + head.length)
  writeEnd(bytes, tail, requestId, end)
  return bytes
}

/** The end of an answer: the ends of its streams, and END_REQUEST. */
export function encodeAnswerEnd(requestId: number, end?: AnswerEnd): Buffer {
  const bytes = Buffer.allocUnsafe(endLength(end))
  writeEnd(bytes, 0, requestId, end)
  return bytes
}

/** Bytes of a stream (STDOUT or STDERR) as records, in pieces to be written one after the other. */
export function encodeStream(type: number, requestId: number, chunk: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let start = 0; start < chunk.length; start += MAX_CONTENT) {
    const content = start === 0 && chunk.length <= MAX_CONTENT ? chunk : chunk.subarray(start, start + MAX_CONTENT)
    const copied = content.length <= COPY_LIMIT
    const bytes = Buffer.allocUnsafe(copied ? HEADER_LENGTH + content.length : HEADER_LENGTH)
    writeHeader(bytes, 0, type, requestId, content.length)
    pieces.push(bytes)
    if (copied) bytes.set(content, HEADER_LENGTH)
    else pieces.push(content)
  }
  return pieces
}

function endLength(end: AnswerEnd | undefined): number {
  return HEADER_LENGTH + (end?.errors === true ? HEADER_LENGTH : 0) + END_LENGTH
}

function writeEnd(bytes: Buffer, start: number, requestId: number, end: AnswerEnd | undefined): void {
  let position = start
  writeHeader(bytes, position, STDOUT, requestId, 0)
  position += HEADER_LENGTH
  if (end?.errors === true) {
    writeHeader(bytes, position, STDERR, requestId, 0)
    position += HEADER_LENGTH
  }
  writeHeader(bytes, position, END_REQUEST, requestId, 8)
  for (let i = position + HEADER_LENGTH; i < position + END_LENGTH; i++) bytes[i] = 0
  bytes[position + HEADER_LENGTH + 3] = end?.appStatus ?? 0
  bytes[position + HEADER_LENGTH + 4] = end?.protocolStatus ?? 0
}
