import { parseContentLength } from '../environ.ts'
import { Refusal } from '../http/refusal.ts'
import { emptyInput } from '../input.ts'
import type { Environ } from '../types.ts'
import type { FastCGIExchange } from './exchange.ts'

/**
 * The body that a request brings. Without CONTENT_LENGTH it ends where STDIN does: nginx and Caddy hand over so what
 * came in chunks. A length that is no number is refused by `run`. Throws `Refusal` for a body that is too large.
 */
export function inputOf(exchange: FastCGIExchange, environ: Environ, maxSize: number): AsyncIterable<Uint8Array> {
  const given = environ.CONTENT_LENGTH
  if (given === undefined || given === '') {
    const method = environ.REQUEST_METHOD
    return method === 'GET' || method === 'HEAD' ? emptyInput : exchange.openInput(undefined, maxSize)
  }
  const length = parseContentLength(given)
  if (Number.isNaN(length) || length === 0) return emptyInput
  const input = exchange.openInput(length, maxSize)
  if (length <= maxSize) return input
  throw new Refusal(413, `The body of this request is larger than ${maxSize} bytes. Send less.`)
}
