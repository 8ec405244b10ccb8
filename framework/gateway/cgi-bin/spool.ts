import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Refusal } from './refusal.ts'

/** A request body on disk, whose file has no name any more and is gone when the last descriptor of it is closed. */
export interface Spool {
  readonly handle: FileHandle
  readonly length: number
}

/**
 * Put a body that came without a length on disk, to learn its length; `undefined` where it is empty.
 *
 * @throws {Refusal} 413 where it has more than `limit` bytes
 */
export async function spoolBody(input: AsyncIterable<Uint8Array>, limit: number): Promise<Spool | undefined> {
  let handle: FileHandle | undefined
  let length = 0
  try {
    for await (const chunk of input) {
      if (chunk.length === 0) continue
      if (length + chunk.length > limit) throw new Refusal(413, `the body has more than ${limit} bytes`)
      handle ??= await openUnnamed()
      length += await writeAt(handle, chunk, length)
    }
  } catch (error) {
    await handle?.close()
    throw error
  }
  return handle && { handle, length }
}

async function openUnnamed(): Promise<FileHandle> {
  const file = path.join(tmpdir(), `nuages-cgi-${randomUUID()}`)
  const handle = await open(file, 'wx+', 0o600)
  await unlink(file)
  return handle
}

/** Write at a position, so that the descriptor's own stays at the start, where the program will read. */
async function writeAt(handle: FileHandle, chunk: Uint8Array, position: number): Promise<number> {
  let written = 0
  while (written < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, written, chunk.length - written, position + written)
    written += bytesWritten
  }
  return written
}
