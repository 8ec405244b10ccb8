import {
  BEGIN_REQUEST,
  encodeBegin,
  encodeRecord,
  END_REQUEST,
  HEADER_LENGTH,
  KEEP_CONN,
  MAX_CONTENT,
  PARAMS,
  type RecordHandler,
  RecordReader,
  RESPONDER,
  STDERR,
  STDIN,
  STDOUT,
} from '../fastcgi/records.ts'
import { decodePairs, encodePairs } from '../fastcgi/pairs.ts'
import { createFastCGIServer } from '../fastcgi/server.ts'
import type { LaneBounds, LaneRequest, Parcel, Passage } from './lane.ts'
import type { Application } from '../types.ts'
import { BROKEN_OFF, converse } from './converse.ts'
import { headerVariables, variablesOf } from './variables.ts'
import { parseCGIAnswer, Watcher } from './watch.ts'

/** nginx numbers every request 1, for it never has two on one connection. */
const ID = 1

const NAMES: Readonly<Record<number, string>> = {
  [BEGIN_REQUEST]: 'BEGIN_REQUEST',
  [END_REQUEST]: 'END_REQUEST',
  [PARAMS]: 'PARAMS',
  [STDIN]: 'STDIN',
  [STDOUT]: 'STDOUT',
  [STDERR]: 'STDERR',
}

/** Send a request to a real FastCGI server in the records that nginx would send, over a connection that it keeps. */
export async function passByFastCGI(
  application: Application,
  request: LaneRequest,
  bounds: LaneBounds,
): Promise<Passage> {
  const watcher = new Watcher()
  const server = createFastCGIServer(watcher.watch(application), { errors: watcher })
  const records = recordsOf(request)
  const answer = new AnswerRecords()
  const reader = new RecordReader(answer)
  const { pieces, cut, startup, duration } = await converse(server, Buffer.concat(records), bounds, (piece) => {
    reader.push(piece)
    return answer.ended
  })
  return {
    sent: records.map((record) => parcelOf(record)),
    received: answer.records.map((record, index) => parcelOf(record, index === 0 ? `; all in ${count(pieces)}` : '')),
    environ: watcher.environ,
    given: watcher.given,
    answer: parseCGIAnswer(answer.stdout),
    errors: watcher.errors,
    cut: cut ?? (answer.ended ? undefined : BROKEN_OFF),
    startup,
    duration,
  }
}

/** The records of a whole request, padded to a multiple of eight. */
function recordsOf(request: LaneRequest): Buffer[] {
  return [
    encodeRecord(BEGIN_REQUEST, ID, encodeBegin(RESPONDER, KEEP_CONN)),
    ...streamOf(PARAMS, encodePairs(nginxVariables(request))),
    ...streamOf(STDIN, Buffer.from(request.body)),
  ]
}

/** What nginx makes of the `nginx.conf` of a new project, and then of the headers. */
function nginxVariables(request: LaneRequest): ReadonlyArray<readonly [name: string, value: string]> {
  const variables = variablesOf(request, 'nginx')
  if (request.variables !== undefined) return variables
  const headers = headerVariables(request).filter(([name]) => name !== 'HTTP_PROXY')
  return [...variables, ['HTTP_PROXY', ''], ...headers]
}

function streamOf(type: number, content: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let start = 0; start < content.length; start += MAX_CONTENT) {
    const part = content.subarray(start, start + MAX_CONTENT)
    records.push(encodeRecord(type, ID, part, (8 - (part.length % 8)) % 8))
  }
  return [...records, encodeRecord(type, ID, Buffer.alloc(0))]
}

function parcelOf(record: Buffer, more = ''): Parcel {
  const type = record[1] as number
  const length = record.readUInt16BE(4)
  const padding = record[6] as number
  const content = record.subarray(HEADER_LENGTH, HEADER_LENGTH + length)
  const sizes =
    length === 0 ? 'empty: the end of the stream' : `${length} bytes${padding === 0 ? '' : ` + ${padding} of padding`}`
  return {
    title: NAMES[type] ?? `type ${type}`,
    note: `id ${record.readUInt16BE(2)}, ${meaningOf(type, content) ?? sizes}${more}`,
    bytes: record,
    framing: HEADER_LENGTH,
    pairs: type === PARAMS && length > 0 ? pairsOf(content) : undefined,
  }
}

/** Names and values that lie in one record; those of a block that is cut in several are not told. */
function pairsOf(content: Buffer): Parcel['pairs'] {
  try {
    return decodePairs(content)
  } catch {
    return undefined
  }
}

function meaningOf(type: number, content: Buffer): string | undefined {
  if (type === BEGIN_REQUEST)
    return `role ${content.readUInt16BE(0)} (responder), flags ${content[2]} (keep the connection)`
  if (type === END_REQUEST) return `exit status ${content.readUInt32BE(0)}, protocol status ${content[4]}`
  return undefined
}

function count(pieces: number): string {
  return pieces === 1 ? 'one piece' : `${pieces} pieces`
}

/** The records of an answer, each whole. */
class AnswerRecords implements RecordHandler {
  readonly records: Buffer[] = []
  ended = false
  #type = 0
  #id = 0
  #parts: Buffer[] = []
  readonly #stdout: Buffer[] = []

  get stdout(): Buffer {
    return Buffer.concat(this.#stdout)
  }

  beginRecord(type: number, requestId: number): boolean {
    this.#type = type
    this.#id = requestId
    this.#parts = []
    return true
  }

  takeContent(bytes: Buffer, start: number, end: number): void {
    this.#parts.push(bytes.subarray(start, end))
  }

  endRecord(): void {
    const content = Buffer.concat(this.#parts)
    this.records.push(encodeRecord(this.#type, this.#id, content))
    if (this.#type === STDOUT) this.#stdout.push(content)
    if (this.#type === END_REQUEST) this.ended = true
  }
}
