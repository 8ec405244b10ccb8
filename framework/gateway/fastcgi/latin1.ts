/** Buffer's own methods for latin-1: what `toString` and `write` come to, without their look at the encoding's name. */
interface Latin1Bytes {
  latin1Slice(start: number, end: number): string
  latin1Write(text: string, start: number): number
}

/** The bytes from `start` to `end` as text, one character each. */
export function latin1Slice(bytes: Buffer, start: number, end: number): string {
  return (bytes as Buffer & Latin1Bytes).latin1Slice(start, end)
}

/** Put text into `bytes` at `start`, one byte for each character. */
export function latin1Write(bytes: Buffer, text: string, start: number): void {
  ;(bytes as Buffer & Latin1Bytes).latin1Write(text, start)
}
