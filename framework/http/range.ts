/** From the first byte to the last, both sent. */
export interface ByteRange {
  /** The first byte. */
  readonly start: number
  /** The last byte. */
  readonly end: number
}

const RANGE = /^bytes[ \t]*=[ \t]*(?:(\d+)-(\d*)|-(\d+))[ \t]*$/i

/**
 * The one range of a file of `size` bytes that a Range header asks for (RFC 9110, section 14.2), or `unsatisfiable` where
 * it lies beyond the end. `undefined`, which stands for the whole file, where the header is malformed, asks for several
 * ranges or in another unit, and where the file is empty.
 */
export function parseRange(header: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last, suffix] = RANGE.exec(header) ?? []
  if (size === 0) return undefined
  if (suffix !== undefined) {
    return Number(suffix) === 0 ? 'unsatisfiable' : { start: Math.max(0, size - Number(suffix)), end: size - 1 }
  }
  if (first === undefined) return undefined
  const start = Number(first)
  const end = last === undefined || last === '' ? Number.POSITIVE_INFINITY : Number(last)
  if (end < start) return undefined
  return start < size ? { start, end: Math.min(end, size - 1) } : 'unsatisfiable'
}
