import { BadRequest } from '../exceptions.ts'

/** `"__proto__":` in any of the spellings that JSON has for it. */
const MAY_HAVE_PROTO =
  /"(?:_|\\u005f){2}(?:p|\\u0070)(?:r|\\u0072)(?:o|\\u006f)(?:t|\\u0074)(?:o|\\u006f)(?:_|\\u005f){2}"\s*:/i

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * A body as JSON. Throws `BadRequest` where it is none, and where an object has the key `__proto__`: `Object.assign()`
 * and its like would take its value for the prototype.
 */
export function parseJson(bytes: Uint8Array): unknown {
  let value: unknown
  let text: string
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch (error) {
    throw new BadRequest(`The body of this request is no JSON: ${(error as Error).message}`, { cause: error })
  }
  if (MAY_HAVE_PROTO.test(text) && hasProto(value)) {
    throw new BadRequest('The JSON of this request has the key "__proto__", which is not allowed.')
  }
  return value
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
