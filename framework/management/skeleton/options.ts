import type { Options, Values } from '../options.ts'
import { copySkeleton, type SkeletonVariables } from './copy.ts'
import { readSkeleton } from './read.ts'

/** What `startproject` and `startapp` may be told about the skeleton to copy. */
export const skeletonOptions = {
  template: {
    type: 'string',
    metavar: 'PATH|URL',
    help: 'Copy this skeleton instead of the built-in one: a directory or an archive.',
  },
  extension: {
    type: 'string',
    short: 'e',
    multiple: true,
    metavar: 'EXTENSIONS',
    help: 'Also fill in files with this extension, or these with commas between; may be given again.',
  },
  name: {
    type: 'string',
    short: 'n',
    multiple: true,
    metavar: 'FILES',
    help: 'Also fill in files of this name, or these with commas between; may be given again.',
  },
  exclude: {
    type: 'string',
    short: 'x',
    multiple: true,
    metavar: 'DIRECTORIES',
    help: 'Leave out directories of this name, or these with commas between; may be given again.',
  },
} as const satisfies Options

/** The values of `skeletonOptions`. */
export type SkeletonValues = Values<typeof skeletonOptions>

/** Write what the options name into the directory `target`; the result is the files, relative to it. */
export async function makeFromSkeleton(
  kind: 'project' | 'app',
  target: string,
  variables: SkeletonVariables,
  { template, extension, name, exclude }: SkeletonValues,
): Promise<string[]> {
  const skeleton = await readSkeleton(kind, template, wordsOf(exclude))
  return copySkeleton(skeleton, target, variables, { extensions: wordsOf(extension), names: wordsOf(name) })
}

/** The words of an option that takes several at once. */
function wordsOf(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',').map((word) => word.trim())).filter((word) => word !== '')
}
