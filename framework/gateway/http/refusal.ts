import { STATUS_CODES } from 'node:http'
import { httpDate } from '../../utils/index.ts'

/** A request that the server answers by itself, without the application. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }

  /** The status line's code and reason. */
  get statusLine(): string {
    return `${this.status} ${STATUS_CODES[this.status] ?? 'Error'}`
  }
}

/** A refusal as the bytes of a whole answer, for a connection that has lost its place between messages. */
export function refusalBytes(refusal: Refusal): Buffer {
  const body = `${refusal.message}\n`
  const head = [
    `HTTP/1.1 ${refusal.statusLine}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Date: ${httpDate(Date.now())}`,
    'Connection: close',
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}
