import zlib from 'node:zlib'
import type { SkeletonFiles } from './files.ts'

const END = 0x06054b50
const END_SIZE = 22
const MAX_COMMENT = 0xffff
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50

/** What the kinds of files are in the upper half of an entry's attributes (stat(2)). */
const KIND = 0o170000
const LINK = 0o120000

/** One entry of the directory at the end of a zip archive. */
interface Entry {
  readonly path: string
  readonly encrypted: boolean
  readonly method: number
  readonly crc: number
  readonly packed: number
  /** Where the entry's own header is. */
  readonly at: number
  readonly mode: number
}

/** Add the files of a zip archive, as its directory lists them. Links and encrypted files are refused. */
export function readZip(bytes: Buffer, files: SkeletonFiles): void {
  try {
    for (const entry of entriesOf(bytes, files)) if (isWanted(entry, files)) addEntry(bytes, entry, files)
  } catch (error) {
    // Every number in an archive may lead out of it.
    throw error instanceof RangeError ? files.error('is a zip archive that is damaged', error) : error
  }
}

function* entriesOf(bytes: Buffer, files: SkeletonFiles): Generator<Entry> {
  const end = endOf(bytes)
  if (end === undefined) throw files.error('is a zip archive that breaks off')
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw files.error('is a zip archive that is damaged')
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    yield {
      path: bytes.toString('utf8', at + 46, at + 46 + name),
      encrypted: (bytes.readUInt16LE(at + 8) & 1) !== 0,
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      at: bytes.readUInt32LE(at + 42),
      mode: bytes.readUInt16LE(at + 40),
    }
    at += 46 + name + extra + comment
  }
}

function endOf(bytes: Buffer): number | undefined {
  const last = bytes.length - END_SIZE
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT; at--) if (bytes.readUInt32LE(at) === END) return at
  return undefined
}

function isWanted({ path, mode, encrypted }: Entry, files: SkeletonFiles): boolean {
  if (!files.wants(path.replace(/\/$/, '')) || path.endsWith('/')) return false
  if ((mode & KIND) === LINK) throw files.error(`has something other than files: ${JSON.stringify(path)}`)
  if (encrypted) throw files.error('is a zip archive that needs a password')
  return true
}

function addEntry(bytes: Buffer, { path, method, crc, packed, at, mode }: Entry, files: SkeletonFiles): void {
  if (bytes.readUInt32LE(at) !== LOCAL) throw files.error('is a zip archive that is damaged')
  const from = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
  const data = bytes.subarray(from, from + packed)
  const content = unpack(data, method, files)
  if (zlib.crc32(content) !== crc) throw files.error(`is a zip archive that is damaged, at ${JSON.stringify(path)}`)
  files.add({ path, content, mode })
}

function unpack(data: Buffer, method: number, files: SkeletonFiles): Buffer {
  if (method === 0) return data
  if (method !== 8) throw files.error('is a zip archive of a kind that is not known here: make it anew with zip')
  return inflate(() => zlib.inflateRawSync(data, { maxOutputLength: files.room + 1 }), files)
}

/** What `unzip` gives, where that is no more than there is room for. */
export function inflate(unzip: () => Buffer, files: SkeletonFiles): Buffer {
  try {
    return unzip()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw files.tooLarge()
    throw files.error('is an archive that is damaged', error)
  }
}
