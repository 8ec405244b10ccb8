import { isUtf8 } from 'node:buffer'

const ASCII = /^[\x00-\x7f]*$/
const LATIN1 = /^[\x00-\xff]*$/

/** The text that latin-1 bytes of an Environ mean in UTF-8; what is no UTF-8 becomes U+FFFD. */
export function decodeBytes(bytes: string): string {
  return ASCII.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')
}

/** As `decodeBytes`, but `undefined` where the characters are no bytes, or the bytes no UTF-8. */
export function decodeBytesStrictly(bytes: string): string | undefined {
  if (ASCII.test(bytes)) return bytes
  if (!LATIN1.test(bytes)) return undefined
  const buffer = Buffer.from(bytes, 'latin1')
  return isUtf8(buffer) ? buffer.toString('utf8') : undefined
}

/** Bytes with their percent-escapes replaced by what they stand for; a `%` that begins none stays. */
export function percentDecode(bytes: string): string {
  return bytes.replace(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/**
 * Text out of bytes that may not be UTF-8: those that are not are percent-encoded, so that nothing is lost
 * (Django's `repercent_broken_unicode`).
 */
export function repercentBrokenUnicode(bytes: string): string {
  const whole = decodeBytesStrictly(bytes)
  if (whole !== undefined) return whole
  const buffer = Buffer.from(bytes, 'latin1')
  let text = ''
  for (let start = 0; start < buffer.length; ) {
    const end = sequenceEnd(buffer, start)
    const part = buffer.subarray(start, end)
    text += isUtf8(part) ? part.toString('utf8') : percentEncode(part)
    start = end
  }
  return text
}

/** Where the UTF-8 sequence that begins at `start` would end; one byte on where none can begin. */
function sequenceEnd(buffer: Buffer, start: number): number {
  const first = buffer[start] as number
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1
  return isUtf8(buffer.subarray(start, start + length)) ? Math.min(start + length, buffer.length) : start + 1
}

function percentEncode(bytes: Buffer): string {
  return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}

/** Text in a charset, by any of its names; in UTF-8 where the name is unknown or left out. What is broken is U+FFFD. */
export function decodeText(bytes: Buffer, charset: string | undefined): string {
  if (charset === undefined || /^utf-?8$/i.test(charset)) return bytes.toString('utf8')
  try {
    return new TextDecoder(charset, { ignoreBOM: true }).decode(bytes)
  } catch {
    return bytes.toString('utf8')
  }
}
