/** Decodes base64 (RFC 4648, section 4) that comes in pieces; blanks and line breaks in it do not count. */
export class Base64Decoder {
  #rest = ''
  #padded = false

  /** The bytes that are complete with these characters; `undefined` where one of them is none of base64. */
  push(chunk: Buffer): Buffer | undefined {
    const text = this.#rest + chunk.toString('latin1').replace(/[ \t\r\n]+/g, '')
    const whole = text.slice(0, text.length - (text.length % 4))
    this.#rest = text.slice(whole.length)
    if (whole === '') return Buffer.alloc(0)
    if (this.#padded || !/^[A-Za-z0-9+/]*={0,2}$/.test(whole)) return undefined
    this.#padded = whole.endsWith('=')
    return Buffer.from(whole, 'base64')
  }

  /** False where the characters do not come to whole bytes. */
  get complete(): boolean {
    return this.#rest === ''
  }
}
