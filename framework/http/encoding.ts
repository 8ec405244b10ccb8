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

/** A character in UTF-8 of more than one byte (RFC 3629, section 4), or a byte that belongs to none. */
const CHARACTER_OR_BYTE =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g

/**
 * Text out of bytes that may not be UTF-8: those that are not are percent-encoded, so that nothing is lost
 * (Django's `repercent_broken_unicode`).
 */
export function repercentBrokenUnicode(bytes: string): string {
  const whole = decodeBytesStrictly(bytes)
  if (whole !== undefined) return whole
  return decodeBytes(bytes.replace(CHARACTER_OR_BYTE, (part) => (part.length > 1 ? part : percentEncode(part))))
}

function percentEncode(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase()}`
}

/** True for a charset by any of the names that the platform knows (WHATWG Encoding, section 4.2). */
export function isCharset(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== ''
  } catch {
    return false
  }
}

/** Text in a charset, by any of its names; in UTF-8 where the name is unknown or left out. What is broken is U+FFFD. */
export function decodeText(bytes: Buffer, charset: string | undefined): string {
  if (charset === undefined || /^utf-?8$/i.test(charset) || !isCharset(charset)) return bytes.toString('utf8')
  return new TextDecoder(charset, { ignoreBOM: true }).decode(bytes)
}

/** Charsets besides UTF-8 that text can be written in, each with its characters. */
const WRITABLE: ReadonlyMap<string, readonly [encoding: BufferEncoding, characters: RegExp]> = new Map([
  ['iso-8859-1', ['latin1', LATIN1]],
  ['latin1', ['latin1', LATIN1]],
  ['us-ascii', ['latin1', ASCII]],
  ['ascii', ['latin1', ASCII]],
  ['utf-16le', ['utf16le', /^[^]*$/]],
])

/** Text in a charset, by its name in lower case. Throws a TypeError for a charset that is none of the few, and a character that it lacks. */
export function encodeText(text: string, charset: string): Buffer {
  if (charset === 'utf-8' || charset === 'utf8') return Buffer.from(text)
  const [encoding, characters] = WRITABLE.get(charset) ?? []
  if (characters?.test(text) === true) return Buffer.from(text, encoding)
  const reason = characters === undefined ? 'which text is not written in here' : 'which lacks a character of it'
  throw new TypeError(
    `The text of this response should be in ${JSON.stringify(charset)}, ${reason}: use UTF-8, or give bytes.`,
  )
}
