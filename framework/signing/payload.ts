import { deflateSync, inflateSync } from 'node:zlib'
import { BadSignature } from './errors.ts'

/** Bytes that a compressed payload may unfold to. */
const MAX_UNFOLDED = 8_388_608

/**
 * A value as JSON in URL-safe base64 without padding; where compression makes it shorter, a `.` and the base64 of that.
 * Throws a TypeError for what JSON cannot hold.
 */
export function encodePayload(value: unknown, compress: boolean): string {
  const json = JSON.stringify(value) as string | undefined
  if (json === undefined) throw new TypeError(`JSON has no form for ${typeof value}, so it cannot be signed.`)
  const bytes = Buffer.from(escapeNonAscii(json), 'latin1')
  if (compress) {
    const deflated = deflateSync(bytes)
    if (deflated.length < bytes.length - 1) return `.${deflated.toString('base64url')}`
  }
  return bytes.toString('base64url')
}

/** The value of a payload whose signature has been verified. Throws `BadSignature` for what `encodePayload` has not written. */
export function decodePayload(payload: string): unknown {
  try {
    if (!payload.startsWith('.')) return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    const deflated = Buffer.from(payload.slice(1), 'base64url')
    return JSON.parse(inflateSync(deflated, { maxOutputLength: MAX_UNFOLDED }).toString('utf8'))
  } catch (error) {
    throw new BadSignature('The value is signed, but is no object: was it made by sign() instead of signObject()?', {
      cause: error,
    })
  }
}

function escapeNonAscii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
