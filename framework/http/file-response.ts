import { createReadStream, type Stats } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import mime from 'mime-types'
import parseRange from 'range-parser'
import { httpDate, parseHttpDate } from '../utils/index.ts'
import type { ResponseInit } from './base-response.ts'
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

/** From the first byte to the last, both sent. */
interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Bytes read at a time. */
const CHUNK = 131_072

/**
 * A file from disk, whole or in a range (RFC 9110, section 14): with Content-Length, Last-Modified, an ETag and, for a
 * Range that can be met, 206. Of several ranges in one request the file is sent whole, as the standard allows; a range
 * beyond the end is answered by 416.
 *
 * @example
 * return FileResponse.open(path.join(reports, 'year.pdf'), { request, asAttachment: true })
 */
export class FileResponse extends StreamingHttpResponse {
  private constructor(file: string, stat: Stats, range: ByteRange | undefined, init: ResponseInit) {
    super(readFile(file, stat, range), init)
  }

  /** Look at the file, and make its response. Throws the file system's error (`ENOENT`, `EISDIR`, …) where it is no file. */
  static async open(file: string, options: FileOptions = {}): Promise<FileResponse> {
    const stat = await fs.stat(file)
    if (!stat.isFile())
      throw Object.assign(new Error(`${file} is no file.`), { code: stat.isDirectory() ? 'EISDIR' : 'EINVAL' })
    const etag = etagOf(stat)
    const range = rangeOf(options.request, stat, etag)
    const response = new FileResponse(file, stat, range === 'unsatisfiable' ? EMPTY_RANGE : range, {
      status: range === undefined ? 200 : range === 'unsatisfiable' ? 416 : 206,
      contentType: options.contentType ?? contentTypeOf(file),
      headers: options.headers,
    })
    const { headers } = response
    headers.setDefault('Last-Modified', httpDate(stat.mtime))
    headers.setDefault('ETag', etag)
    headers.set('Accept-Ranges', 'bytes')
    headers.set('Content-Length', String(range === undefined ? stat.size : range === 'unsatisfiable' ? 0 : size(range)))
    if (range === 'unsatisfiable') headers.set('Content-Range', `bytes */${stat.size}`)
    else if (range !== undefined) headers.set('Content-Range', `bytes ${range.start}-${range.end}/${stat.size}`)
    const disposition = contentDisposition(options.asAttachment ?? false, options.filename ?? path.basename(file))
    if (options.asAttachment === true || options.filename !== undefined)
      headers.setDefault('Content-Disposition', disposition)
    return response
  }
}

const EMPTY_RANGE: ByteRange = { start: 0, end: -1 }

function size(range: ByteRange): number {
  return range.end - range.start + 1
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
function rangeOf(request: HttpRequest | undefined, stat: Stats, etag: string): ByteRange | 'unsatisfiable' | undefined {
  const header = request?.method === 'GET' || request?.method === 'HEAD' ? request.environ['HTTP_RANGE'] : undefined
  if (request === undefined || header === undefined || header.length > 1024) return undefined
  if (!ifRangeHolds(request.environ['HTTP_IF_RANGE'], stat, etag)) return undefined
  const ranges = parseRange(stat.size, header)
  if (ranges === -1) return 'unsatisfiable'
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined
  return ranges[0]
}

/** A client that has part of an older file must get the new one whole (RFC 9110, section 13.1.5). */
function ifRangeHolds(header: string | undefined, stat: Stats, etag: string): boolean {
  if (header === undefined || header === etag) return true
  const date = parseHttpDate(header)
  return date !== undefined && date === Math.floor(stat.mtimeMs / 1000) * 1000
}

/** The file's bytes; it is opened when the first are asked for, and closed with the iterator. */
async function* readFile(file: string, before: Stats, range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
  if (range === EMPTY_RANGE || before.size === 0) return
  const handle = await fs.open(file, 'r')
  try {
    const stat = await handle.stat()
    if (stat.size !== before.size || stat.mtimeMs !== before.mtimeMs) {
      throw new Error(`${file} was changed while it was about to be sent.`)
    }
    yield* createReadStream('', {
      fd: handle,
      autoClose: false,
      highWaterMark: CHUNK,
      ...range,
    }) as AsyncIterable<Buffer>
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
