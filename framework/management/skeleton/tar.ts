import type { SkeletonFiles } from './files.ts'

const BLOCK = 512

/** The names of an entry that come before it, where they are too long for its header. */
interface Extended {
  path?: string | undefined
}

/** Add the files of a tar archive: POSIX (ustar, pax) or GNU. Links and devices are refused. */
export function readTar(bytes: Buffer, files: SkeletonFiles): void {
  let extended: Extended = {}
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK)
    if (header.every((byte) => byte === 0)) return
    if (!hasChecksum(header)) throw files.error('is a tar archive that is damaged')
    const size = octal(header, 124, 12)
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size)
    if (content.length !== size) throw files.error('is a tar archive that breaks off')
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    const type = String.fromCharCode(header[156] ?? 0)
    if (type === 'x') extended = { path: paxPath(content) }
    else if (type === 'L') extended = { path: text(content, 0, size) }
    else if (type !== 'g' && type !== 'K') {
      add(files, extended.path ?? nameIn(header), type, content, octal(header, 100, 8))
      extended = {}
    }
  }
}

function add(files: SkeletonFiles, name: string, type: string, content: Buffer, mode: number): void {
  const path = name.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
  if (path === '' || path === '.') return
  if (!files.wants(path) || type === '5') return
  if (type !== '0' && type !== '\0') throw files.error(`has something other than files: ${JSON.stringify(path)}`)
  files.add({ path, content, mode })
}

function nameIn(header: Buffer): string {
  const name = text(header, 0, 100)
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? text(header, 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Records are `length key=value\n`, where the length is that of the whole. */
function paxPath(content: Buffer): string | undefined {
  let path: string | undefined
  for (let at = 0; at < content.length; ) {
    const length = Number.parseInt(content.toString('latin1', at, at + 20), 10)
    if (!(length > 0)) return path
    const [, key, value] = /^\d+ ([^=]+)=([^]*)\n$/.exec(content.toString('utf8', at, at + length)) ?? []
    if (key === 'path') path = value
    at += length
  }
  return path
}

function hasChecksum(header: Buffer): boolean {
  // The sum is made with blanks in its own place.
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
  return octal(header, 148, 8) === sum
}

function octal(bytes: Buffer, from: number, length: number): number {
  return Number.parseInt(text(bytes, from, length).trim() || '0', 8)
}

function text(bytes: Buffer, from: number, length: number): string {
  return bytes.toString('utf8', from, from + length).replace(/\0[^]*$/, '')
}
