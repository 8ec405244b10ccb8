import type { Stats } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { ByteRange } from './range.ts'
import type { StreamingContent } from './streaming.ts'

/** A file as its response sees it, wherever it lies. */
export interface FileSource {
  readonly name: string | undefined
  /** Its media type, where that is known otherwise than by its name. */
  readonly type: string | undefined
  /** In bytes; `undefined` for a stream, of which no part can be had. */
  readonly size: number | undefined
  /** When it was changed and what tells its state, where that is known. */
  readonly modified: Date | undefined
  readonly etag: string | undefined
  /** The bytes of a range; of a stream all there are. */
  read(range: ByteRange): StreamingContent
}

/** A file on disk, as it was when it was looked at. */
export class FileOnDisk implements FileSource {
  readonly name: string
  readonly type = undefined
  readonly size: number
  readonly modified: Date
  /** Changes with the file's size or time of change, to the millisecond. */
  readonly etag: string
  readonly #file: string
  readonly #stat: Stats

  private constructor(file: string, stat: Stats) {
    this.name = path.basename(file)
    this.size = stat.size
    this.modified = stat.mtime
    this.etag = `"${stat.size.toString(16)}-${Math.floor(stat.mtimeMs).toString(16)}"`
    this.#file = file
    this.#stat = stat
  }

  /** Throws the file system's error (`ENOENT`, `EISDIR`, …) where there is no file. */
  static async look(file: string): Promise<FileOnDisk> {
    const stat = await fs.stat(file)
    if (stat.isFile()) return new FileOnDisk(file, stat)
    throw Object.assign(new Error(`${file} is no file.`), { code: stat.isDirectory() ? 'EISDIR' : 'EINVAL' })
  }

  read(range: ByteRange): AsyncIterable<Uint8Array> {
    return readFile(this.#file, this.#stat, range)
  }
}

/** What is there already. */
export function sourceOf(content: Uint8Array | Blob | StreamingContent): FileSource {
  const unknown = { name: undefined, type: undefined, size: undefined, modified: undefined, etag: undefined }
  if (content instanceof Uint8Array) {
    return { ...unknown, size: content.length, read: ({ start, end }) => [content.subarray(start, end + 1)] }
  }
  if (!(content instanceof Blob)) return { ...unknown, read: () => content }
  return {
    ...unknown,
    name: content instanceof File ? content.name : undefined,
    type: content.type === '' ? undefined : content.type,
    size: content.size,
    read: ({ start, end }) => content.slice(start, end + 1).stream(),
  }
}

/** Bytes read at a time. */
const CHUNK = 131_072

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
