const ELLIPSIS = '…'

/** A text of at most so many characters, accents not counted; a longer one ends in `…` (Django's `truncatechars`). */
export function truncateChars(text: string, length: number): string {
  if (length <= 0) return ''
  const normal = text.normalize('NFC')
  if (normal.length <= length) return normal
  let count = 0
  let [at, end] = [0, 0]
  for (const character of normal) {
    if (!isAccent(character)) {
      count++
      if (count === length) end = at
      if (count > length) return withEllipsis(normal.slice(0, end), ELLIPSIS)
    }
    at += character.length
  }
  return normal
}

/** The first so many words of a text, on one line; of a longer one ` …` follows (Django's `truncatewords`). */
export function truncateWords(text: string, count: number): string {
  if (count <= 0) return ''
  const words = text.split(/\s+/).filter((word) => word !== '')
  if (words.length <= count) return words.join(' ')
  return withEllipsis(words.slice(0, count).join(' '), ` ${ELLIPSIS}`)
}

/** `text` with the ellipsis after it, unless it ends in one. */
export function withEllipsis(text: string, ellipsis: string): string {
  return text.endsWith(ellipsis) ? text : text + ellipsis
}

/** True for a character that is drawn over the one before it. */
export function isAccent(character: string): boolean {
  return character >= '\u0300' && /^\p{M}/u.test(character)
}
