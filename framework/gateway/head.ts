import { BadHeaderError } from '../exceptions.ts'
import { isFieldValue, isToken } from '../utils/index.ts'
import { parseContentLength } from './environ.ts'
import { HOP_BY_HOP } from './hop-by-hop.ts'
import type { ResponseHeaders } from './types.ts'

const STATUS = /^[1-9]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?$/

/** Statuses whose answers have neither content nor a length (RFC 9110, section 8.6). */
const LENGTH_FORBIDDEN = /^(?:1|20[45])/

/** What a header's name means for the loop. */
type Kind = 'plain' | 'length' | 'hop-by-hop'

/** Spellings of header names and what they mean; an application that makes up names must not fill the memory. */
const kinds = new Map<string, Kind>()
const MAX_REMEMBERED = 2_000

/** The head of an answer as it may be sent: checked, without hop-by-hop headers, with one Content-Length at most. */
export class Head {
  readonly status: string
  /** True where no content follows, whatever the application gives. */
  readonly bodyless: boolean
  readonly #isHead: boolean
  #headers: ResponseHeaders
  #length: number | undefined

  /** Throws a TypeError for what is no status or no list, and `BadHeaderError` for a name or value that cannot be sent. */
  constructor(status: string, headers: ResponseHeaders, method: string) {
    if (typeof status !== 'string' || !STATUS.test(status)) {
      throw new TypeError(
        `startResponse() got the status ${JSON.stringify(status)}. Give a code and a reason, such as '200 OK'.`,
      )
    }
    if (!Array.isArray(headers)) {
      throw new TypeError(`startResponse() got ${typeof headers} for headers. Give an array of [name, value] pairs.`)
    }
    const lengthForbidden = LENGTH_FORBIDDEN.test(status)
    this.status = status
    this.#isHead = method === 'HEAD'
    this.bodyless = this.#isHead || lengthForbidden || status.startsWith('304')
    this.#headers = this.#kept(headers, lengthForbidden)
    // RFC 9110, section 15.3.6: nothing comes, and the client must be able to tell.
    if (lengthForbidden && status.startsWith('205')) this.#headers = [...this.#headers, ['Content-Length', '0']]
  }

  get headers(): ResponseHeaders {
    return this.#headers
  }

  /** Bytes of content that Content-Length promises; `undefined` where there is none. */
  get length(): number | undefined {
    return this.#length
  }

  /** Promise `length` bytes, unless the answer must not or its own length is another: that of a page that is not sent. */
  declareLength(length: number): void {
    if (this.bodyless) {
      const tellsOfAPage = this.#isHead && length > 0 && !LENGTH_FORBIDDEN.test(this.status)
      if (!tellsOfAPage || this.status.startsWith('304')) return
    }
    this.#headers = [...this.#headers, ['Content-Length', String(length)]]
    this.#length = length
  }

  /** The list itself where all of it is sent. */
  #kept(headers: ResponseHeaders, lengthForbidden: boolean): ResponseHeaders {
    let kept: Array<readonly [string, string]> | undefined
    for (let i = 0; i < headers.length; i++) {
      const header = headers[i] as readonly [string, string]
      const keep = this.#judge(header[0], header[1], lengthForbidden)
      if (keep) kept?.push(header)
      else kept ??= headers.slice(0, i)
    }
    return kept ?? headers
  }

  /** False for a header that is not to be sent. */
  #judge(name: string, value: string, lengthForbidden: boolean): boolean {
    const kind = kinds.get(name) ?? learnKind(name)
    if (typeof value !== 'string' || !isFieldValue(value)) throw badValue(name, value)
    if (kind === 'plain') return true
    if (kind === 'hop-by-hop' || lengthForbidden) return false
    const length = value === '' ? Number.NaN : parseContentLength(value)
    if (Number.isNaN(length) || (this.#length !== undefined && this.#length !== length)) {
      throw new BadHeaderError(`The answer's Content-Length ${JSON.stringify(value)} is no number, or a second one.`)
    }
    const first = this.#length === undefined
    this.#length = length
    return first
  }
}

function learnKind(name: string): Kind {
  if (typeof name !== 'string' || !isToken(name)) {
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
