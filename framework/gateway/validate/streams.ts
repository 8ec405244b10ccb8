import type { Environ } from '../types.ts'
import { check, RULE } from './rules.ts'

/** A request's body, whose chunks are looked at on their way to the application. */
export class CheckedInput implements AsyncIterable<Uint8Array> {
  readonly #input: AsyncIterable<Uint8Array>

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, undefined, undefined> {
    for await (const chunk of this.#input) {
      check(chunk instanceof Uint8Array, 'wsgi.input gave something but a Uint8Array', RULE.streams)
      yield chunk
    }
  }
}

/** The operator's log, which takes text only. */
export function checkedErrors(errors: Environ['wsgi.errors']): Environ['wsgi.errors'] {
  return {
    write(text: unknown) {
      check(typeof text === 'string', `wsgi.errors.write() got something but a string: ${typeof text}`, RULE.streams)
      return errors.write(text)
    },
  }
}
