import path from 'node:path'
import mime from 'mime-types'
import { httpDate, parseHttpDate } from '../utils/index.ts'
import { contentDisposition } from './content-disposition.ts'
import { FileOnDisk, type FileSource, sourceOf } from './file-source.ts'
import { type ByteRange, parseRange } from './range.ts'
import type { HttpRequest } from './request.ts'
import { type StreamingContent, StreamingHttpResponse } from './streaming.ts'

/** Bytes of a file that are there already: in memory, as the platform's `Blob` or `File`, or as a stream. */
export type FileContent = Uint8Array | Blob | StreamingContent

/** How a file is sent. */
export interface FileOptions {
  /** The request, whose Range and If-Range headers count; without it the file is sent whole. */
  readonly request?: HttpRequest | undefined
  /** Have the browser save the file instead of showing it. */
  readonly asAttachment?: boolean | undefined
  /** The name under which it is saved; that of the file by default. */
  readonly filename?: string | undefined
  /** By the ending of the name where it is left out, and else that of a `Blob`. */
  readonly contentType?: string | undefined
  /** Headers by their names. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/**
 * A file, whole or in a range (RFC 9110, section 14): with Content-Length and, for a Range that can be met, 206. Of several
 * ranges in one request the file is sent whole, as the standard allows; a range beyond the end is answered by 416. A stream
 * is sent as it comes, without a length or ranges.
 *
 * @example
 * return new FileResponse(pdf, { filename: 'year.pdf', asAttachment: true })
 * return FileResponse.open(path.join(reports, 'year.pdf'), { request, asAttachment: true })
 */
export class FileResponse extends StreamingHttpResponse {
  constructor(content: FileContent | FileOnDisk, options: FileOptions = {}) {
    const source = content instanceof FileOnDisk ? content : sourceOf(content)
    const { size = 0 } = source
    const range = rangeOf(options.request, source)
    const sent = range === undefined ? { start: 0, end: size - 1 } : range === 'unsatisfiable' ? NOTHING : range
    super(source.read(sent), {
      status: range === undefined ? 200 : range === 'unsatisfiable' ? 416 : 206,
      contentType: typeOf(source, options),
      headers: options.headers,
    })
    const { headers } = this
    if (source.modified !== undefined) headers.setDefault('Last-Modified', httpDate(source.modified))
    if (source.etag !== undefined) headers.setDefault('ETag', source.etag)
    if (source.size !== undefined) {
      headers.set('Accept-Ranges', 'bytes')
      headers.set('Content-Length', String(sent.end - sent.start + 1))
    }
    if (range === 'unsatisfiable') headers.set('Content-Range', `bytes */${size}`)
    else if (range !== undefined) headers.set('Content-Range', `bytes ${range.start}-${range.end}/${size}`)
    if (options.asAttachment === true || options.filename !== undefined) {
      const name = options.filename ?? source.name
      headers.setDefault('Content-Disposition', contentDisposition(options.asAttachment ?? false, name))
    }
  }

  /**
   * A file on disk, with its Last-Modified and an ETag too. It is opened when its first bytes are asked for; one that has
   * changed by then, or becomes shorter while it is sent, cuts the answer off. Throws the file system's error (`ENOENT`,
   * `EISDIR`, …) where there is no file.
   */
  static async open(file: string, options: FileOptions = {}): Promise<FileResponse> {
    return new FileResponse(await FileOnDisk.look(file), options)
  }
}

const NOTHING: ByteRange = { start: 0, end: -1 }

/** By the name first: the type of an upload is what its client says. */
function typeOf(source: FileSource, { contentType, filename = source.name }: FileOptions): string {
  return contentType ?? (filename === undefined ? source.type : undefined) ?? contentTypeOf(filename ?? '')
}

/** The media type by a file's ending, with UTF-8 for text. */
export function contentTypeOf(file: string): string {
  return mime.contentType(path.extname(file)) || 'application/octet-stream'
}

/** The range to send; `undefined` is the whole file. */
function rangeOf(request: HttpRequest | undefined, source: FileSource): ReturnType<typeof parseRange> {
  if (source.size === undefined || (request?.method !== 'GET' && request?.method !== 'HEAD')) return undefined
  const header = request.environ['HTTP_RANGE']
  if (header === undefined || !ifRangeHolds(request.environ['HTTP_IF_RANGE'], source)) return undefined
  return parseRange(header, source.size)
}

/** A client that has part of an older file must get the new one whole (RFC 9110, section 13.1.5). */
function ifRangeHolds(header: string | undefined, { etag, modified }: FileSource): boolean {
  if (header === undefined || header === etag) return true
  const date = parseHttpDate(header)
  return date !== undefined && modified !== undefined && date === Math.floor(modified.getTime() / 1000) * 1000
}
