import type { SignerOptions, SignObjectOptions } from './signer.ts'
import { TimestampSigner, type UnsignOptions } from './timestamp-signer.ts'

/**
 * A value as signed JSON with the time, in characters that a URL takes as they are (Django's `dumps`). Throws a
 * TypeError for what JSON cannot hold.
 *
 * @example
 * const token = dumps({ user: 7 }, { salt: 'invitation' })
 */
export function dumps(value: unknown, { compress, ...options }: SignerOptions & SignObjectOptions = {}): string {
  return objectSigner(options).signObject(value, { compress })
}

/** The value that `dumps` was given. Throws `BadSignature`, and `SignatureExpired` for one older than `maxAge`. */
export function loads(token: string, { maxAge, ...options }: SignerOptions & UnsignOptions = {}): unknown {
  return objectSigner(options).unsignObject(token, { maxAge })
}

function objectSigner(options: SignerOptions): TimestampSigner {
  return new TimestampSigner({ ...options, salt: options.salt ?? 'django.core.signing' })
}
