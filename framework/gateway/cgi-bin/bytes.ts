import { isUtf8 } from 'node:buffer'

/** The text that these bytes (latin-1, one character a byte) spell in UTF-8, or `undefined` where they spell none. */
export function textOfBytes(bytes: string): string | undefined {
  const buffer = Buffer.from(bytes, 'latin1')
  return isUtf8(buffer) ? buffer.toString('utf8') : undefined
}

/** A text as its UTF-8 bytes, one character a byte. */
export function bytesOfText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
