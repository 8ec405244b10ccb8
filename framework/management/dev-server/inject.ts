import type { ResponseBody } from '../../gateway/index.ts'

/** What stands before all that a document's head holds: space, comments, the doctype, the tags of html and head. */
const BEGINNING =
  /^(?:\xef\xbb\xbf)?(?:\s+|<!--[^]*?-->|<!doctype\b[^>]*>|<(?:html|head)(?=[\s/>])(?:"[^"]*"|'[^']*'|[^'">])*>)*/i
const COMMENT = /<!--[^]*?-->/g
const TAG = /<(?:!doctype|html|head)[\s/>]/i
const HEAD = /<head[\s/>]/i

/** The rest after a beginning that may go on in the next chunk. */
const CUT_OFF = /^(?:$|<!--|<!?[a-z-]*$|<(?:!doctype|html|head)[\s/])/i

/** How many bytes of a page are held back at most. */
const LIMIT = 16_384

/**
 * Puts a snippet into an HTML document that passes in chunks: at the beginning of its head, where no script and no attribute
 * can hold what looks like a tag, and where no rule of a stylesheet counts it. A fragment passes as it is. No byte is held back
 * but what may be a beginning.
 */
export class Injector {
  readonly #snippet: Buffer
  #held: Buffer = Buffer.alloc(0)
  #done = false

  constructor(snippet: string) {
    this.#snippet = Buffer.from(snippet)
  }

  /** What to send for a chunk; may be empty. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#done) return chunk
    this.#held = Buffer.concat([this.#held, chunk])
    return this.#decide(this.#held.length >= LIMIT)
  }

  /** What to send at the end. */
  finish(): Uint8Array {
    return this.#done ? Buffer.alloc(0) : this.#decide(true)
  }

  /** What is held, once it is known whether and where the snippet belongs there, or `now`; nothing before. */
  #decide(now: boolean): Buffer {
    const text = this.#held.toString('latin1', 0, LIMIT)
    const [beginning = ''] = BEGINNING.exec(text) ?? []
    const rest = text.slice(beginning.length)
    const tags = beginning.replaceAll(COMMENT, '')
    if (!now && !HEAD.test(tags) && CUT_OFF.test(rest)) return Buffer.alloc(0)
    const held = this.#held
    this.#held = Buffer.alloc(0)
    this.#done = true
    if (!TAG.test(tags) && !/^<body[\s>]/i.test(rest)) return held
    return Buffer.concat([held.subarray(0, beginning.length), this.#snippet, held.subarray(beginning.length)])
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
