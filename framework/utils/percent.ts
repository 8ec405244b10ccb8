/** What `encodeURIComponent` leaves alone and Python's `quote` does not. */
const LEFT = ['!', "'", '(', ')', '*']

/** What `encodeURI` leaves alone besides. */
const OF_URI = ';,/?:@&=+$#'.split('')

/**
 * A text percent-encoded in UTF-8, but for letters, digits, `_.-~` and the characters in `safe`, which are of ASCII
 * (Python's `quote`). Half a character has no encoding, and becomes a replacement character.
 */
export function percentEncode(text: string, safe = ''): string {
  return percentEncoder(safe)(text)
}

/** `percentEncode` for many texts with the same `safe` characters. */
export function percentEncoder(safe: string): (text: string) => string {
  const isOfUri = OF_URI.every((character) => safe.includes(character))
  const encode = isOfUri ? encodeURI : encodeURIComponent
  const unsafe = new RegExp(`[^\\w.~${safe.replace(/[\\\]^-]/g, '\\$&')}-]`)
  const toEncode = LEFT.filter((character) => !safe.includes(character))
  const toDecode = Array.from(safe).filter((character) => !(isOfUri && OF_URI.includes(character)))
  // The percent sign comes last, for every code begins with one.
  toDecode.sort((one, other) => Number(one === '%') - Number(other === '%'))
  return (text) => {
    if (!unsafe.test(text)) return text
    let encoded = encode(text.toWellFormed())
    for (const character of toEncode)
      if (text.includes(character)) encoded = encoded.replaceAll(character, codeOf(character))
    for (const character of toDecode)
      if (text.includes(character)) encoded = encoded.replaceAll(codeOf(character), character)
    return encoded
  }
}

/** A text without its percent-encoding; what is no valid encoding stays. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (octets) => {
    // Twice as fast as a buffer of the digits as `hex`.
    const bytes = Buffer.allocUnsafe(octets.length / 3)
    for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(octets.slice(at * 3 + 1, at * 3 + 3), 16)
    return bytes.toString('utf8')
  })
}

function codeOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
