import { HttpResponseBase, type ResponseInit } from './base-response.ts'
import { ByteBuffer } from './byte-buffer.ts'
import { decodeText } from './encoding.ts'

/**
 * A response whose content is known as a whole. It is its own body: a gateway iterates it.
 *
 * @example
 * new HttpResponse('Not here.', { status: 404, contentType: 'text/plain; charset=utf-8' })
 */
export class HttpResponse extends HttpResponseBase implements Iterable<Uint8Array> {
  readonly streaming = false
  #content: Uint8Array
  /** The content while pieces are put to it. */
  #written: ByteBuffer | undefined

  constructor(content: string | Uint8Array = '', init: ResponseInit = {}) {
    super(init)
    this.#content = this.makeBytes(content)
  }

  /** The content's bytes; a string that is set is encoded in the response's charset. Throws a TypeError where that lacks a character. */
  get content(): Uint8Array {
    if (this.#written !== undefined) {
      this.#content = this.#written.toBytes()
      this.#written = undefined
    }
    return this.#content
  }

  set content(content: string | Uint8Array) {
    this.#written = undefined
    this.#content = this.makeBytes(content)
  }

  /** The content as text, by the response's charset. */
  get text(): string {
    const { content } = this
    return decodeText(Buffer.from(content.buffer, content.byteOffset, content.byteLength), this.charset)
  }

  /** Put more behind the content. */
  write(content: string | Uint8Array): void {
    if (this.#written === undefined) {
      this.#written = new ByteBuffer()
      this.#written.append(this.#content)
    }
    this.#written.append(this.makeBytes(content))
  }

  /** Put several pieces behind the content, with nothing between them. */
  writelines(pieces: Iterable<string | Uint8Array>): void {
    for (const piece of pieces) this.write(piece)
  }

  /** Bytes of the content so far. */
  tell(): number {
    return this.#written?.length ?? this.#content.length
  }

  /** The content's bytes, as a file in memory would give them. */
  getvalue(): Uint8Array {
    return this.content
  }

  /** Headers, an empty line and content, as bytes: the answer as HTTP/1.1 has it, without its status line. */
  serialize(): Uint8Array {
    const lines = this.toHeaderList().map(([name, value]) => `${name}: ${value}\r\n`)
    return Buffer.concat([Buffer.from(`${lines.join('')}\r\n`, 'latin1'), this.content])
  }

  /** The content in one chunk; the response is closed after it, or when the gateway stops before. */
  [Symbol.iterator](): Iterator<Uint8Array> {
    return new ContentIterator(this)
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

class ContentIterator implements Iterator<Uint8Array> {
  readonly #response: HttpResponse
  #given = false

  constructor(response: HttpResponse) {
    this.#response = response
  }

  next(): IteratorResult<Uint8Array> {
    if (this.#given || this.#response.content.length === 0) return this.return()
    this.#given = true
    return { done: false, value: this.#response.content }
  }

  return(): IteratorResult<Uint8Array> {
    if (!this.#response.closed) void this.#response.close()
    return DONE
  }
}
