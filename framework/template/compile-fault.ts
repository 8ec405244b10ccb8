/** A template that is not written as it must be; lines and columns count from 1. */
export class CompileFault extends Error {
  readonly line: number | undefined
  readonly column: number | undefined

  constructor(reason: string, line?: number, column?: number, cause?: unknown) {
    super(reason, cause === undefined ? {} : { cause })
    this.line = line
    this.column = column
  }
}
