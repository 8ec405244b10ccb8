import type { Readable } from 'node:stream'

const MAX_LINE = 8192
const MAX_TEXT = 1024 ** 2

/** Hand a program's standard error on line by line, within bounds: long lines in pieces, after 1 MiB nothing more. */
export function logLines(stream: Readable, log: (line: string) => void): void {
  let pending = ''
  let allowance = MAX_TEXT
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    if (allowance <= 0) return
    allowance -= text.length
    const lines = (pending + text).split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) logPieces(line.replace(/\r$/, ''), log)
    if (pending.length > MAX_LINE) {
      logPieces(pending, log)
      pending = ''
    }
    if (allowance <= 0) log('(what it says further on standard error is dropped)')
  })
  stream.on('close', () => {
    if (pending !== '') log(pending)
  })
  stream.on('error', () => {})
}

function logPieces(line: string, log: (line: string) => void): void {
  for (let start = 0; start === 0 || start < line.length; start += MAX_LINE) log(line.slice(start, start + MAX_LINE))
}
