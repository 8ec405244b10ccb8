import { accessSync, constants, statSync } from 'node:fs'
import { type CheckMessage, checkError, registerCheck } from '../checks/index.ts'
import { httpOptions } from './options.ts'

/** Look for a directory of uploads that is not there, or takes no files. */
export function checkUploadDirectory(): CheckMessage[] {
  const { fileUploadTempDir } = httpOptions()
  const fault = fileUploadTempDir === null ? undefined : faultOfDirectory(fileUploadTempDir)
  if (fault === undefined) return []
  return [
    checkError('files.E001', `fileUploadTempDir is ${JSON.stringify(fileUploadTempDir)}, which ${fault}.`, {
      hint: 'Make the directory, writable for the user that serves the site, or leave the setting out for that of the system.',
      object: 'fileUploadTempDir',
    }),
  ]
}

registerCheck(checkUploadDirectory, { tags: ['files'] })

function faultOfDirectory(directory: string): string | undefined {
  try {
    if (!statSync(directory).isDirectory()) return 'is no directory'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? 'does not exist'
      : `cannot be looked at: ${String(error)}`
  }
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
    return undefined
  } catch {
    return 'cannot be written to by this user'
  }
}
