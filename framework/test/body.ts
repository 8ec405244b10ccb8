import { randomBytes } from 'node:crypto'
import { RawPostDataException } from '../exceptions.ts'
import { emptyInput } from '../gateway/index.ts'
import { isStream } from './stream-data.ts'

/** A form's value; a `File` makes the form a multipart one. */
export type FormValue = string | number | boolean | Blob

/** A form as an object: several values under one name are an array, and `undefined` leaves a name out. */
export type FormObject = Readonly<Record<string, FormValue | readonly FormValue[] | undefined>>

/** What a request's body may be made of; a stream's length is not told, as with a chunked request. */
export type RequestData =
  | string
  | Uint8Array
  | Blob
  | AsyncIterable<string | Uint8Array>
  | URLSearchParams
  | FormData
  | FormObject

/** A body, ready to be read. */
export interface EncodedBody {
  readonly type: string
  /** `undefined` for a stream. */
  readonly length: number | undefined
  readonly input: AsyncIterable<Uint8Array>
}

type Part = Uint8Array | Blob

const BYTES = 'application/octet-stream'

/**
 * A request's body from what a test gives. An object is a form, as a browser would send it: urlencoded, or multipart
 * where it has a file or `contentType` says so.
 */
export function encodeBody(data: RequestData, contentType?: string): EncodedBody {
  if (typeof data === 'string') return bodyOf([Buffer.from(data)], contentType ?? 'text/plain; charset=utf-8')
  if (data instanceof Uint8Array) return bodyOf([data], contentType ?? BYTES)
  if (data instanceof Blob) return bodyOf([data], contentType ?? typeOf(data))
  if (isStream(data)) return { type: contentType ?? BYTES, length: undefined, input: new BodyInput(data) }
  if (data instanceof URLSearchParams) return urlencoded(data, contentType)
  if (data instanceof FormData) return multipart([...data], contentType)
  const entries = formEntries(data)
  const mayBeUrlencoded = contentType === undefined || isType(contentType, 'application/x-www-form-urlencoded')
  if (mayBeUrlencoded && entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    return urlencoded(new URLSearchParams(entries), contentType)
  }
  return multipart(entries, contentType)
}

/** A value as a JSON body. */
export function encodeJson(value: unknown, contentType = 'application/json'): EncodedBody {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined)
    throw new TypeError(`JSON has no form for ${typeof value}: give \`json\` a value that it has.`)
  return bodyOf([Buffer.from(text)], contentType)
}

function urlencoded(data: URLSearchParams, contentType = 'application/x-www-form-urlencoded'): EncodedBody {
  return bodyOf([Buffer.from(data.toString())], contentType)
}

/** As browsers do (RFC 7578, with the escapes of the HTML standard, section 4.10.22.8). */
function multipart(entries: readonly (readonly [string, string | Blob])[], contentType?: string): EncodedBody {
  if (contentType !== undefined && !isType(contentType, 'multipart/form-data')) {
    throw new TypeError(
      `A form cannot be sent as ${contentType}. Give \`json\` for JSON, or \`data\` as a string or bytes for another type.`,
    )
  }
  const given = /;\s*boundary="?([^";]+)/i.exec(contentType ?? '')?.[1]
  const boundary = given ?? `----nuages${randomBytes(12).toString('hex')}`
  const parts: Part[] = []
  for (const [name, value] of entries) {
    parts.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`))
    if (typeof value === 'string') parts.push(Buffer.from(`\r\n\r\n${value.replace(/\r\n?|\n/g, '\r\n')}`))
    else parts.push(fileHead(value), value)
    parts.push(Buffer.from('\r\n'))
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`))
  return bodyOf(parts, given === undefined ? `multipart/form-data; boundary=${boundary}` : (contentType as string))
}

function fileHead(file: Blob): Uint8Array {
  const name = file instanceof File ? file.name : 'blob'
  return Buffer.from(`; filename="${escapeName(name)}"\r\nContent-Type: ${typeOf(file)}\r\n\r\n`)
}

function typeOf({ type }: Blob): string {
  return type === '' ? BYTES : type
}

function escapeName(name: string): string {
  return name.replace(/\r\n?|\n/g, '%0D%0A').replaceAll('"', '%22')
}

function formEntries(data: FormObject): Array<[name: string, value: string | Blob]> {
  if (Symbol.iterator in data) throw new TypeError('A form is an object, FormData or URLSearchParams, and no list.')
  return Object.entries(data).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each) => [name, formValue(name, each)] as [string, string | Blob]),
  )
}

function formValue(name: string, value: unknown): string | Blob {
  if (value instanceof Blob || typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) {
    throw new TypeError(
      `The form's value "${name}" is bytes without a name: give new File([bytes], 'name.txt', { type }) to upload them.`,
    )
  }
  throw new TypeError(
    `The form's value "${name}" is ${value === null ? 'null' : `of type ${typeof value}`}: a form holds strings, numbers, ` +
      'booleans and files. Leave the name out, or give `json` instead of `data`.',
  )
}

function isType(contentType: string, type: string): boolean {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === type
}

function bodyOf(parts: readonly Part[], type: string): EncodedBody {
  const length = parts.reduce((sum, part) => sum + (part instanceof Blob ? part.size : part.length), 0)
  return { type, length, input: length === 0 ? emptyInput : new BodyInput(parts) }
}

/** A body that can be read once, as from a gateway. */
class BodyInput implements AsyncIterable<Uint8Array> {
  readonly #parts: Iterable<Part> | AsyncIterable<string | Uint8Array>
  #opened = false

  constructor(parts: Iterable<Part> | AsyncIterable<string | Uint8Array>) {
    this.#parts = parts
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.#opened) throw new RawPostDataException('The body of this request has been read already.')
    this.#opened = true
    return this.#read()
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    for await (const part of this.#parts) {
      if (part instanceof Blob) yield* part.stream()
      else yield typeof part === 'string' ? Buffer.from(part) : part
    }
  }
}
