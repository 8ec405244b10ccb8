import { access, constants, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { textOfBytes } from './bytes.ts'
import { Refusal } from './refusal.ts'

/** A program on disk and how the request's path divides at it; the two paths are bytes, as in an Environ. */
export interface Program {
  readonly file: string
  /** From the mount to the program, such as `/reports/daily.pl`. */
  readonly scriptPath: string
  /** What follows it: empty, or beginning with `/`. */
  readonly pathInfo: string
}

/**
 * Walk `pathInfo` down from `root` (a real path): directories are entered, the first other thing is the program.
 *
 * @throws {Refusal} 404 where there is none, 403 where it is no plain executable file, 400 for a NUL
 */
export async function findProgram(root: string, pathInfo: string): Promise<Program> {
  if (pathInfo.includes('\0')) throw new Refusal(400, 'the path holds a NUL, which no variable can carry')
  const segments = pathInfo.split('/').slice(1)
  let file = root
  for (const [index, segment] of segments.entries()) {
    if (segment === '' && index === segments.length - 1) break
    file = path.join(file, fileName(segment))
    const kind = await kindOf(file)
    if (kind === 'directory') continue
    await checkProgram(root, file, kind)
    const divide = (part: string[]) => part.map((name) => `/${name}`).join('')
    return { file, scriptPath: divide(segments.slice(0, index + 1)), pathInfo: divide(segments.slice(index + 1)) }
  }
  throw new Refusal(403, 'the path is that of a directory, which cannot be run')
}

/** The name of a file that may be looked up: no way up, no hidden file, no backslash. */
function fileName(segment: string): string {
  const name = textOfBytes(segment)
  if (name === undefined || name === '' || name.startsWith('.') || name.includes('\\')) throw missing()
  return name
}

async function kindOf(file: string): Promise<'directory' | 'file' | 'other'> {
  const stats = await stat(file).catch(refuseUnreachable)
  if (stats.isDirectory()) return 'directory'
  return stats.isFile() ? 'file' : 'other'
}

async function checkProgram(root: string, file: string, kind: 'file' | 'other'): Promise<void> {
  const real = await realpath(file).catch(refuseUnreachable)
  if (!real.startsWith(root === '/' ? root : `${root}/`)) throw missing()
  if (kind === 'other') throw new Refusal(403, 'the path is not that of a plain file')
  await access(file, constants.X_OK).catch(() => {
    throw new Refusal(403, 'the file may not be executed by the server')
  })
}

function refuseUnreachable(error: NodeJS.ErrnoException): never {
  if (error.code === 'EACCES') throw new Refusal(403, 'the server may not enter the directory', { cause: error })
  throw missing()
}

function missing(): Refusal {
  return new Refusal(404, 'there is no such program')
}
