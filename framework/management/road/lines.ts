import type { Style } from '../output.ts'

/** A text of one colour. */
export type Piece = readonly [text: string, kind?: keyof Style]

/** A line for a terminal, its colours apart from its text so that it can be measured and cut. */
export type Line = readonly Piece[]

const GAP = 3

/** Characters that take two columns, or none. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const NARROW = /\p{Mn}|\p{Me}|\p{Cf}/u

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += widthOfCharacter(character)
  return width
}

/** A text of at most `max` characters, with `…` where there are more. */
export function shortened(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}…` : text
}

/** A text with blanks up to a width. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Lines of at most `width` columns, in which what goes on is indented; a line is broken after a blank if it can be. */
export function wrapped(lines: readonly Line[], width: number, indent = 2): Line[] {
  return lines.flatMap((line) => wrapLine(line, width, indent))
}

/** Columns of lines beside one another, each in an equal part of `width`. */
export function sideBySide(columns: ReadonlyArray<readonly Line[]>, width: number): Line[] {
  const each = columnWidth(columns.length, width)
  const blocks = columns.map((lines) => wrapped(lines, each))
  const height = Math.max(...blocks.map(({ length }) => length))
  return Array.from({ length: height }, (_none, row) =>
    blocks.flatMap((block, index) => {
      const line = block[row] ?? []
      if (index === blocks.length - 1) return line
      return [...line, [' '.repeat(each - widthOfLine(line) + GAP)] as const]
    }),
  )
}

/** How wide one of so many columns is. */
export function columnWidth(count: number, width: number): number {
  return Math.floor((width - GAP * (count - 1)) / count)
}

/** A line as a terminal shows it. */
export function paintLine(line: Line, style: Style): string {
  const last = line.findLastIndex(([text]) => text.trimEnd() !== '')
  return line
    .slice(0, last + 1)
    .map(([text, kind], index) => {
      const shown = index === last ? text.trimEnd() : text
      return kind === undefined || shown === '' ? shown : style[kind](shown)
    })
    .join('')
}

function wrapLine(line: Line, width: number, indent: number): Line[] {
  const lines: Piece[][] = [[]]
  let room = width
  const breakLine = (): void => {
    lines.push([[' '.repeat(indent)]])
    room = width - indent
  }
  for (const [text, kind] of line) {
    let rest = text
    while (isWider(rest, room)) {
      const fits = cutAt(rest, room, room < width - indent)
      if (fits > 0) lines.at(-1)?.push(kind === undefined ? [rest.slice(0, fits)] : [rest.slice(0, fits), kind])
      rest = rest.slice(fits).trimStart()
      breakLine()
    }
    lines.at(-1)?.push(kind === undefined ? [rest] : [rest, kind])
    room -= widthOf(rest)
  }
  return lines
}

/** Looks no further than it has to, for a text may be long and wrapped into many lines. */
function isWider(text: string, room: number): boolean {
  let width = 0
  for (const character of text) {
    width += widthOfCharacter(character)
    if (width > room) return true
  }
  return false
}

/** Up to where a text that is too long stays on its line: the last blank that fits, else as many characters as fit. */
function cutAt(text: string, room: number, mayBeNone: boolean): number {
  let length = 0
  let used = 0
  for (const character of text) {
    used += widthOfCharacter(character)
    if (used > room) break
    length += character.length
  }
  const blank = text.lastIndexOf(' ', length)
  if (blank > length / 2) return blank + 1
  return length > 0 || mayBeNone ? length : String.fromCodePoint(text.codePointAt(0) ?? 0).length
}

function widthOfLine(line: Line): number {
  return line.reduce((width, [text]) => width + widthOf(text), 0)
}

function widthOfCharacter(character: string): number {
  if (character < '\u0300') return 1
  if (NARROW.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
