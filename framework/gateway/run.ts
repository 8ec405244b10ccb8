import { BadHeaderError, UnreadablePostError } from '../exceptions.ts'
import { formatRecord, isPromise, isTold } from '../utils/index.ts'
import { parseContentLength } from './environ.ts'
import { HOP_BY_HOP } from './hop-by-hop.ts'
import type { Application, Environ, Output, ResponseBody, ResponseHeaders, StartResponse } from './types.ts'

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

const STATUS = /^[1-9]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?$/
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const NOT_IN_A_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/** What a header's name means for the loop. */
type Kind = 'plain' | 'length' | 'hop-by-hop'

/** Spellings of header names and what they mean; an application that makes up names must not fill the memory. */
const kinds = new Map<string, Kind>()
const MAX_REMEMBERED = 2_000

const EMPTY = new Uint8Array(0)

/** Says that the client went while its answer was written, which is nobody's fault and is not logged. */
class ClientGone extends Error {}

/** One request and its answer. */
class Exchange {
  readonly #environ: Environ
  readonly #output: Output
  #status = ''
  #headers: ResponseHeaders = []
  #declared: number | undefined
  #sent = 0
  #started = false
  #headSent = false
  #bodyless = false

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
      if (this.#started) {
        throw new Error(
          'startResponse() was called a second time without an error. Call it once; to replace the head after a ' +
            'failure, give the error as the third argument.',
        )
      }
    } else if (this.#headSent) {
      throw error
    }
    this.#setHead(status, headers)
  }

  #setHead(status: string, headers: ResponseHeaders): void {
    if (typeof status !== 'string' || !STATUS.test(status)) {
      throw new TypeError(
        `startResponse() got the status ${JSON.stringify(status)}. Give a code and a reason, such as '200 OK'.`,
      )
    }
    if (!Array.isArray(headers)) {
      throw new TypeError(`startResponse() got ${typeof headers} for headers. Give an array of [name, value] pairs.`)
    }
    const lengthForbidden = /^(?:1|20[45])/.test(status)
    this.#bodyless = lengthForbidden || status.startsWith('304') || this.#environ.REQUEST_METHOD === 'HEAD'
    this.#declared = undefined
    let kept: Array<readonly [string, string]> | undefined
    for (let i = 0; i < headers.length; i++) {
      const header = headers[i] as readonly [string, string]
      const keep = this.#judgeHeader(header[0], header[1], lengthForbidden)
      if (keep) kept?.push(header)
      else kept ??= headers.slice(0, i) as Array<readonly [string, string]>
    }
    this.#status = status
    this.#headers = kept ?? (headers as ResponseHeaders)
    // RFC 9110, section 15.3.6: nothing comes, and the client must be able to tell.
    if (lengthForbidden && status.startsWith('205')) this.#headers = [...this.#headers, ['Content-Length', '0']]
    this.#started = true
  }

  /** False for a header that is not to be sent. */
  #judgeHeader(name: string, value: string, lengthForbidden: boolean): boolean {
    const kind = kinds.get(name) ?? learnKind(name)
    if (typeof value !== 'string' || NOT_IN_A_VALUE.test(value)) throw badValue(name, value)
    if (kind === 'plain') return true
    if (kind === 'hop-by-hop' || lengthForbidden) return false
    const length = value === '' ? Number.NaN : parseContentLength(value)
    if (Number.isNaN(length) || (this.#declared !== undefined && this.#declared !== length)) {
      throw new BadHeaderError(`The answer's Content-Length ${JSON.stringify(value)} is no number, or a second one.`)
    }
    const first = this.#declared === undefined
    this.#declared = length
    return first
  }

  #send(body: ResponseBody): void | Promise<void> {
    let iterator: AnyIterator
    try {
      if (this.#started && Array.isArray(body) && body.length <= 1) return this.#sendWhole(body[0] as Uint8Array)
      iterator = iterate(body)
    } catch (error) {
      return this.#fail(error)
    }
    return Symbol.asyncIterator in body ? this.#pump(iterator) : this.#drain(iterator as Iterator<Uint8Array>)
  }

  /** Send an answer whose body is known at once: the way of nearly every page. */
  #sendWhole(chunk: Uint8Array = EMPTY): void | Promise<void> {
    assertBytes(chunk)
    if (this.#declared === undefined) this.#declareLength(chunk.length)
    else if (this.#declared !== chunk.length && !this.#bodyless) throw this.#wrongLength(chunk.length)
    const wait = this.#bodyless || chunk.length === 0 ? undefined : this.#write(chunk)
    if (wait === undefined) return this.#finish()
    return wait.then(() => this.#finish()).catch((error: unknown) => this.#fail(error))
  }

  #declareLength(length: number): void {
    if (
      this.#bodyless &&
      (this.#environ.REQUEST_METHOD !== 'HEAD' || length === 0 || /^(?:1|20[45]|304)/.test(this.#status))
    )
      return
    this.#headers = [...this.#headers, ['Content-Length', String(length)]]
    this.#declared = length
  }

  /** Send the chunks of a synchronous body, synchronously until the output asks to wait. */
  #drain(iterator: Iterator<Uint8Array>): void | Promise<void> {
    let exhausted = false
    try {
      while (!this.#bodyless) {
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
      while (!this.#bodyless) {
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
    if (!this.#started) throw neverStarted()
    if (this.#bodyless || chunk.length === 0) return undefined
    if (this.#declared !== undefined && this.#sent + chunk.length > this.#declared) {
      throw this.#wrongLength(this.#sent + chunk.length)
    }
    this.#sent += chunk.length
    this.#sendHead()
    try {
      return this.#output.write(chunk)?.catch(rethrowAsGone)
    } catch (error) {
      return rethrowAsGone(error)
    }
  }

  #sendHead(): void {
    if (this.#headSent) return
    this.#headSent = true
    this.#output.writeHead(this.#status, this.#headers)
  }

  #finish(): void {
    if (!this.#started) throw neverStarted()
    this.#sendHead()
    if (this.#declared !== undefined && this.#sent < this.#declared && !this.#bodyless) {
      throw this.#wrongLength(this.#sent)
    }
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
      this.#setHead(status, [['Content-Type', 'text/plain; charset=utf-8']])
      return this.#sendWhole(body)
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
      `The answer's Content-Length says ${this.#declared} bytes, but its body has ${length}. Give the body's own ` +
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

function neverStarted(): Error {
  return new Error('The application gave no status and headers. Call startResponse() before the first chunk.')
}

function rethrowAsGone(error: unknown): never {
  throw new ClientGone('The client has gone.', { cause: error })
}

function learnKind(name: string): Kind {
  if (typeof name !== 'string' || !TOKEN.test(name)) {
    throw new BadHeaderError(`${JSON.stringify(name)} is no name for a header. Use letters, digits and "-" only.`)
  }
  const lower = name.toLowerCase()
  if (lower === 'status') {
    throw new BadHeaderError('An answer has no header named Status. Give the status as the first argument.')
  }
  const kind: Kind = HOP_BY_HOP.has(lower) ? 'hop-by-hop' : lower === 'content-length' ? 'length' : 'plain'
  if (kinds.size < MAX_REMEMBERED) kinds.set(name, kind)
  return kind
}

function badValue(name: string, value: unknown): BadHeaderError {
  const reason =
    typeof value !== 'string'
      ? `is of type ${typeof value}. Give a string.`
      : 'has a control character, or one beyond latin-1, in it. Encode it first, as percent-escapes or RFC 8187 do.'
  return new BadHeaderError(`The value of the header ${name} ${reason}`)
}
