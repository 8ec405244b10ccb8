import { MultiPartParserError } from '../exceptions.ts'
import { Base64Decoder } from './base64.ts'
import { ByteBuffer } from './byte-buffer.ts'
import { DiskFile } from './disk-file.ts'
import { decodeText } from './encoding.ts'
import { safeBaseName, UploadedFile } from './uploaded-file.ts'

/** A part of a multipart form while it arrives. */
export interface Part {
  write(bytes: Buffer): void | Promise<void>
  /** All of it has come. */
  end(): void | Promise<void>
}

/** How many bytes may still be kept in memory. */
export interface Budget {
  left: number
}

/** A field: its value is handed on as text. */
export class FieldPart implements Part {
  readonly #charset: string | undefined
  readonly #done: (value: string) => void
  readonly #bytes = new ByteBuffer()

  constructor(charset: string | undefined, done: (value: string) => void) {
    this.#charset = charset
    this.#done = done
  }

  write(bytes: Buffer): void {
    this.#bytes.append(bytes)
  }

  end(): void {
    this.#done(decodeText(this.#bytes.toBytes(), this.#charset))
  }
}

/** A file: in memory as far as the budget reaches, else on disk. One without a name and content was not chosen. */
export class FilePart implements Part {
  readonly #name: string
  readonly #type: string
  readonly #memory: Budget
  readonly #done: (file: UploadedFile) => void
  #bytes = new ByteBuffer()
  #disk: DiskFile | undefined

  constructor(name: string, type: string, memory: Budget, done: (file: UploadedFile) => void) {
    this.#name = name
    this.#type = type
    this.#memory = memory
    this.#done = done
  }

  write(bytes: Buffer): void | Promise<void> {
    if (this.#disk !== undefined) return this.#disk.write(bytes)
    this.#bytes.append(bytes)
    this.#memory.left -= bytes.length
    if (this.#memory.left < 0) return this.#moveToDisk()
  }

  async end(): Promise<void> {
    if (this.#name === '' && this.#disk === undefined && this.#bytes.length === 0) return
    const name = safeBaseName(this.#name) ?? 'unnamed'
    this.#done(
      this.#disk === undefined
        ? new UploadedFile([...this.#bytes.pieces], name, this.#type)
        : await this.#disk.finish(name, this.#type),
    )
  }

  /** Remove what lies on disk. */
  async discard(): Promise<void> {
    await this.#disk?.discard()
  }

  async #moveToDisk(): Promise<void> {
    this.#disk = await DiskFile.create()
    for (const piece of this.#bytes.pieces) await this.#disk.write(piece)
    this.#memory.left += this.#bytes.length
    this.#bytes = new ByteBuffer()
  }
}

/** A part whose content comes in base64, decoded for another one. */
export class Base64Part implements Part {
  readonly #inner: Part
  readonly #decoder = new Base64Decoder()

  constructor(inner: Part) {
    this.#inner = inner
  }

  write(bytes: Buffer): void | Promise<void> {
    const decoded = this.#decoder.push(bytes)
    if (decoded === undefined) throw badBase64()
    if (decoded.length > 0) return this.#inner.write(decoded)
  }

  end(): void | Promise<void> {
    if (!this.#decoder.complete) throw badBase64()
    return this.#inner.end()
  }
}

function badBase64(): MultiPartParserError {
  return new MultiPartParserError('A part of the multipart form says that it is in base64, and is not.')
}
