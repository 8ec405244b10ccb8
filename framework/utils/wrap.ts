import { TextBuilder } from './text-builder.ts'

/** What ends a line, but for `\n`. */
const LINE_END = /\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]/g

/**
 * A text whose lines are at most so many characters wide, broken at white space; a longer word stays whole, and so do the
 * line breaks that are there (Django's `wordwrap`).
 */
export function wordWrap(text: string, width: number): string {
  const lines = text.replace(LINE_END, '\n').split('\n')
  const hasEnd = lines.length > 1 && lines.at(-1) === ''
  if (hasEnd) lines.pop()
  const wrapped = lines.map((line) => wrapLine(line, width))
  if (text.endsWith('\n')) wrapped.push('')
  return wrapped.join('\n')
}

function wrapLine(line: string, width: number): string {
  if (line.length <= width && !/\t| $/.test(line)) return line
  if (!/[^ \t]/.test(line)) return line
  const text = expandTabs(line)
  const lines = new TextBuilder()
  // The line in the making, from one word to another of the text.
  let [start, end] = [-1, 0]
  for (let word = wordFrom(text, 0); word < text.length; word = wordFrom(text, end)) {
    const wordEnd = endOfWord(text, word)
    // White space before the first word stays, if the word fits after it.
    if (start === -1) start = wordEnd <= width ? 0 : word
    else if (wordEnd - start > width) {
      lines.add(`${text.slice(start, end)}\n`)
      start = word
    }
    end = wordEnd
  }
  lines.add(text.slice(start, end))
  return lines.toString()
}

/** Where the next word begins. */
function wordFrom(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === 32) at++
  return at
}

function endOfWord(text: string, from: number): number {
  const end = text.indexOf(' ', from)
  return end === -1 ? text.length : end
}

const TAB = ' '.repeat(8)

/** A tab reaches to the next column that eight divides. */
function expandTabs(line: string): string {
  if (!line.includes('\t')) return line
  const parts = line.split('\t')
  const last = parts.pop() as string
  const expanded = new TextBuilder()
  let column = 0
  for (const part of parts) {
    const space = TAB.slice((column + part.length) % TAB.length)
    expanded.add(part + space)
    column += part.length + space.length
  }
  expanded.add(last)
  return expanded.toString()
}
