import fs from 'node:fs'
import path from 'node:path'
import { isDirectory } from '../../utils/index.ts'
import { CommandError } from '../errors.ts'
import type { SkeletonFile } from './files.ts'

/** The values of the named variables that a skeleton's names and filled files may use. */
export type SkeletonVariables = Readonly<Record<string, string>>

/** Ends the names of files that are always filled in: no tool mistakes them for what they will become. */
const SUFFIX = '-tpl'

/** npm leaves out, or acts on, files with these names in a package; so skeletons carry them without their dot. */
const DOTTED: Readonly<Record<string, string>> = {
  env: '.env',
  'env-example': '.env.example',
  gitignore: '.gitignore',
}

/** Only the owner may read a file with secrets. */
const SECRET_MODE = 0o600
const SECRET_NAMES: ReadonlySet<string> = new Set(['.env'])

/** Which files are filled in besides those whose names end in `-tpl`. */
export interface FilledFiles {
  /** Ends of names, such as `html` or `.html`. */
  readonly extensions: readonly string[]
  /** Whole names. */
  readonly names: readonly string[]
}

interface PlannedFile {
  readonly to: string
  readonly content: Buffer
  readonly mode: number
}

/**
 * Write the files of a skeleton into the directory `target`, which is made where it is missing.
 *
 * Files whose names end in `-tpl` lose that ending, and each `{{ name }}` in them, and in what else is `filled`, becomes the
 * variable's value; all else is copied byte for byte. Where a file's or directory's name contains a variable's name, such
 * as `project_name`, that is replaced too. What begins with `#!` becomes executable. Nothing that is already there is
 * touched: either every file can be written, or none is.
 *
 * @returns the files written, relative to `target`.
 * @throws CommandError that lists what is in the way, or names an unknown variable.
 */
export function copySkeleton(
  skeleton: readonly SkeletonFile[],
  target: string,
  variables: SkeletonVariables,
  filled: FilledFiles,
): string[] {
  const files = skeleton.map((file) => plan(file, target, variables, filled))
  refuseToOverwrite(files, target)
  write(files, target)
  return files.map(({ to }) => path.relative(target, to))
}

function plan(file: SkeletonFile, target: string, variables: SkeletonVariables, filled: FilledFiles): PlannedFile {
  const names = file.path.split('/').map((name) => targetName(name, variables))
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    throw new CommandError(`${file.path} in the skeleton would become ${names.join('/')}, which is no name of a file.`)
  const to = path.join(target, ...names)
  const content = isFilled(file.path, filled) ? fill(file, variables) : file.content
  return { to, content, mode: modeOf(to, content, file.mode) }
}

function isFilled(file: string, { extensions, names }: FilledFiles): boolean {
  const name = path.posix.basename(file)
  return (
    name.endsWith(SUFFIX) ||
    names.includes(name) ||
    extensions.some((extension) => name.endsWith(`.${extension.replace(/^\./, '')}`))
  )
}

function targetName(name: string, variables: SkeletonVariables): string {
  const bare = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name
  const dotted = bare === name ? bare : (own(DOTTED, bare) ?? bare)
  return dotted.replaceAll(/[a-z]+_name/g, (variable) => own(variables, variable) ?? variable)
}

function fill(file: SkeletonFile, variables: SkeletonVariables): Buffer {
  const filled = file.content.toString('utf8').replaceAll(/\{\{ ?(\w+) ?\}\}/g, (_match, name: string) => {
    const value = own(variables, name)
    if (value !== undefined) return value
    throw new CommandError(
      `${file.path} uses the variable '${name}', which there is not. There are: ${Object.keys(variables).join(', ')}.`,
    )
  })
  return Buffer.from(filled)
}

function modeOf(to: string, content: Buffer, mode: number): number {
  if (SECRET_NAMES.has(path.basename(to))) return SECRET_MODE
  const executable = (mode & 0o111) !== 0 || content.subarray(0, 2).toString('latin1') === '#!'
  return executable ? 0o755 : 0o644
}

function own(variables: SkeletonVariables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined
}

function refuseToOverwrite(files: readonly PlannedFile[], target: string): void {
  if (exists(target) && !isDirectory(target))
    throw new CommandError(
      `${target} is there already, and is no directory. Nothing was written: choose another place.`,
    )
  const taken = files.filter(({ to }) => exists(to)).map(({ to }) => path.relative(target, to))
  const blocked = files
    .flatMap(({ to }) => parents(to, target))
    .filter((parent) => exists(parent) && !isDirectory(parent))
  const inTheWay = [...new Set([...blocked.map((file) => path.relative(target, file)), ...taken])]
  if (inTheWay.length === 0) return
  const shown = inTheWay.slice(0, 5).join(', ')
  const more = inTheWay.length > 5 ? ` and ${inTheWay.length - 5} more` : ''
  throw new CommandError(
    `In ${target} there is already ${shown}${more}. Nothing was written: choose another directory, or move that away.`,
  )
}

function write(files: readonly PlannedFile[], target: string): void {
  const made: string[] = []
  try {
    for (const { to, content, mode } of files) {
      const first = fs.mkdirSync(path.dirname(to), { recursive: true })
      if (first !== undefined) made.push(first)
      const descriptor = fs.openSync(to, 'wx', mode)
      made.push(to)
      writeAndClose(descriptor, content)
    }
  } catch (error) {
    while (made.length > 0) fs.rmSync(made.pop() as string, { recursive: true, force: true })
    throw new CommandError(`${target} cannot be written: ${(error as Error).message}. What was begun is gone again.`, {
      cause: error,
    })
  }
}

function writeAndClose(descriptor: number, content: Buffer): void {
  try {
    fs.writeFileSync(descriptor, content)
  } finally {
    fs.closeSync(descriptor)
  }
}

function parents(file: string, target: string): string[] {
  const found: string[] = []
  for (let parent = path.dirname(file); ; parent = path.dirname(parent)) {
    found.push(parent)
    if (parent === target || parent === path.dirname(parent)) return found
  }
}

function exists(file: string): boolean {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined
  } catch {
    // Something on the way there is a file, or the name is too long: writing, or what checks the parents, will tell.
    return false
  }
}
