import { createHash, createHmac } from 'node:crypto'
import { ImproperlyConfigured } from '../exceptions.ts'
import { constantTimeCompare } from '../utils/index.ts'
import { BadSignature } from './errors.ts'
import { signingOptions } from './options.ts'
import { decodePayload, encodePayload } from './payload.ts'

/** How a signer is made. */
export interface SignerOptions {
  /** The setting `secretKey` by default. */
  readonly key?: string | undefined
  /** Older keys that still verify; the setting `secretKeyFallbacks` by default, and none beside a `key` of its own. */
  readonly fallbackKeys?: readonly string[] | undefined
  /** Keeps the signatures of one purpose from passing for those of another. */
  readonly salt?: string | undefined
  /** What stands between a value and its signature, `:` by default: nothing of which base64 consists. */
  readonly sep?: string | undefined
  /** A hash of `node:crypto`, `sha256` by default. */
  readonly algorithm?: string | undefined
}

/** How an object is signed. */
export interface SignObjectOptions {
  /** Make it shorter where that helps. */
  readonly compress?: boolean | undefined
}

/**
 * Signs text so that it can be handed out, and be trusted when it comes back (Django's `Signer`; with the same key and
 * salt both read what the other has signed). The value stays readable: signing hides nothing.
 *
 * Throws `ImproperlyConfigured` for an empty key and for a `sep` that could be part of a signature.
 *
 * @example
 * const signer = new Signer({ salt: 'invitation' })
 * signer.unsign(signer.sign('zoë@example.com')) // 'zoë@example.com'
 */
export class Signer {
  /** What keeps signatures of one key and several purposes apart. */
  readonly salt: string
  /** What stands between value and signature. */
  readonly sep: string
  /** The hash of the HMAC. */
  readonly algorithm: string
  readonly #key: string
  readonly #fallbackKeys: readonly string[]

  constructor(options: SignerOptions = {}) {
    const { key, fallbackKeys, salt = 'django.core.signing.Signer', sep = ':', algorithm = 'sha256' } = options
    this.#key = key ?? signingOptions().secretKey
    this.#fallbackKeys = fallbackKeys ?? (key === undefined ? signingOptions().secretKeyFallbacks : [])
    this.salt = salt
    this.sep = sep
    this.algorithm = algorithm
    if (this.#key === '') throw noKey()
    if (/^[\w=-]*$/.test(sep)) {
      throw new ImproperlyConfigured(
        `A signer cannot have the separator ${JSON.stringify(sep)}, which may be part of a signature: use ":", say.`,
      )
    }
  }

  /** The value with its signature. Throws a TypeError for a text with half a surrogate pair, which has no UTF-8. */
  sign(value: string): string {
    if (!value.isWellFormed()) throw new TypeError('The text to be signed has half a surrogate pair in it.')
    return `${value}${this.sep}${this.#signature(value, this.#key)}`
  }

  /** The value of a signed one. Throws `BadSignature`. */
  unsign(signed: string): string {
    const end = signed.lastIndexOf(this.sep)
    if (end === -1) throw new BadSignature(`The value has no "${this.sep}", so no signature.`)
    const value = signed.slice(0, end)
    const signature = signed.slice(end + this.sep.length)
    if (!value.isWellFormed() || !this.#verifies(value, signature)) {
      throw new BadSignature('The signature does not belong to the value.')
    }
    return value
  }

  /** A value as signed JSON, fit for a URL (Django's `sign_object`). Throws a TypeError for what JSON cannot hold. */
  signObject(value: unknown, { compress = false }: SignObjectOptions = {}): string {
    return this.sign(encodePayload(value, compress))
  }

  /** The value that `signObject` was given. Throws `BadSignature`. */
  unsignObject(signed: string): unknown {
    return decodePayload(this.unsign(signed))
  }

  #verifies(value: string, signature: string): boolean {
    return [this.#key, ...this.#fallbackKeys].some((key) => constantTimeCompare(signature, this.#signature(value, key)))
  }

  /** An HMAC whose key is the hash of salt and key, in URL-safe base64 without padding. */
  #signature(value: string, key: string): string {
    const salted = createHash(this.algorithm).update(`${this.salt}signer${key}`).digest()
    return createHmac(this.algorithm, salted).update(value).digest('base64url')
  }
}

function noKey(): ImproperlyConfigured {
  return new ImproperlyConfigured(
    'There is no key to sign with. Give the setting secretKey a long random text that only this site knows, such as ' +
      'env("SECRET_KEY"), or the signer a `key` of its own.',
  )
}
