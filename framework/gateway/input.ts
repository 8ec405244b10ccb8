import { RawPostDataException, UnreadablePostError } from '../exceptions.ts'

/** Where the bytes of a request's body come from, as far as `LimitedInput` commands it. */
export interface InputSource {
  /** Deliver nothing more for now: enough is waiting to be read. */
  pause(): void
  /** Deliver again; also called at the first read of an input that was made `paused`. */
  resume(): void
}

/** How an input is made. */
export interface LimitedInputOptions {
  /** Bytes of the body; left out where only the source's `end()` tells, as with a chunked HTTP request. */
  readonly length?: number | undefined
  /** What to tell when too much, or nothing more, is waiting. */
  readonly source?: InputSource | undefined
  /** True where the source delivers nothing before its first `resume()`. */
  readonly paused?: boolean | undefined
  /** Waiting bytes at which the source is paused; 65,536 by default. */
  readonly highWaterMark?: number | undefined
}

type Result = IteratorResult<Uint8Array, undefined>
interface Waiter {
  resolve(result: Result): void
  reject(error: unknown): void
}

/** Who takes the chunks as they come, and what settles when there are no more. */
interface Taker {
  take(chunk: Uint8Array): void
  resolve(): void
  reject(error: unknown): void
}

const DONE: Result = { done: true, value: undefined }
const HIGH_WATER_MARK = 65_536

/**
 * A request's body as applications see it (`wsgi.input`), fed by a gateway: it ends after `length` bytes, whatever
 * else the source delivers, and fails with `UnreadablePostError` where the source ends before that.
 *
 * It can be iterated once; a second iteration throws `RawPostDataException`, as one after `forEach` does. The gateway
 * calls `push` for each chunk (which the input keeps: a read buffer that is used again has to be copied), then `end`, or
 * `fail` when the connection breaks. Pausing and resuming the source keeps at most `highWaterMark` bytes, and one chunk,
 * waiting.
 */
export class LimitedInput implements AsyncIterable<Uint8Array> {
  readonly #length: number
  readonly #bounded: boolean
  readonly #source: InputSource | undefined
  readonly #highWaterMark: number
  readonly #chunks: Uint8Array[] = []
  readonly #waiters: Waiter[] = []
  #waiting = 0
  #received = 0
  #paused: boolean
  #ended: boolean
  #failure: unknown
  #opened = false
  #taker: Taker | undefined
  #discarding = false
  /** True where the answer has ended before the body: an error is made only for somebody who reads on. */
  #abandoned = false

  constructor(options: LimitedInputOptions = {}) {
    this.#bounded = options.length !== undefined
    this.#length = options.length ?? Number.POSITIVE_INFINITY
    this.#source = options.source
    this.#paused = options.paused ?? false
    this.#highWaterMark = options.highWaterMark ?? HIGH_WATER_MARK
    this.#ended = this.#length === 0
  }

  /** True once every byte of the body has arrived, or no more can come. */
  get ended(): boolean {
    return this.#ended
  }

  /** True once the application has begun to read. */
  get opened(): boolean {
    return this.#opened
  }

  /** Bytes that have arrived so far. */
  get received(): number {
    return this.#received
  }

  /** Take the next bytes; what lies beyond the length, or comes after the end, is dropped. */
  push(chunk: Uint8Array): void {
    if (this.#ended) return
    const room = this.#length - this.#received
    const bytes = chunk.length > room ? chunk.subarray(0, room) : chunk
    if (bytes.length === 0) return
    this.#received += bytes.length
    if (this.#received === this.#length) this.#ended = true
    if (!this.#discarding) this.#deliver(bytes)
    if (this.#ended) this.#finish()
  }

  /** The source has nothing more. */
  end(): void {
    if (this.#ended) return
    if (this.#bounded) return this.fail(this.#cutShort())
    this.#ended = true
    this.#finish()
  }

  /** The source has broken: what has arrived can still be read, then reading rejects with `error`. */
  fail(error: unknown = this.#cutShort()): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#discarding) return
    this.#failure = error
    if (this.#waiters.length > 0 || this.#taker !== undefined) this.#finish()
  }

  /**
   * Drop what is waiting and all that still comes, because the answer has ended; the source is resumed. Somebody who
   * reads on all the same gets an error, for the body must not look complete.
   */
  discard(): void {
    this.#opened = true
    this.#drop()
    this.#abandoned = !this.#ended
    for (const waiter of this.#waiters.splice(0)) waiter.reject(restDropped())
    this.#taker?.reject(restDropped())
    this.#taker = undefined
    this.#resume()
  }

  /**
   * Hand on each chunk as it comes, until the end: as iterating does, but without a promise for each. What `take` throws
   * ends it, and the promise that is given rejects with that.
   */
  forEach(take: (chunk: Uint8Array) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#open()
      this.#taker = { take, resolve, reject }
      this.#waiting = 0
      for (const chunk of this.#chunks.splice(0)) this.#give(chunk)
      if (this.#ended) this.#finish()
      else this.#resume()
    })
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    this.#open()
    return {
      next: () => this.#next(),
      return: () => {
        this.#drop()
        this.#failure = undefined
        for (const waiter of this.#waiters.splice(0)) waiter.resolve(DONE)
        return Promise.resolve(DONE)
      },
    }
  }

  #open(): void {
    if (this.#opened) {
      throw new RawPostDataException(
        "The body of this request has been read already, and 'wsgi.input' can be read once only: keep what was read.",
      )
    }
    this.#opened = true
  }

  #give(chunk: Uint8Array): void {
    try {
      this.#taker?.take(chunk)
    } catch (error) {
      this.#taker?.reject(error)
      this.#taker = undefined
      this.#drop()
    }
  }

  #next(): Promise<Result> {
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#waiting -= chunk.length
      if (this.#waiting < this.#highWaterMark) this.#resume()
      return Promise.resolve({ done: false, value: chunk })
    }
    if (this.#failure !== undefined) return Promise.reject(this.#takeFailure())
    if (this.#abandoned) return Promise.reject(restDropped())
    if (this.#ended || this.#discarding) return Promise.resolve(DONE)
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      this.#resume()
    })
  }

  #deliver(chunk: Uint8Array): void {
    if (this.#taker !== undefined) return this.#give(chunk)
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) return waiter.resolve({ done: false, value: chunk })
    this.#chunks.push(chunk)
    this.#waiting += chunk.length
    if (this.#waiting >= this.#highWaterMark && !this.#paused && !this.#ended) {
      this.#paused = true
      this.#source?.pause()
    }
  }

  #resume(): void {
    if (!this.#paused || this.#ended) return
    this.#paused = false
    this.#source?.resume()
  }

  #finish(): void {
    const taker = this.#taker
    this.#taker = undefined
    if (taker !== undefined && this.#failure === undefined) taker.resolve()
    else taker?.reject(this.#takeFailure())
    for (const waiter of this.#waiters.splice(0)) {
      if (this.#failure === undefined) waiter.resolve(DONE)
      else waiter.reject(this.#takeFailure())
    }
  }

  #takeFailure(): unknown {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  #drop(): void {
    this.#discarding = true
    this.#chunks.length = 0
    this.#waiting = 0
  }

  #cutShort(): UnreadablePostError {
    const expected = this.#bounded ? ` of the ${this.#length} that CONTENT_LENGTH promised` : ''
    return new UnreadablePostError(
      `The request's body broke off after ${this.#received} bytes${expected}: the client left, or sent less.`,
    )
  }
}

function restDropped(): UnreadablePostError {
  return new UnreadablePostError('The rest of the body was dropped: the answer has ended.')
}

/** Hand each chunk of a body to `take` as it comes: as `for await` does, and sooner where a gateway's own input allows it. */
export function forEachChunk(input: AsyncIterable<Uint8Array>, take: (chunk: Uint8Array) => void): Promise<void> {
  return input instanceof LimitedInput ? input.forEach(take) : iterate(input, take)
}

async function iterate(input: AsyncIterable<Uint8Array>, take: (chunk: Uint8Array) => void): Promise<void> {
  for await (const chunk of input) take(chunk)
}

/** The `wsgi.input` of a request without a body; it holds nothing, however often it is read. */
export const emptyInput: AsyncIterable<Uint8Array> = Object.freeze({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(DONE) }),
})
