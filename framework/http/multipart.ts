import { randomBytes } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { MultiPartParserError, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent } from '../exceptions.ts'
import { httpOptions } from './options.ts'
import { safeBaseName, UploadedFile } from './uploaded-file.ts'

/** RFC 2046, section 5.1.1, allows 70; some clients send a little more. */
const MAX_BOUNDARY = 200
/** Bytes of a part's name, and of all its headers. */
const MAX_FIELD_NAME = 1_000
const MAX_PART_HEADERS = 16_384
const MAX_HEADER_PAIRS = 50

/** A field or file in its place; a file's content is known when all of it has arrived. */
type Entry = readonly [name: string, value: string | Promise<UploadedFile | undefined>]

/** A multipart form, with the files that it has put on disk. */
export interface MultipartForm {
  readonly data: FormData
  readonly files: readonly UploadedFile[]
}

/**
 * Read a multipart/form-data body (RFC 7578) within the bounds of `HttpOptions`. Files larger than
 * `fileUploadMaxMemorySize` go to disk while they arrive.
 *
 * Throws `MultiPartParserError`, `RequestDataTooBig`, `TooManyFieldsSent`, `TooManyFilesSent`; files on disk are
 * removed then.
 */
export async function parseMultipart(
  source: AsyncIterable<Uint8Array>,
  contentType: string,
  boundary: string | undefined,
): Promise<MultipartForm> {
  if (boundary === undefined || boundary === '' || boundary.length > MAX_BOUNDARY) {
    throw new MultiPartParserError('The multipart form names no valid boundary in its Content-Type.')
  }
  const reader = new MultipartReader(contentType)
  try {
    return await reader.read(source)
  } catch (error) {
    await reader.discard()
    throw error
  }
}

class MultipartReader {
  readonly #busboy: BusboyInstance
  readonly #entries: Entry[] = []
  readonly #onDisk: string[] = []
  readonly #finished: Promise<void>
  #fail: (error: unknown) => void = () => {}
  #failure: unknown
  #fieldBytes = 0

  constructor(contentType: string) {
    const { dataUploadMaxNumberFields, dataUploadMaxNumberFiles } = httpOptions()
    this.#busboy = new Busboy({
      headers: { 'content-type': contentType },
      limits: {
        fieldNameSize: MAX_FIELD_NAME,
        fieldSize: this.#fieldBound() + 1,
        fields: dataUploadMaxNumberFields ?? Number.POSITIVE_INFINITY,
        files: dataUploadMaxNumberFiles ?? Number.POSITIVE_INFINITY,
        headerPairs: MAX_HEADER_PAIRS,
        headerSize: MAX_PART_HEADERS,
      },
    })
    this.#finished = new Promise((resolve, reject) => {
      this.#fail = (error) => {
        this.#failure ??= error
        reject(error instanceof Error ? error : new Error(String(error)))
      }
      this.#busboy.once('finish', () => resolve())
    })
    this.#finished.catch(() => {})
    this.#listen(dataUploadMaxNumberFields, dataUploadMaxNumberFiles)
  }

  /** Feed the parser at its own pace, and wait until every file has been kept. */
  async read(source: AsyncIterable<Uint8Array>): Promise<MultipartForm> {
    for await (const chunk of source) {
      if (this.#failure !== undefined) throw this.#failure
      if (!this.#busboy.write(chunk)) await Promise.race([drained(this.#busboy), this.#finished])
    }
    this.#busboy.end()
    await this.#finished
    const data = new FormData()
    const files: UploadedFile[] = []
    for (const [name, value] of this.#entries) {
      const settled = typeof value === 'string' ? value : await value
      if (settled instanceof UploadedFile) files.push(settled)
      if (settled instanceof UploadedFile) data.append(name, settled)
      else if (settled !== undefined) data.append(name, settled)
    }
    return { data, files }
  }

  /** Stop, and remove what lies on disk. */
  async discard(): Promise<void> {
    this.#fail(new Error('The form was given up.'))
    this.#busboy.destroy()
    await Promise.allSettled(this.#entries.map(([, value]) => value))
    await Promise.all(this.#onDisk.map((file) => fs.rm(file, { force: true })))
  }

  #listen(maxFields: number | null, maxFiles: number | null): void {
    const busboy = this.#busboy
    busboy.on('field', (name, value, nameTruncated, valueTruncated) => {
      if (name === undefined || nameTruncated) return this.#fail(badName())
      this.#fieldBytes += Buffer.byteLength(name) + Buffer.byteLength(value)
      if (valueTruncated || this.#fieldBytes > this.#fieldBound()) return this.#fail(fieldsTooBig(this.#fieldBound()))
      this.#entries.push([name, value])
    })
    busboy.on('file', (name: string | undefined, stream, filename, _encoding, type) => {
      if (name === undefined) {
        stream.resume()
        return this.#fail(badName())
      }
      const kept = this.#keep(stream, filename, type)
      kept.catch(this.#fail)
      this.#entries.push([name, kept])
    })
    busboy.on('fieldsLimit', () => this.#fail(tooManyFields(maxFields)))
    busboy.on('filesLimit', () => this.#fail(tooManyFiles(maxFiles)))
    busboy.on('error', (error) => this.#fail(malformed(error)))
  }

  #fieldBound(): number {
    return httpOptions().dataUploadMaxMemorySize ?? Number.MAX_SAFE_INTEGER - 1
  }

  /** A file's content in memory or, once it is too large for that, on disk; `undefined` where no file was chosen. */
  async #keep(stream: BusboyFileStream, filename: string | undefined, type: string): Promise<UploadedFile | undefined> {
    const chunks: Buffer[] = []
    let size = 0
    let disk: DiskFile | undefined
    this.#finished.catch(() => stream.destroy())
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        size += chunk.length
        if (disk === undefined && size > httpOptions().fileUploadMaxMemorySize) {
          disk = await DiskFile.create()
          this.#onDisk.push(disk.path)
          for (const earlier of chunks.splice(0)) await disk.write(earlier)
        }
        if (disk === undefined) chunks.push(chunk)
        else await disk.write(chunk)
      }
    } finally {
      await disk?.close()
    }
    if (this.#failure !== undefined) throw this.#failure
    const name = safeBaseName(filename ?? '')
    if (name === undefined) {
      if (disk !== undefined) await fs.rm(disk.path, { force: true })
      return undefined
    }
    if (disk === undefined) return new UploadedFile(chunks, name, type)
    return new UploadedFile([await openAsBlob(disk.path)], name, type, disk.path)
  }
}

/** A file that only this user can read, written at the pace of the disk. */
class DiskFile {
  readonly path: string
  readonly #handle: fs.FileHandle

  private constructor(file: string, handle: fs.FileHandle) {
    this.path = file
    this.#handle = handle
  }

  static async create(): Promise<DiskFile> {
    const directory = httpOptions().fileUploadTempDir ?? os.tmpdir()
    const file = path.join(directory, `nuages-${randomBytes(16).toString('hex')}.upload`)
    return new DiskFile(file, await fs.open(file, 'wx', 0o600))
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let written = 0; written < chunk.length; ) {
      written += (await this.#handle.write(chunk, written)).bytesWritten
    }
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

function drained(busboy: BusboyInstance): Promise<void> {
  return new Promise((resolve) => busboy.once('drain', resolve))
}

function malformed(error: unknown): MultiPartParserError {
  return new MultiPartParserError(`The multipart form is malformed: ${(error as Error).message}`, { cause: error })
}

function badName(): MultiPartParserError {
  return new MultiPartParserError(
    `A part of the multipart form has no name, or one of more than ${MAX_FIELD_NAME} bytes.`,
  )
}

function fieldsTooBig(limit: number): RequestDataTooBig {
  return new RequestDataTooBig(
    `The fields of the form have more than ${limit} bytes. The setting dataUploadMaxMemorySize is the bound.`,
  )
}

function tooManyFields(limit: number | null): TooManyFieldsSent {
  return new TooManyFieldsSent(
    `The form has more than ${limit} fields. The setting dataUploadMaxNumberFields is the bound.`,
  )
}

function tooManyFiles(limit: number | null): TooManyFilesSent {
  return new TooManyFilesSent(
    `The form has more than ${limit} files. The setting dataUploadMaxNumberFiles is the bound.`,
  )
}
