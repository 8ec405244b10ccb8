import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { httpOptions } from './options.ts'

/**
 * A file of a form: the platform's `File`, which may lie in memory or on disk (Django's `UploadedFile`).
 *
 * `name` is a safe base name, whatever the client sent. A file on disk is removed when the response is over, unless
 * `moveTo()` has placed it.
 *
 * @example
 * const photo = (await request.form()).get('photo')
 * if (photo instanceof UploadedFile) await photo.moveTo(path.join(mediaRoot, `${randomUUID()}-${photo.name}`))
 */
export class UploadedFile extends File {
  #path: string | undefined
  /** Why it cannot be placed any more. */
  #gone: string | undefined

  constructor(content: ConstructorParameters<typeof File>[0], name: string, type: string, diskPath?: string) {
    super(content, name, { type })
    this.#path = diskPath
  }

  /** Where a large file lies; `undefined` for one in memory, and after `moveTo()`. */
  get path(): string | undefined {
    return this.#path
  }

  /**
   * Place the file at `destination`, all of it or, on an error, none; a file that is there already is replaced. It gets
   * the mode of `fileUploadPermissions`. From then on read it at its destination. Throws the file system's error; the
   * upload is still there then.
   */
  async moveTo(destination: string): Promise<void> {
    if (this.#gone !== undefined) throw new Error(`The upload ${JSON.stringify(this.name)} ${this.#gone}.`)
    const source = this.#path
    if (source === undefined) return place(destination, (file) => fs.writeFile(file, this.stream(), { flag: 'wx' }))
    await move(source, destination)
    this.#path = undefined
    this.#gone = `has been moved to ${destination}`
  }

  /** Remove the file from disk, if it is there. */
  async discard(): Promise<void> {
    const from = this.#path
    if (from === undefined) return
    this.#path = undefined
    this.#gone = 'has been removed, because the response is over'
    await fs.rm(from, { force: true })
  }
}

/** Renamed, or copied from one file system to another. */
async function move(source: string, destination: string): Promise<void> {
  const { fileUploadPermissions } = httpOptions()
  try {
    if (fileUploadPermissions !== null) await fs.chmod(source, fileUploadPermissions)
    await fs.rename(source, destination)
  } catch (error) {
    await fs.chmod(source, 0o600).catch(() => {})
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await place(destination, (file) => fs.copyFile(source, file, fs.constants.COPYFILE_EXCL))
    await fs.rm(source, { force: true })
  }
}

/** Written beside its destination and renamed, so that nobody sees half a file. */
async function place(destination: string, write: (file: string) => Promise<void>): Promise<void> {
  const temporary = path.join(path.dirname(destination), `.upload-${randomBytes(8).toString('hex')}`)
  const { fileUploadPermissions } = httpOptions()
  try {
    await write(temporary)
    if (fileUploadPermissions !== null) await fs.chmod(temporary, fileUploadPermissions)
    await fs.rename(temporary, destination)
  } catch (error) {
    await fs.rm(temporary, { force: true })
    throw error
  }
}

/** Longer names are cut, their ending kept: most file systems take 255 bytes. */
const MAX_NAME = 200

/**
 * A client's file name reduced to one that is safe to show and to store: the last part of a path of any system, without
 * control characters; `undefined` where nothing is left, as for `..`.
 */
export function safeBaseName(name: string): string | undefined {
  const base = (name.split(/[/\\]/).at(-1) as string)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '')
    .trim()
  if (base === '' || base === '.' || base === '..') return undefined
  return shortened(base.toWellFormed())
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME) return name
  const { ext, name: stem } = path.parse(name)
  const ending = Buffer.byteLength(ext) <= 20 ? ext : ''
  let kept = ''
  let size = Buffer.byteLength(ending)
  for (const character of stem) {
    size += Buffer.byteLength(character)
    if (size > MAX_NAME) break
    kept += character
  }
  return kept + ending
}
