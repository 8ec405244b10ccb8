import { fromBase62, toBase62 } from './base62.ts'
import { BadSignature, SignatureExpired } from './errors.ts'
import { signingOptions } from './options.ts'
import { decodePayload } from './payload.ts'
import { Signer, type SignerOptions } from './signer.ts'

/** What is asked of a signature besides being right. */
export interface UnsignOptions {
  /** Seconds since it was signed, at most. */
  readonly maxAge?: number | undefined
}

/**
 * A signer that signs the time as well, so that what it has signed can expire (Django's `TimestampSigner`).
 *
 * @example
 * const signer = new TimestampSigner({ salt: 'download' })
 * signer.unsign(token, { maxAge: 3600 })
 */
export class TimestampSigner extends Signer {
  constructor(options: SignerOptions = {}) {
    super({ ...options, salt: options.salt ?? 'django.core.signing.TimestampSigner' })
  }

  override sign(value: string): string {
    return super.sign(`${value}${this.sep}${toBase62(Math.floor(Date.now() / 1000))}`)
  }

  /** The value of a signed one. Throws `BadSignature`, and `SignatureExpired` for one that is older than `maxAge`. */
  override unsign(signed: string, { maxAge }: UnsignOptions = {}): string {
    const stamped = super.unsign(signed)
    const end = stamped.lastIndexOf(this.sep)
    const time = end === -1 ? Number.NaN : fromBase62(stamped.slice(end + this.sep.length))
    if (Number.isNaN(time)) throw new BadSignature('The value is signed, but without a time.')
    const age = Date.now() / 1000 - time
    if (maxAge !== undefined && !(age <= maxAge)) {
      throw new SignatureExpired(`The signature is ${Math.floor(age)} seconds old; ${maxAge} is the bound.`)
    }
    return stamped.slice(0, end)
  }

  /** The value that `signObject` was given. Throws as `unsign`. */
  override unsignObject(signed: string, options: UnsignOptions = {}): unknown {
    return decodePayload(this.unsign(signed, options))
  }
}

/** The signer of cookies (Django's `get_cookie_signer`): its keys are not those of other signers. */
export function getCookieSigner(salt = 'django.core.signing.get_cookie_signer'): TimestampSigner {
  const { secretKey, secretKeyFallbacks } = signingOptions()
  return new TimestampSigner({
    key: secretKey === '' ? undefined : cookieKey(secretKey),
    fallbackKeys: secretKeyFallbacks.map(cookieKey),
    salt,
  })
}

function cookieKey(key: string): string {
  return `django.http.cookies${key}`
}
