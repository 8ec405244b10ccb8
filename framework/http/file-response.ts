import type { Stats } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import mime from 'mime-types'
import { httpDate, parseHttpDate } from '../utils/index.ts'
import type { ResponseInit } from './base-response.ts'
import { type ByteRange, parseRange } from './range.ts'
import type { HttpRequest } from './request.ts'
import { StreamingHttpResponse } from './streaming.ts'

/** How a file is sent. */
export interface FileOptions {
  /** The request, whose Range and If-Range headers count; without it the file is sent whole. */
  readonly request?: HttpRequest | undefined
  /** Have the browser save the file instead of showing it. */
  readonly asAttachment?: boolean | undefined
  /** The name under which it is saved; that of the file by default. */
  readonly filename?: string | undefined
  /** By the file's ending where it is left out. */
  readonly contentType?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Bytes read at a time. */
const CHUNK = 131_072

/**
 * A file from disk, whole or in a range (RFC 9110, section 14): with Content-Length, Last-Modified, an ETag and, for a
 * Range that can be met, 206. Of several ranges in one request the file is sent whole, as the standard allows; a range
 * beyond the end is answered by 416. It is opened when its first bytes are asked for; one that has changed by then, or
 * becomes shorter while it is sent, cuts the answer off.
 *
 * @example
 * return FileResponse.open(path.join(reports, 'year.pdf'), { request, asAttachment: true })
 */
export class FileResponse extends StreamingHttpResponse {
  private constructor(content: AsyncIterable<Uint8Array>, init: ResponseInit) {
    super(content, init)
  }

  /** Look at the file, and make its response. Throws the file system's error (`ENOENT`, `EISDIR`, …) where it is no file. */
  static async open(file: string, options: FileOptions = {}): Promise<FileResponse> {
    const stat = await fs.stat(file)
    if (!stat.isFile()) throw noFile(file, stat)
    const etag = etagOf(stat)
    const range = rangeOf(options.request, stat, etag)
    const sent = range === undefined ? { start: 0, end: stat.size - 1 } : range === 'unsatisfiable' ? NOTHING : range
    const response = new FileResponse(readFile(file, stat, sent), {
      status: range === undefined ? 200 : range === 'unsatisfiable' ? 416 : 206,
      contentType: options.contentType ?? contentTypeOf(file),
      headers: options.headers,
    })
    const { headers } = response
    headers.setDefault('Last-Modified', httpDate(stat.mtime))
    headers.setDefault('ETag', etag)
    headers.set('Accept-Ranges', 'bytes')
    headers.set('Content-Length', String(sent.end - sent.start + 1))
    if (range === 'unsatisfiable') headers.set('Content-Range', `bytes */${stat.size}`)
    else if (range !== undefined) headers.set('Content-Range', `bytes ${range.start}-${range.end}/${stat.size}`)
    if (options.asAttachment === true || options.filename !== undefined) {
      const name = options.filename ?? path.basename(file)
      headers.setDefault('Content-Disposition', contentDisposition(options.asAttachment ?? false, name))
    }
    return response
  }
}

const NOTHING: ByteRange = { start: 0, end: -1 }

function noFile(file: string, stat: Stats): Error {
  return Object.assign(new Error(`${file} is no file.`), { code: stat.isDirectory() ? 'EISDIR' : 'EINVAL' })
}

/** The media type by a file's ending, with UTF-8 for text. */
export function contentTypeOf(file: string): string {
  return mime.contentType(path.extname(file)) || 'application/octet-stream'
}

/** Changes with the file's size or time of change, to the millisecond. */
function etagOf(stat: Stats): string {
  return `"${stat.size.toString(16)}-${Math.floor(stat.mtimeMs).toString(16)}"`
}

/** The range to send; `undefined` is the whole file. */
function rangeOf(request: HttpRequest | undefined, stat: Stats, etag: string): ReturnType<typeof parseRange> {
  if (request?.method !== 'GET' && request?.method !== 'HEAD') return undefined
  const header = request.environ['HTTP_RANGE']
  if (header === undefined || !ifRangeHolds(request.environ['HTTP_IF_RANGE'], stat, etag)) return undefined
  return parseRange(header, stat.size)
}

/** A client that has part of an older file must get the new one whole (RFC 9110, section 13.1.5). */
function ifRangeHolds(header: string | undefined, stat: Stats, etag: string): boolean {
  if (header === undefined || header === etag) return true
  const date = parseHttpDate(header)
  return date !== undefined && date === Math.floor(stat.mtimeMs / 1000) * 1000
}

/** The bytes of a range; the file is opened when the first are asked for, and closed with the iterator. */
async function* readFile(file: string, before: Stats, range: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
  if (range.end < range.start) return
  const handle = await fs.open(file, 'r')
  try {
    const stat = await handle.stat()
    if (stat.size !== before.size || stat.mtimeMs !== before.mtimeMs) {
      throw new Error(`${file} was changed while it was about to be sent.`)
    }
    for (let at = range.start; at <= range.end; ) {
      const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, range.end - at + 1))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) throw new Error(`${file} became shorter while it was sent.`)
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  } finally {
    await handle.close()
  }
}

/** A Content-Disposition whose name survives in any language (RFC 6266, RFC 8187). */
export function contentDisposition(asAttachment: boolean, filename: string): string {
  const type = asAttachment ? 'attachment' : 'inline'
  const name = filename.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, '')
  const plain = name.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')
  if (plain === name) return `${type}; filename="${plain}"`
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${type}; filename="${plain}"; filename*=UTF-8''${encoded}`
}
