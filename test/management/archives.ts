/** Archives as programs write them, and as nobody should. */
import zlib from 'node:zlib'

/** One entry of an archive. */
export interface Entry {
  readonly name: string
  readonly content?: string | Buffer
  /** The kind of a tar entry; a file where it is left out. */
  readonly type?: string
  readonly mode?: number
}

/** A tar archive in the format of POSIX. */
export function tar(...entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ name, content = '', type = '0', mode = 0o644 }) => {
    const bytes = Buffer.from(content)
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100)
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write(' '.repeat(8), 148)
    header.write(type, 156)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** A zip archive whose files are deflated. */
export function zip(...entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  for (const { name, content = '', mode = 0o100644 } of entries) {
    const [bytes, file] = [Buffer.from(content), Buffer.from(name)]
    const packed = zlib.deflateRawSync(bytes)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(8, 4)
    shared.writeUInt32LE(zlib.crc32(bytes), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(bytes.length, 18)
    shared.writeUInt16LE(file.length, 22)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE((mode << 16) >>> 0, 6)
    rest.writeUInt32LE(Buffer.concat(locals).length, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x03'), shared, rest, file)
    locals.push(Buffer.from('PK\x03\x04'), shared, file, packed)
  }
  const [before, after] = [Buffer.concat(locals), Buffer.concat(directory)]
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(after.length, 12)
  end.writeUInt32LE(before.length, 16)
  return Buffer.concat([before, after, end])
}
