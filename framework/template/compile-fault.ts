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

/** An error of the compiler as a fault of the template, where it is one: a stack that overflows tells of what is nested. */
export function faultOf(error: unknown): CompileFault | undefined {
  if (error instanceof CompileFault) return error
  return isOverflow(error) ? new CompileFault(TOO_DEEP, 1, 1, error) : undefined
}

/** True for the error of a stack that has no more room. */
export function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.startsWith('Maximum call stack')
}

const TOO_DEEP = 'Something in this template is nested too deep, or is too long: divide it.'
