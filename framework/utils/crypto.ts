import { createHmac, randomInt, timingSafeEqual } from 'node:crypto'

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** A random string of `length` characters out of `alphabet`, fit for keys and tokens (Django's `get_random_string`). */
export function randomString(length: number, alphabet: string = ALPHANUMERIC): string {
  const characters = Array.from(alphabet)
  let text = ''
  for (let i = 0; i < length; i++) text += characters[randomInt(characters.length)]
  return text
}

/** True if both are equal, in a time that does not tell where they differ (Django's `constant_time_compare`). */
export function constantTimeCompare(one: string, other: string): boolean {
  const key = 'nuages.utils.crypto.constantTimeCompare'
  // In UTF-8 all lone surrogates would be alike.
  const digest = (text: string) => createHmac('sha256', key).update(text, 'utf16le').digest()
  return timingSafeEqual(digest(one), digest(other))
}
