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
 * if (photo instanceof UploadedFile) await photo.moveTo(path.join(mediaRoot, photo.name))
 */
export class UploadedFile extends File {
  #path: string | undefined

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
   * the mode of `fileUploadPermissions`. From then on read it at its destination.
   */
  async moveTo(destination: string): Promise<void> {
    const temporary = path.join(path.dirname(destination), `.upload-${randomBytes(8).toString('hex')}`)
    try {
      await this.#place(temporary)
      const { fileUploadPermissions } = httpOptions()
      if (fileUploadPermissions !== null) await fs.chmod(temporary, fileUploadPermissions)
      await fs.rename(temporary, destination)
      this.#path = undefined
    } catch (error) {
      await fs.rm(temporary, { force: true })
      throw error
    }
  }

  /** Remove the file from disk, if it is there. */
  async discard(): Promise<void> {
    const from = this.#path
    this.#path = undefined
    if (from !== undefined) await fs.rm(from, { force: true })
  }

  /** Copied, not renamed: a rename that a failing chmod follows could not be taken back. */
  async #place(temporary: string): Promise<void> {
    if (this.#path === undefined) await fs.writeFile(temporary, this.stream(), { flag: 'wx' })
    else await fs.copyFile(this.#path, temporary, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE)
    if (this.#path !== undefined) await fs.rm(this.#path, { force: true })
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
