const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/

/**
 * A text whose lines are at most so many characters wide, broken at white space; a longer word stays whole, and so do the
 * line breaks that are there (Django's `wordwrap`).
 */
export function wordWrap(text: string, width: number): string {
  const lines = text.split(LINE_END)
  const hasEnd = lines.length > 1 && lines.at(-1) === ''
  if (hasEnd) lines.pop()
  const wrapped = lines.map((line) => wrapLine(line, width))
  if (text.endsWith('\n')) wrapped.push('')
  return wrapped.join('\n')
}

function wrapLine(line: string, width: number): string {
  if (line.length <= width && !/\t| $/.test(line)) return line
  const chunks = expandTabs(line).match(/[ \t]+|[^ \t]+/g) ?? []
  const lines: string[] = []
  let [current, space] = ['', '']
  for (const chunk of chunks) {
    if (isSpace(chunk)) {
      space = chunk
      continue
    }
    if (current === '' && lines.length === 0) {
      // White space before the first word stays, if the word fits after it.
      if (space.length + chunk.length <= width) current = space + chunk
      else current = chunk
    } else if (current.length + space.length + chunk.length <= width) current += space + chunk
    else {
      lines.push(current)
      current = chunk
    }
    space = ''
  }
  if (current !== '') lines.push(current)
  return lines.length === 0 ? line : lines.join('\n')
}

function isSpace(chunk: string): boolean {
  return chunk[0] === ' ' || chunk[0] === '\t'
}

/** A tab reaches to the next column that eight divides. */
function expandTabs(line: string): string {
  if (!line.includes('\t')) return line
  let column = 0
  return line.replace(/\t|[^\t]+/g, (part) => {
    const text = part === '\t' ? ' '.repeat(8 - (column % 8)) : part
    column += text.length
    return text
  })
}
