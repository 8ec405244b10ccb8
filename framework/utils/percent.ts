/** What `encodeURIComponent` leaves alone and Python's `quote` does not. */
const LEFT = ['!', "'", '(', ')', '*']

/** What `encodeURI` leaves alone besides. */
const OF_URI = ';,/?:@&=+$#'.split('')

/**
 * A text percent-encoded in UTF-8, but for letters, digits, `_.-~` and the characters in `safe`, which are of ASCII
 * (Python's `quote`). Half a character has no encoding, and becomes a replacement character.
 */
export function percentEncode(text: string, safe = ''): string {
  const isOfUri = OF_URI.every((character) => safe.includes(character))
  let encoded = isOfUri ? encodeURI(text.toWellFormed()) : encodeURIComponent(text.toWellFormed())
  for (const character of LEFT)
    if (!safe.includes(character)) encoded = encoded.replaceAll(character, codeOf(character))
  for (const character of safe) {
    const isEncoded = character !== '%' && !(isOfUri && OF_URI.includes(character)) && text.includes(character)
    if (isEncoded) encoded = encoded.replaceAll(codeOf(character), () => character)
  }
  return safe.includes('%') ? encoded.replaceAll('%25', '%') : encoded
}

/** A text without its percent-encoding; what is no valid encoding stays. */
export function percentDecode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (octets) => {
    return Buffer.from(octets.replaceAll('%', ''), 'hex').toString('utf8')
  })
}

function codeOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
