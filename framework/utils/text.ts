import { inPieces } from './text-builder.ts'

/** Text made safe to stand in HTML, in elements and in quoted attributes (Django's `escape`). */
export function escapeHtml(text: string): string {
  return inPieces(text, escapePiece)
}

function escapePiece(text: string): string {
  // Much of a page's time is spent here: replace() with a function takes twice as long.
  let escaped = ''
  let kept = 0
  for (let at = 0; at < text.length; at++) {
    const entity = htmlEntity(text.charCodeAt(at))
    if (entity === undefined) continue
    escaped += text.slice(kept, at) + entity
    kept = at + 1
  }
  return kept === 0 ? text : escaped + text.slice(kept)
}

function htmlEntity(code: number): string | undefined {
  switch (code) {
    case 38:
      return '&amp;'
    case 60:
      return '&lt;'
    case 62:
      return '&gt;'
    case 34:
      return '&quot;'
    case 39:
      return '&#x27;'
    default:
      return undefined
  }
}

/**
 * Text made safe for one line of a log: control characters, and those that turn the direction of what follows, are written
 * as `\n`, `\x1b` and so on.
 */
export function escapeControls(text: string): string {
  // biome-ignore format: one expression reads best on one line
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    if (character === '\n') return '\\n'
    if (character === '\r') return '\\r'
    if (character === '\t') return '\\t'
    const code = character.charCodeAt(0)
    return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`
  })
}

/**
 * A text as part of a URL: of ASCII, in small letters, words joined by `-` (Django's `slugify`).
 *
 * @example
 * slugify('Über uns & mehr') // 'uber-uns-mehr'
 */
export function slugify(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9_\s-]|[^\x00-\x7f]/g, '')
  return trimmedOf(plain.replace(/[-\s]+/g, '-'), '-_')
}

/** A text without these characters at its ends. */
export function trimmedOf(text: string, characters: string): string {
  let [start, end] = [0, text.length]
  while (start < end && characters.includes(text.charAt(start))) start++
  while (end > start && characters.includes(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

/** Digits with a comma before each three. */
export function groupThousands(digits: string): string {
  const first = digits.length % 3 || 3
  const groups = [digits.slice(0, first)]
  for (let at = first; at < digits.length; at += 3) groups.push(digits.slice(at, at + 3))
  return groups.join(',')
}

/** `'helloWorld'` for `'hello_world'` and `'hello-world'`. */
export function camelCase(text: string): string {
  return text.replace(/[_-]+([a-zA-Z0-9])/g, (_match, letter: string) => letter.toUpperCase())
}

/** `'hello_world'` for `'helloWorld'`. */
export function snakeCase(text: string): string {
  return text.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

/** The candidate that `word` was most likely meant to be, or `undefined` where none is near: for "Did you mean …?". */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  // A third of the word may be wrong, or two letters; but of a short word most must be right.
  let bestDistance = Math.min(Math.max(2, Math.floor(word.length / 3)), Math.floor(word.length / 2)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** How many characters must be put in, left out, changed or swapped with their neighbour to turn one into the other. */
function editDistance(one: string, other: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_value, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const changed = one[i - 1] === other[j - 1] ? 0 : 1
      let cost = Math.min(at(row, j - 1) + 1, at(last, j) + 1, at(last, j - 1) + changed)
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      if (swapped) cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      row.push(cost)
    }
    ;[beforeLast, last] = [last, row]
  }
  return at(last, other.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] as number
}
