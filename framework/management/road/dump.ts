import { escapeControls } from '../../utils/index.ts'
import { type Line, padded, shortened } from './lines.ts'
import type { ParcelReport } from './report.ts'

/** How much of a thing is shown. */
export interface DumpBounds {
  /** Lines of text, or of hexadecimal digits. */
  readonly lines: number
  /** Characters of a value. */
  readonly value: number
  /** Columns that a line may take. */
  readonly width: number
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Bytes as people read them: UTF-8 where they are, else `\xe9` and so on; on one line, cut at `max`. */
export function shown(bytes: string, max = Number.POSITIVE_INFINITY): string {
  return shortened(readable(bytes), max)
}

/** A parcel's bytes: what frames them in digits, names and values one a line, text as text, anything else in digits. */
export function dumpParcel({ bytes, framing, pairs, note }: ParcelReport, bounds: DumpBounds): Line[] {
  const content = bytes.slice(framing, framing === 0 ? undefined : framing + contentLength(bytes))
  const frame = framing === 0 ? [] : dumpHex(bytes.slice(0, framing), bounds)
  if (pairs !== null) {
    const digits = framing === 0 ? [] : dumpHex(content, { ...bounds, lines: Math.min(2, bounds.lines) })
    return [...frame, ...digits, ...pairs.map(([name, value]) => pairLine(name, value, bounds.value))]
  }
  if (content === '') return framing === 0 && !note.startsWith('0') ? [] : frame
  return [...frame, ...(isText(content) ? dumpText(content, bounds) : dumpHex(content, bounds))]
}

/** A name and its value. */
export function pairLine(name: string, value: string, max: number): Line {
  return [
    [`${shown(name)}=`, 'faint'],
    ...(value === '' ? [['(empty)', 'faint'] as const] : [[shown(value, max)] as const]),
  ]
}

/** The length that a FastCGI record's header tells, so that padding is not shown. */
function contentLength(record: string): number {
  return (record.charCodeAt(4) << 8) | record.charCodeAt(5)
}

function dumpText(text: string, bounds: DumpBounds): Line[] {
  const all = text.replace(/\r?\n$/, '').split(/\r?\n/)
  const lines: Line[] = all.slice(0, bounds.lines).map((line) => [[shown(line, bounds.value)]])
  return all.length > bounds.lines ? [...lines, more(all.length - bounds.lines, 'line')] : lines
}

/** Eight or sixteen bytes a line, in hexadecimal digits and as far as they are ASCII. */
function dumpHex(bytes: string, { lines: max, width }: DumpBounds): Line[] {
  const perLine = width >= 16 * 4 + 2 ? 16 : 8
  const lines: Line[] = []
  for (let start = 0; start < bytes.length; start += perLine) {
    if (lines.length === max) return [...lines, more(bytes.length - start, 'byte')]
    const row = bytes.slice(start, start + perLine)
    const digits = Array.from(row, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join(' ')
    lines.push([
      [padded(digits, perLine * 3 + 1), 'notice'],
      [row.replaceAll(/[^\x20-\x7e]/g, '.'), 'faint'],
    ])
  }
  return lines
}

function more(count: number, what: string): Line {
  return [[`… ${count} more ${what}${count === 1 ? '' : 's'} (--full)`, 'faint']]
}

function isText(bytes: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(bytes)
}

function readable(bytes: string): string {
  try {
    return escapeControls(decoder.decode(Buffer.from(bytes, 'latin1')))
  } catch {
    return escapeControls(bytes.replaceAll(/[\u0080-\u00ff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`))
  }
}
