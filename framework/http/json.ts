import { isUtf8 } from 'node:buffer'
import { BadRequest } from '../exceptions.ts'

const BYTE_ORDER_MARK = '\ufeff'

/** How an escape begins. */
const ESCAPE = String.raw`\u`

/**
 * A body as JSON. Throws `BadRequest` where it is none, and where an object has the key `__proto__`: `Object.assign()`
 * and its like would take its value for the prototype.
 */
export function parseJson(bytes: Buffer): unknown {
  let value: unknown
  let text: string
  try {
    text = textOf(bytes)
    value = JSON.parse(text)
  } catch (error) {
    throw new BadRequest(`The body of this request is no JSON: ${(error as Error).message}`, { cause: error })
  }
  if (mayHaveProto(text) && hasProto(value)) {
    throw new BadRequest('The JSON of this request has the key "__proto__", which is not allowed.')
  }
  return value
}

/** A third of the time that a `TextDecoder` takes. Throws where the bytes are no UTF-8. */
function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new TypeError('it is not encoded in UTF-8.')
  const text = bytes.toString()
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}

/** True where a text may hold the key as it is, or written with escapes. */
function mayHaveProto(text: string): boolean {
  return text.includes('__proto__') || text.includes(ESCAPE)
}

/** Not recursive, for a client chooses how deep the value is. */
function hasProto(root: unknown): boolean {
  const open = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    if (Object.hasOwn(value, '__proto__')) return true
    for (const inner of Object.values(value)) open.push(inner)
  }
  return false
}
