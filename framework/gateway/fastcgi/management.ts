import type { Block } from './block.ts'
import { decodePairs, encodePairs } from './pairs.ts'
import { encodeRecord, GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE } from './records.ts'

/** What a web server may ask about this one (FastCGI 1.0, section 4.1). */
export interface ManagementValues {
  readonly maxConnections: number
  /** Requests at a time on one connection. */
  readonly maxRequests: number
}

/**
 * The answer to a management record: the values that a GET_VALUES asks for, as far as they are known, and UNKNOWN_TYPE
 * to anything else. Throws `FastCGIError` for pairs that are none.
 */
export function answerManagement(type: number, content: Block | undefined, values: ManagementValues): Buffer {
  if (type !== GET_VALUES) return encodeRecord(UNKNOWN_TYPE, 0, Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]))
  const asked = content === undefined ? [] : decodePairs(content.bytes.subarray(content.start, content.end))
  const names = new Set(asked.map(([name]) => name))
  const known = [
    ['FCGI_MAX_CONNS', String(values.maxConnections)],
    ['FCGI_MAX_REQS', String(values.maxConnections * values.maxRequests)],
    ['FCGI_MPXS_CONNS', '1'],
  ] as const
  return encodeRecord(GET_VALUES_RESULT, 0, encodePairs(known.filter(([name]) => names.has(name))))
}
