import { randomInt } from 'node:crypto'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

/** A content coding, as far as answers need it. Whatever it gives has a random length in it, against BREACH. */
export interface Coding {
  readonly name: 'br' | 'gzip'
  /** A whole body, compressed at once. */
  sync(content: Uint8Array): Uint8Array
  /** A whole body, compressed off the main thread. */
  async(content: Uint8Array): Promise<Uint8Array>
  /** A compressor for a body that comes piece by piece. */
  stream(): zlib.Gzip | zlib.BrotliCompress
  /** The first flushed piece of such a body, made longer. */
  pad(piece: Uint8Array): Uint8Array
}

/** Random bytes at the most that hide how well a body could be compressed: each a guess the more for who measures lengths. */
const MAX_PADDING = 100

const compressGzip = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip)
const compressBrotli = promisify<Uint8Array, zlib.BrotliOptions, Buffer>(zlib.brotliCompress)

/** What a gzip stream begins with (RFC 1952, section 2.3); the fourth byte has the flags. */
const GZIP_HEAD = 10
const HAS_NAME = 0x08

/** gzip; its length is hidden by a file name of random length (Django's `max_random_bytes`). */
export const gzip: Coding = {
  name: 'gzip',
  sync: (content) => withFileName(zlib.gzipSync(content)),
  async: async (content) => withFileName(await compressGzip(content, {})),
  stream: () => zlib.createGzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  pad: withFileName,
}

function withFileName(stream: Uint8Array): Uint8Array {
  const name = Buffer.alloc(randomInt(MAX_PADDING) + 1, 'a')
  name[name.length - 1] = 0
  const padded = Buffer.concat([stream.subarray(0, GZIP_HEAD), name, stream.subarray(GZIP_HEAD)])
  padded[3] = (padded[3] as number) | HAS_NAME
  return padded
}

/** Quality 4 of 11 is about as fast as gzip and a seventh smaller; a window of 512 KiB keeps a stream's memory small. */
const PARAMS = {
  [zlib.constants.BROTLI_PARAM_QUALITY]: 4,
  [zlib.constants.BROTLI_PARAM_LGWIN]: 19,
}
const WHOLE = { params: PARAMS, finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH }

/** The last, empty meta-block of a stream, at a byte's boundary. */
const LAST = Buffer.of(0x03)

/** Brotli; its length is hidden by a meta-block of metadata, which decoders skip (RFC 7932, section 9.2). */
export const brotli: Coding = {
  name: 'br',
  sync: (content) => finished(zlib.brotliCompressSync(content, WHOLE)),
  async: async (content) => finished(await compressBrotli(content, WHOLE)),
  stream: () => zlib.createBrotliCompress({ params: PARAMS, flush: zlib.constants.BROTLI_OPERATION_FLUSH }),
  pad: (piece) => Buffer.concat([piece, metadata()]),
}

/** What was flushed ends at a byte's boundary, so that more can follow. */
function finished(flushed: Uint8Array): Uint8Array {
  return Buffer.concat([flushed, metadata(), LAST])
}

/** Bits, lowest first: not the last block, "metadata" (11), reserved, one byte of length less one, up to the boundary. */
function metadata(): Uint8Array {
  const skipped = randomInt(MAX_PADDING)
  const block = Buffer.alloc(2 + skipped + 1, 'a')
  block.writeUInt16LE(0b01_0_11_0 | (skipped << 6))
  return block
}
