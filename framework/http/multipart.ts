import { MultiPartParserError, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent } from '../exceptions.ts'
import { Base64Part, type Budget, FieldPart, FilePart, type Part } from './form-parts.ts'
import { parseHeaderParameters } from './header-parameters.ts'
import { type MultipartEvent, MultipartParser, type PartHeaders } from './multipart-parser.ts'
import { httpOptions } from './options.ts'
import type { UploadedFile } from './uploaded-file.ts'

/** Bytes of a field's name. */
const MAX_NAME = 1000

/** A form, with the files that it has put in memory or on disk. */
export interface Form {
  readonly data: FormData
  readonly files: readonly UploadedFile[]
}

/**
 * Read a multipart/form-data body (RFC 7578) within the bounds of `HttpOptions`: once its files have together more than
 * `fileUploadMaxMemorySize` bytes, they go to disk while they arrive. A body without a single byte is an empty form.
 *
 * Throws `MultiPartParserError`, `RequestDataTooBig`, `TooManyFieldsSent`, `TooManyFilesSent`, and an Error where the
 * disk takes no more. Nothing is left on disk then.
 */
export async function parseMultipart(source: AsyncIterable<Uint8Array>, boundary: string): Promise<Form> {
  const parser = new MultipartParser(boundary)
  const form = new FormBuilder()
  let empty = true
  try {
    for await (const chunk of source) {
      empty &&= chunk.length === 0
      for (const event of parser.push(chunk)) {
        const wait = form.take(event)
        if (wait !== undefined) await wait
      }
    }
    if (!empty) parser.finish()
    return form
  } catch (error) {
    await form.discard()
    throw error
  }
}

/** Puts a form together out of what the parser finds, and counts. */
class FormBuilder implements Form {
  readonly data = new FormData()
  readonly files: UploadedFile[] = []
  readonly #options = httpOptions()
  readonly #memory: Budget = { left: this.#options.fileUploadMaxMemorySize }
  #fieldCount = 0
  #fieldBytes = 0
  #fileCount = 0
  #part: Part | undefined
  #filePart: FilePart | undefined

  take(event: MultipartEvent): void | Promise<void> {
    if (event.kind === 'part') return this.#begin(event.headers)
    if (event.kind === 'end') return this.#part?.end()
    if (this.#filePart === undefined) this.#countFieldBytes(event.bytes.length)
    return this.#part?.write(event.bytes)
  }

  /** Remove what lies on disk. */
  async discard(): Promise<void> {
    await this.#filePart?.discard()
    for (const file of this.files) await file.discard()
  }

  #begin(headers: PartHeaders): void {
    const { value, params } = parseHeaderParameters(headers.get('content-disposition') ?? '')
    const name = params.get('name')
    if (value !== 'form-data' || name === undefined || Buffer.byteLength(name) > MAX_NAME) throw badName()
    const filename = params.get('filename')
    const type = headers.get('content-type') ?? 'text/plain'
    const part =
      filename === undefined
        ? this.#beginField(unescapeName(name), type)
        : this.#beginFile(unescapeName(name), unescapeName(filename), type)
    this.#part = headers.get('content-transfer-encoding')?.toLowerCase() === 'base64' ? new Base64Part(part) : part
  }

  #beginField(name: string, type: string): Part {
    const { dataUploadMaxNumberFields: max } = this.#options
    if (max !== null && ++this.#fieldCount > max) throw tooManyFields(max)
    this.#filePart = undefined
    this.#countFieldBytes(Buffer.byteLength(name))
    return new FieldPart(parseHeaderParameters(type).params.get('charset'), (value) => this.data.append(name, value))
  }

  #beginFile(name: string, filename: string, type: string): Part {
    const { dataUploadMaxNumberFiles: max } = this.#options
    if (max !== null && ++this.#fileCount > max) throw tooManyFiles(max)
    this.#filePart = new FilePart(filename, parseHeaderParameters(type).value, this.#memory, (file) => {
      this.files.push(file)
      this.data.append(name, file)
    })
    return this.#filePart
  }

  #countFieldBytes(count: number): void {
    this.#fieldBytes += count
    const { dataUploadMaxMemorySize: max } = this.#options
    if (max !== null && this.#fieldBytes > max) throw fieldsTooBig(max)
  }
}

/** Browsers escape three characters in the names of fields and files (HTML, section 4.10.22.8). */
function unescapeName(name: string): string {
  if (!name.includes('%')) return name
  return name.replaceAll('%22', '"').replaceAll(/%0d/gi, '\r').replaceAll(/%0a/gi, '\n')
}

function badName(): MultiPartParserError {
  return new MultiPartParserError(
    `A part of the multipart form has no name in its Content-Disposition, or one of more than ${MAX_NAME} bytes.`,
  )
}

function fieldsTooBig(limit: number): RequestDataTooBig {
  return new RequestDataTooBig(
    `The fields of the form have more than ${limit} bytes. The setting dataUploadMaxMemorySize is the bound.`,
  )
}

function tooManyFields(limit: number): TooManyFieldsSent {
  return new TooManyFieldsSent(
    `The form has more than ${limit} fields. The setting dataUploadMaxNumberFields is the bound.`,
  )
}

function tooManyFiles(limit: number): TooManyFilesSent {
  return new TooManyFilesSent(
    `The form has more than ${limit} files. The setting dataUploadMaxNumberFiles is the bound.`,
  )
}
