import { UnreadablePostError } from '../exceptions.ts'
import { formatRecord, isPromise, isTold } from '../utils/index.ts'
import { parseContentLength } from './environ.ts'
import { Head } from './head.ts'
import type { Application, Environ, Output, ResponseBody, StartResponse } from './types.ts'

/**
 * Call an application and send its answer: the loop that every gateway shares.
 *
 * It is synchronous where the application, its body and the output are. The head leaves with the first chunk, so that
 * an application which fails before that is answered by a bare 500 (and its error written to `wsgi.errors`); one that
 * fails later has its answer cut off by `output.end(error)`. A body left early, because the client has gone or the
 * answer has none (HEAD, 1xx, 204, 205, 304), has its iterator's `return()` called. Never throws and never rejects.
 *
 * Held for every gateway alike: a CONTENT_LENGTH that is no number is answered by 400; header names and values are
 * checked; hop-by-hop headers are dropped; no more bytes are sent than the answer's Content-Length says, and fewer
 * cut it off; a body of one chunk or none, in an array, gets a Content-Length.
 */
export function run(application: Application, environ: Environ, output: Output): void | Promise<void> {
  return new Exchange(environ, output).run(application)
}

type AnyIterator = Iterator<Uint8Array> | AsyncIterator<Uint8Array>

const EMPTY = new Uint8Array(0)

/** Says that the client went while its answer was written, which is nobody's fault and is not logged. */
class ClientGone extends Error {}

/** One request and its answer. */
class Exchange {
  readonly #environ: Environ
  readonly #output: Output
  #head: Head | undefined
  #headSent = false
  #sent = 0

  constructor(environ: Environ, output: Output) {
    this.#environ = environ
    this.#output = output
  }

  run(application: Application): void | Promise<void> {
    if (Number.isNaN(parseContentLength(this.#environ.CONTENT_LENGTH))) {
      return this.#answer('400 Bad Request', 'The Content-Length of this request is no number.\n')
    }
    let body: ResponseBody | Promise<ResponseBody>
    try {
      body = application(this.#environ, this.#startResponse)
    } catch (error) {
      return this.#fail(error)
    }
    if (!isPromise(body)) return this.#send(body)
    return body.then(
      (settled) => this.#send(settled),
      (error: unknown) => this.#fail(error),
    )
  }

  readonly #startResponse: StartResponse = (status, headers, error) => {
    if (error === undefined) {
      if (this.#head !== undefined) {
        throw new Error(
          'startResponse() was called a second time without an error. Call it once; to replace the head after a ' +
            'failure, give the error as the third argument.',
        )
      }
    } else if (this.#headSent) {
      throw error
    }
    this.#head = new Head(status, headers, this.#environ.REQUEST_METHOD)
  }

  #send(body: ResponseBody): void | Promise<void> {
    let iterator: AnyIterator
    try {
      if (this.#head !== undefined && Array.isArray(body) && body.length <= 1) {
        return this.#sendWhole(this.#head, body[0] as Uint8Array)
      }
      iterator = iterate(body)
    } catch (error) {
      return this.#fail(error)
    }
    return Symbol.asyncIterator in body ? this.#pump(iterator) : this.#drain(iterator as Iterator<Uint8Array>)
  }

  /** Send an answer whose body is known at once: the way of nearly every page. */
  #sendWhole(head: Head, chunk: Uint8Array = EMPTY): void | Promise<void> {
    assertBytes(chunk)
    if (head.length === undefined) head.declareLength(chunk.length)
    else if (head.length !== chunk.length && !head.bodyless) throw this.#wrongLength(chunk.length)
    const wait = this.#write(chunk)
    if (wait === undefined) return this.#finish()
    return wait.then(() => this.#finish()).catch((error: unknown) => this.#fail(error))
  }

  /** Send the chunks of a synchronous body, synchronously until the output asks to wait. */
  #drain(iterator: Iterator<Uint8Array>): void | Promise<void> {
    let exhausted = false
    try {
      while (this.#head?.bodyless !== true) {
        exhausted = true
        const result = iterator.next()
        if (result.done === true) return this.#finish()
        exhausted = false
        const wait = this.#write(result.value)
        if (wait !== undefined) return this.#pump(iterator, wait)
      }
      this.#finish()
    } catch (error) {
      if (!exhausted) this.#closeSync(iterator)
      return this.#fail(error)
    }
    this.#closeSync(iterator)
  }

  /** Send the chunks of any body, waiting for the output and, where it is asynchronous, for the body. */
  async #pump(iterator: AnyIterator, firstWait?: Promise<void>): Promise<void> {
    let exhausted = false
    try {
      await firstWait
      while (this.#head?.bodyless !== true) {
        exhausted = true
        const result = await iterator.next()
        if (result.done === true) return this.#finish()
        exhausted = false
        const wait = this.#write(result.value)
        if (wait !== undefined) await wait
      }
      this.#finish()
    } catch (error) {
      if (!exhausted) await this.#close(iterator)
      return this.#fail(error)
    }
    await this.#close(iterator)
  }

  /** Send one chunk, after the head where it is the first; a promise that is given rejects with `ClientGone` only. */
  #write(chunk: Uint8Array): Promise<void> | undefined {
    assertBytes(chunk)
    const head = this.#head ?? neverStarted()
    if (head.bodyless || chunk.length === 0) return undefined
    if (head.length !== undefined && this.#sent + chunk.length > head.length) {
      throw this.#wrongLength(this.#sent + chunk.length)
    }
    this.#sent += chunk.length
    this.#sendHead(head)
    try {
      return this.#output.write(chunk)?.catch(rethrowAsGone)
    } catch (error) {
      return rethrowAsGone(error)
    }
  }

  #sendHead({ status, headers }: Head): void {
    if (this.#headSent) return
    this.#headSent = true
    this.#output.writeHead(status, headers)
  }

  #finish(): void {
    const head = this.#head ?? neverStarted()
    this.#sendHead(head)
    if (head.length !== undefined && this.#sent < head.length && !head.bodyless) throw this.#wrongLength(this.#sent)
    this.#output.end()
  }

  #fail(error: unknown): void | Promise<void> {
    if (error instanceof ClientGone) return this.#output.end(error.cause)
    const gone = this.#environ['nuages.signal'].aborted
    if (gone && error instanceof Error && (error.name === 'AbortError' || error instanceof UnreadablePostError)) {
      return this.#output.end(error)
    }
    if (error instanceof UnreadablePostError && !this.#headSent) {
      return this.#answer('400 Bad Request', 'The body of this request is incomplete.\n')
    }
    if (!isTold(error)) this.#log('the application failed', error)
    if (this.#headSent) return this.#output.end(error)
    return this.#answer('500 Internal Server Error', 'Internal Server Error\n')
  }

  /** Answer in the application's place. */
  #answer(status: string, text: string): void | Promise<void> {
    const body = Buffer.from(text, 'latin1')
    try {
      const head = new Head(status, [['Content-Type', 'text/plain; charset=utf-8']], this.#environ.REQUEST_METHOD)
      this.#head = head
      return this.#sendWhole(head, body)
    } catch (error) {
      this.#output.end(error)
    }
  }

  #closeSync(iterator: Iterator<Uint8Array>): void {
    try {
      iterator.return?.()
    } catch (error) {
      this.#log("the body's return() failed", error)
    }
  }

  async #close(iterator: AnyIterator): Promise<void> {
    try {
      await iterator.return?.()
    } catch (error) {
      this.#log("the body's return() failed", error)
    }
  }

  /** Tell the operator; where even that fails, there is nobody left to tell. */
  #log(what: string, error: unknown): void {
    const message = `${this.#environ.REQUEST_METHOD} ${this.#environ.SCRIPT_NAME}${this.#environ.PATH_INFO}: ${what}`
    try {
      this.#environ['wsgi.errors'].write(
        formatRecord({ time: new Date(), level: 'error', logger: 'nuages.gateway', message, error, extra: {} }),
      )
    } catch {}
  }

  #wrongLength(length: number): Error {
    return new Error(
      `The answer's Content-Length says ${this.#head?.length} bytes, but its body has ${length}. Give the body's own ` +
        'length in bytes, or leave the header out.',
    )
  }
}

function iterate(body: ResponseBody): AnyIterator {
  if (typeof body === 'object' && body !== null) {
    if (Symbol.asyncIterator in body) return body[Symbol.asyncIterator]()
    if (Symbol.iterator in body) return body[Symbol.iterator]()
  }
  throw new TypeError(
    `The application returned ${describe(body)}. Return an iterable of Uint8Array, such as [Buffer.from('text')].`,
  )
}

function assertBytes(chunk: unknown): asserts chunk is Uint8Array {
  if (chunk instanceof Uint8Array) return
  throw new TypeError(
    `The body gave ${describe(chunk)} where a Uint8Array was expected. Encode text first: Buffer.from(text).`,
  )
}

function describe(value: unknown): string {
  return value === null
    ? 'null'
    : typeof value === 'string'
      ? 'a string'
      : value === undefined
        ? 'undefined'
        : `a value of type ${typeof value}`
}

function neverStarted(): never {
  throw new Error('The application gave no status and headers. Call startResponse() before the first chunk.')
}

function rethrowAsGone(error: unknown): never {
  throw new ClientGone('The client has gone.', { cause: error })
}
