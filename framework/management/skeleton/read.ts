import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import zlib from 'node:zlib'
import { isDirectory, packageRoot } from '../../utils/index.ts'
import { CommandError } from '../errors.ts'
import { download } from './download.ts'
import { MAX_BYTES, type SkeletonFile, SkeletonFiles } from './files.ts'
import { readTar } from './tar.ts'
import { inflate, readZip } from './zip.ts'

/**
 * The files of the built-in skeleton for a kind of thing, or of the one that `template` names: a directory, an archive, or
 * the URL of an archive. Directories whose names are `excluded` are left out.
 *
 * @throws CommandError where it cannot be read, is too large, or has something other than files and directories in it.
 */
export async function readSkeleton(
  kind: 'project' | 'app',
  template: string | undefined,
  excluded: readonly string[],
): Promise<readonly SkeletonFile[]> {
  const source = template ?? path.join(packageRoot(), 'templates', kind)
  const files = new SkeletonFiles(source, excluded)
  if (/^(?:https?|ftp):\/\//i.test(source)) return unpack(await download(source, MAX_BYTES), files)
  const place = path.resolve(source.startsWith('file:') ? fileURLToPath(source) : source)
  if (isDirectory(place)) {
    readDirectory(place, '', files)
    return files.all
  }
  return unpack(readArchive(place, files), files)
}

function readDirectory(root: string, below: string, files: SkeletonFiles): void {
  for (const name of readdir(path.join(root, below), files).sort()) {
    const relative = below === '' ? name : `${below}/${name}`
    const file = path.join(root, relative)
    const stat = fs.statSync(file, { throwIfNoEntry: false })
    if (!files.wants(relative, stat?.isDirectory() === true ? 'directory' : 'file')) continue
    if (stat?.isFile() === true) files.add({ path: relative, content: readFile(file, files), mode: stat.mode })
    // A directory that a link leads to may hold that link.
    else if (stat?.isDirectory() === true && !isLink(file)) readDirectory(root, relative, files)
    else throw files.error(`has something other than files: ${JSON.stringify(relative)}`)
  }
}

function isLink(file: string): boolean {
  return fs.lstatSync(file).isSymbolicLink()
}

function readdir(directory: string, files: SkeletonFiles): string[] {
  try {
    return fs.readdirSync(directory)
  } catch (error) {
    throw files.error(`cannot be read: ${(error as Error).message}`, error)
  }
}

function readFile(file: string, files: SkeletonFiles): Buffer {
  try {
    return fs.readFileSync(file)
  } catch (error) {
    throw files.error(`cannot be read: ${(error as Error).message}`, error)
  }
}

function readArchive(file: string, files: SkeletonFiles): Buffer {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) throw new CommandError(`--template names no directory and no archive: ${file}`)
  if (!stat.isFile()) throw files.error('is neither a directory nor a file')
  if (stat.size > MAX_BYTES) throw files.tooLarge()
  return readFile(file, files)
}

/** Archives are known by how they begin, for the end of a URL says nothing. */
function unpack(bytes: Buffer, files: SkeletonFiles): readonly SkeletonFile[] {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  const plain = isGzip ? inflate(() => zlib.gunzipSync(bytes, { maxOutputLength: MAX_BYTES }), files) : bytes
  if (plain.toString('latin1', 257, 262) === 'ustar') readTar(plain, files)
  else if (plain.toString('latin1', 0, 2) === 'PK') readZip(plain, files)
  else throw files.error('is no archive that can be read: give a .tar, .tar.gz or .zip')
  return files.withoutRoot
}
