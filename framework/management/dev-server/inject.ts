import type { ResponseBody } from '../../gateway/index.ts'

const END = Buffer.from('</body')

/** How far a small letter is from its capital. */
const LETTER_CASE = 0x20

/** How many bytes of a page are looked at to tell a document from a fragment. */
const BEGINNING = 1024

/**
 * Puts a snippet into an HTML document that passes in chunks: before the first `</body`, or at the end of a document that
 * has none, which HTML allows. A fragment passes as it is. No byte is held back but the beginning of what may be a `</body`.
 */
export class Injector {
  readonly #snippet: Buffer
  #beginning = ''
  #held: Buffer = Buffer.alloc(0)
  #done = false

  constructor(snippet: string) {
    this.#snippet = Buffer.from(snippet)
  }

  /** What to send for a chunk; may be empty. */
  push(chunk: Uint8Array): Buffer {
    const bytes = Buffer.concat([this.#held, chunk])
    this.#held = Buffer.alloc(0)
    if (this.#done) return bytes
    if (this.#beginning.length < BEGINNING) {
      this.#beginning += Buffer.from(chunk.subarray(0, BEGINNING)).toString('latin1')
    }
    const at = indexOfEnd(bytes)
    if (at === bytes.length) return bytes
    if (bytes.length - at < END.length) {
      this.#held = bytes.subarray(at)
      return bytes.subarray(0, at)
    }
    if (!this.#isDocument()) return bytes
    this.#done = true
    return Buffer.concat([bytes.subarray(0, at), this.#snippet, bytes.subarray(at)])
  }

  /** What to send at the end. */
  finish(): Buffer {
    const add = !this.#done && this.#isDocument()
    this.#done = true
    return add ? Buffer.concat([this.#held, this.#snippet]) : this.#held
  }

  #isDocument(): boolean {
    return /<(?:!doctype html|html|head|body)[\s>]/i.test(this.#beginning)
  }
}

/** A body that passes through an injector: at once where it is known as a whole, else at its own pace. */
export function injectInto(body: ResponseBody, snippet: string): ResponseBody {
  const injector = new Injector(snippet)
  if (Symbol.asyncIterator in body) {
    return { [Symbol.asyncIterator]: () => new InjectingIterator(body[Symbol.asyncIterator](), injector) }
  }
  const chunks = Array.from(body, (chunk) => injector.push(chunk))
  return [Buffer.concat([...chunks, injector.finish()])]
}

/** Not a generator: `return()` on one that was never started would not reach the body's own. */
class InjectingIterator implements AsyncIterator<Uint8Array> {
  readonly #inner: AsyncIterator<Uint8Array>
  readonly #injector: Injector
  #ended = false

  constructor(inner: AsyncIterator<Uint8Array>, injector: Injector) {
    this.#inner = inner
    this.#injector = injector
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#ended) return { done: true, value: undefined }
    const result = await this.#inner.next()
    if (result.done !== true) return { done: false, value: this.#injector.push(result.value) }
    this.#ended = true
    return { done: false, value: this.#injector.finish() }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    return (await this.#inner.return?.()) ?? { done: true, value: undefined }
  }
}

/** Where `</body` begins, whole or cut off by the end, in any case; the length where it does not. */
function indexOfEnd(bytes: Buffer): number {
  for (let at = bytes.indexOf(END[0] as number); at !== -1; at = bytes.indexOf(END[0] as number, at + 1)) {
    if (isEnd(bytes, at)) return at
  }
  return bytes.length
}

/** Looks at bytes and makes no strings: a page may have a million tags. */
function isEnd(bytes: Buffer, at: number): boolean {
  const length = Math.min(END.length, bytes.length - at)
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index] as number
    if (byte !== END[index] && byte + LETTER_CASE !== END[index]) return false
  }
  return true
}
