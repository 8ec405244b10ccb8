import fs from 'node:fs'
import path from 'node:path'

/** A line of source as a page shows it. */
export interface SourceLine {
  readonly number: number
  readonly text: string
  /** True for the line that is meant. */
  readonly isMarked: boolean
}

const AROUND = 5
const MAX_FILE = 2_000_000
const MAX_WIDTH = 240
const CODE = /\.[cm]?[jt]sx?$/

/** Reads the lines around places; each file once. */
export class SourceReader {
  readonly #files = new Map<string, readonly string[] | undefined>()

  /** The lines around a line, which counts from 1; none where the file is no code or cannot be read. */
  around(file: string, line: number): SourceLine[] {
    const lines = this.#lines(file)
    if (lines === undefined || line < 1 || line > lines.length) return []
    const first = Math.max(1, line - AROUND)
    return lines.slice(first - 1, line + AROUND).map((text, index) => ({
      number: first + index,
      text: text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH)} …` : text,
      isMarked: first + index === line,
    }))
  }

  #lines(file: string): readonly string[] | undefined {
    if (!this.#files.has(file)) this.#files.set(file, readLines(file))
    return this.#files.get(file)
  }
}

function readLines(file: string): readonly string[] | undefined {
  if (!path.isAbsolute(file) || !CODE.test(file)) return undefined
  try {
    const { size } = fs.statSync(file)
    return size > MAX_FILE ? undefined : fs.readFileSync(file, 'utf8').split(/\r\n|\n/)
  } catch {
    return undefined
  }
}
