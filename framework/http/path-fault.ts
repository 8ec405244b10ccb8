import { decodeBytesStrictly } from './encoding.ts'

/** ASCII without NUL: nearly every path. */
const PLAIN_PATH = /^[\x01-\x7f]*$/

/** Why a path, as latin-1 bytes, can lead nowhere; `undefined` for one that can. */
export function faultOf(path: string): string | undefined {
  if (PLAIN_PATH.test(path)) return undefined
  if (path.includes('\0')) return 'The path of this request has a NUL in it.'
  return decodeBytesStrictly(path) === undefined ? 'The path of this request is not encoded as UTF-8.' : undefined
}
