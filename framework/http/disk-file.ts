import { randomBytes } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { httpOptions } from './options.ts'
import { UploadedFile } from './uploaded-file.ts'

/**
 * An upload on its way to disk: a file under a random name that only this user can read, written at the pace of the
 * disk. Each method throws an Error that names the directory where the system refuses, as with a full disk.
 */
export class DiskFile {
  readonly #path: string
  readonly #handle: fs.FileHandle

  private constructor(file: string, handle: fs.FileHandle) {
    this.#path = file
    this.#handle = handle
  }

  static async create(): Promise<DiskFile> {
    const directory = httpOptions().fileUploadTempDir ?? os.tmpdir()
    const file = path.join(directory, `nuages-${randomBytes(16).toString('hex')}.upload`)
    return new DiskFile(file, await explained(file, fs.open(file, 'wx', 0o600)))
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      written += (await explained(this.#path, this.#handle.write(bytes, written))).bytesWritten
    }
  }

  /** Close the file and give it its name and type. */
  async finish(name: string, type: string): Promise<UploadedFile> {
    await explained(this.#path, this.#handle.close())
    return new UploadedFile([await explained(this.#path, openAsBlob(this.#path))], name, type, this.#path)
  }

  /** Give the file up. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {})
    await fs.rm(this.#path, { force: true })
  }
}

async function explained<T>(file: string, operation: Promise<T>): Promise<T> {
  try {
    return await operation
  } catch (error) {
    const directory = path.dirname(file)
    throw new Error(
      `An upload could not be kept in ${directory}: ${(error as Error).message}. ` +
        'The setting fileUploadTempDir says where uploads go: it needs space, and must be writable.',
      { cause: error },
    )
  }
}
