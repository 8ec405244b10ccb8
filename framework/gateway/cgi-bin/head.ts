import { STATUS_CODES } from 'node:http'
import { isToken } from '../../utils/index.ts'
import { Refusal } from './refusal.ts'

const MAX_HEAD = 64 * 1024
const LF = 10
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f]/
const STATUS = /^([2-9]\d\d)(?: (.*))?$/
const STATUS_LINE = /^HTTP\/\d+(?:\.\d+)? ([2-9]\d\d)(?: (.*))?$/

const CGI_FIELDS = ['content-type', 'location', 'status']
// RFC 3875, section 6.3.4: what concerns the connection to the client is the server's alone.
const SERVERS_OWN = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'status',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What a program's header block asks for (RFC 3875, section 6.2). */
export type Head = LocalRedirect | DocumentHead

/** The server is to answer as if it had been asked for this path, which may have a query. */
export interface LocalRedirect {
  readonly kind: 'local'
  readonly location: string
}

/** An answer for the client: a document, a redirect, or both. */
export interface DocumentHead {
  readonly kind: 'document'
  readonly code: number
  readonly reason: string
  readonly headers: Array<readonly [name: string, value: string]>
  /** The body's bytes where the program has said how many. */
  readonly length: number | undefined
}

interface Fields {
  /** In the program's order and spelling, without those that have no value. */
  readonly all: Array<readonly [name: string, value: string]>
  /** The same by lower-case name. */
  readonly byName: ReadonlyMap<string, string>
}

/** Takes a program's output piece by piece until its header block has ended. */
export class HeadReader {
  readonly #lines: string[] = []
  #line = ''
  #size = 0

  /**
   * Take a piece; once the block has ended, what of the piece comes after it, before that `undefined`.
   *
   * @throws {Refusal} 502 where the block is larger than 64 KiB
   */
  push(piece: Uint8Array): Uint8Array | undefined {
    for (let start = 0; start < piece.length; ) {
      const end = piece.indexOf(LF, start)
      const part = piece.subarray(start, end < 0 ? piece.length : end)
      this.#size += part.length + 1
      if (this.#size > MAX_HEAD) throw new Refusal(502, `its header block is larger than ${MAX_HEAD} bytes`)
      this.#line += Buffer.from(part.buffer, part.byteOffset, part.length).toString('latin1')
      if (end < 0) return undefined
      start = end + 1
      if (this.#endLine()) return piece.subarray(start)
    }
    return undefined
  }

  /** Lines may end in LF alone; tells whether this one was the empty one that ends the block. */
  #endLine(): boolean {
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line
    this.#line = ''
    if (line !== '') this.#lines.push(line)
    return line === ''
  }

  /**
   * What the block asks for; `nph` where it is a whole HTTP head that begins with a status line.
   *
   * @throws {Refusal} 502 that says what is wrong with it
   */
  head(nph: boolean): Head {
    return nph ? readHttpHead(this.#lines) : readCgiHead(this.#lines)
  }
}

function readCgiHead(lines: readonly string[]): Head {
  const fields = readFields(lines, CGI_FIELDS)
  if (!CGI_FIELDS.some((name) => fields.byName.has(name)))
    throw new Refusal(502, 'its header block has neither Content-Type nor Location nor Status')
  const location = fields.byName.get('location')
  const status = fields.byName.get('status')
  if (status === undefined && location !== undefined && isLocal(location)) return { kind: 'local', location }
  const [, code, reason] = STATUS.exec(status ?? (location === undefined ? '200' : '302')) ?? []
  if (code === undefined) throw new Refusal(502, `its Status is no status: ${status}`)
  return documentHead(Number(code), reason, fields)
}

function readHttpHead([first = '', ...lines]: readonly string[]): DocumentHead {
  const [, code, reason] = STATUS_LINE.exec(first) ?? []
  if (code === undefined || CONTROLS.test(first))
    throw new Refusal(
      502,
      `a program whose name begins with nph- must begin with an HTTP status line, not with: ${first}`,
    )
  const fields = readFields(lines, [])
  if (fields.byName.has('transfer-encoding'))
    throw new Refusal(502, 'it encodes its own transfer; leave Transfer-Encoding to the server')
  return documentHead(Number(code), reason, fields)
}

/** A path without a fragment, which only the client could follow. */
function isLocal(location: string): boolean {
  return location.startsWith('/') && !location.includes('#')
}

function readFields(lines: readonly string[], once: readonly string[]): Fields {
  const all: Array<readonly [string, string]> = []
  const byName = new Map<string, string>()
  for (const line of lines) {
    const [name, value] = readField(line)
    const key = name.toLowerCase()
    if (value === '') continue
    if (byName.has(key) && (once.includes(key) || key === 'content-length'))
      throw new Refusal(502, `its header block has two fields ${name}`)
    all.push([name, value])
    byName.set(key, value)
  }
  return { all, byName }
}

function readField(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0))
  if (!isToken(name)) throw new Refusal(502, `a line of its header block is no header field: ${line.slice(0, 200)}`)
  if (CONTROLS.test(line)) throw new Refusal(502, `its header field ${name} holds a control character`)
  return [name, trim(line.slice(colon + 1))]
}

/** Without spaces and tabs at its ends; `trim()` would take the byte A0 too. */
function trim(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && isBlank(value[start])) start++
  while (start < end && isBlank(value[end - 1])) end--
  return value.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

function documentHead(code: number, reason: string | undefined, fields: Fields): DocumentHead {
  const length = fields.byName.get('content-length')
  if (length !== undefined && (!/^\d+$/.test(length) || !Number.isSafeInteger(Number(length))))
    throw new Refusal(502, `its Content-Length is no number of bytes: ${length}`)
  return {
    kind: 'document',
    code,
    reason: reason || (STATUS_CODES[code] ?? 'Unknown'),
    headers: fields.all.filter(([name]) => isPassedOn(name.toLowerCase())),
    length: length === undefined ? undefined : Number(length),
  }
}

/** Fields named X-CGI- are for the server (RFC 3875, section 6.3.5), and we know none of them. */
function isPassedOn(name: string): boolean {
  return !SERVERS_OWN.has(name) && !name.startsWith('x-cgi-')
}
