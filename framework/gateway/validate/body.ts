import type { Environ, ResponseBody } from '../types.ts'
import { ContractError } from './contract-error.ts'
import type { CheckedHead } from './head.ts'
import { check, isAsyncIterable, RULE } from './rules.ts'

/** The application's body, checked as far as it is known, and watched for the rest. */
export function checkBody(body: unknown, head: CheckedHead, environ: Environ): ResponseBody {
  check(typeof body !== 'string', 'the body is a string; return [Buffer.from(text)]', RULE.iterable)
  if (Array.isArray(body)) return checkedArray(body, head)
  if (isAsyncIterable(body)) return new CheckedAsyncBody(body, head, environ)
  const iterable = typeof body === 'object' && body !== null && Symbol.iterator in body
  check(iterable, 'the application returned no iterable of Uint8Array', RULE.iterable)
  return new CheckedBody(body as Iterable<Uint8Array>, head, environ)
}

/** An array stays one, for gateways know its length. */
function checkedArray(body: unknown[], head: CheckedHead): Uint8Array[] {
  check(head.started, 'the application returned its body without calling startResponse()', RULE.startResponse)
  for (const chunk of body) checkChunk(chunk)
  return body as Uint8Array[]
}

function checkChunk(chunk: unknown): asserts chunk is Uint8Array {
  const given = typeof chunk === 'string' ? 'a string; encode it, with Buffer.from(text)' : typeof chunk
  check(chunk instanceof Uint8Array, `the body gave something but a Uint8Array: ${given}`, RULE.iterable)
}

/** What has happened to a body's iterator; told to the operator where it was left half-way. */
interface Progress {
  finished: boolean
}

const abandoned = new FinalizationRegistry<{ progress: Progress; errors: Environ['wsgi.errors'] }>((held) => {
  if (held.progress.finished) return
  held.errors.write(
    `ContractError: a body was left before its end and its return() was not called by the gateway (${RULE.iterable}).\n`,
  )
})

/** What both kinds of body share: one iteration, the head before the first chunk, nothing after the end. */
class BodyWatch {
  readonly #head: CheckedHead
  readonly #errors: Environ['wsgi.errors']
  #progress: Progress | undefined

  constructor(head: CheckedHead, environ: Environ) {
    this.#head = head
    this.#errors = environ['wsgi.errors']
  }

  /** Called with the new iterator. */
  open(iterator: object): void {
    check(this.#progress === undefined, 'the gateway iterates a body for the second time', RULE.iterable)
    this.#progress = { finished: false }
    abandoned.register(iterator, { progress: this.#progress, errors: this.#errors })
  }

  beforeNext(): void {
    check(this.#progress?.finished === false, 'the gateway asks for a chunk after the end of the body', RULE.iterable)
  }

  afterNext<R extends IteratorResult<unknown, unknown>>(result: R): R {
    if (result.done === true) this.finish()
    check(this.#head.started, 'the body began before startResponse() was called', RULE.startResponse)
    if (result.done !== true) checkChunk(result.value)
    return result
  }

  /** The body has ended, failed or been given up. */
  finish(): void {
    if (this.#progress !== undefined) this.#progress.finished = true
  }
}

class CheckedBody implements Iterable<Uint8Array> {
  readonly #body: Iterable<Uint8Array>
  readonly #watch: BodyWatch

  constructor(body: Iterable<Uint8Array>, head: CheckedHead, environ: Environ) {
    this.#body = body
    this.#watch = new BodyWatch(head, environ)
  }

  [Symbol.iterator](): Iterator<Uint8Array> {
    const inner = this.#body[Symbol.iterator]()
    const watch = this.#watch
    const iterator: Iterator<Uint8Array> = {
      next() {
        watch.beforeNext()
        try {
          return watch.afterNext(inner.next())
        } catch (error) {
          watch.finish()
          if (error instanceof ContractError) inner.return?.()
          throw error
        }
      },
      return() {
        watch.finish()
        return inner.return?.() ?? { done: true, value: undefined }
      },
    }
    watch.open(iterator)
    return iterator
  }
}

class CheckedAsyncBody implements AsyncIterable<Uint8Array> {
  readonly #body: AsyncIterable<Uint8Array>
  readonly #watch: BodyWatch

  constructor(body: AsyncIterable<Uint8Array>, head: CheckedHead, environ: Environ) {
    this.#body = body
    this.#watch = new BodyWatch(head, environ)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const inner = this.#body[Symbol.asyncIterator]()
    const watch = this.#watch
    const iterator: AsyncIterator<Uint8Array> = {
      async next() {
        watch.beforeNext()
        try {
          return watch.afterNext(await inner.next())
        } catch (error) {
          watch.finish()
          if (error instanceof ContractError) await inner.return?.()
          throw error
        }
      },
      async return() {
        watch.finish()
        return (await inner.return?.()) ?? { done: true, value: undefined }
      },
    }
    watch.open(iterator)
    return iterator
  }
}
