import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageRoot } from '../../utils/index.ts'
import { CommandError } from '../errors.ts'

/** Which tests are wanted, by their names. */
export interface NameFilter {
  /** Texts, in which `*` stands for anything; a test has one of them in its name. */
  readonly names: readonly string[]
  /** Tags of which a test has one; `@slow` in a name is the tag `slow`. */
  readonly tags: readonly string[]
  /** Tags of which a test has none. */
  readonly excludeTags: readonly string[]
}

/**
 * The filter as options of Node: what whole names of the wanted tests match, and what they do not. A name begins with those
 * of its suites. On the command line of the process in which the tests run, for Node 22.18's `run()` has no ear for these.
 */
export function nameOptions({ names, tags, excludeTags }: NameFilter): string[] {
  const groups = [names.map(patternOf), tags.map(tagPattern)].filter((each) => each.length > 0)
  const all = groups.map((each) => `(?=.*(?:${each.join('|')}))`).join('')
  return [
    ...(all === '' ? [] : [`--test-name-pattern=^${all}`]),
    ...excludeTags.map((tag) => `--test-skip-pattern=${tagPattern(tag)}`),
  ]
}

/** What no report on reached lines is about: the tests themselves, and what is not of the project. */
export function uncovered(root: string): string[] {
  return ['**/node_modules/**', '**/*.test.*', ...(root === packageRoot() ? [] : [`${packageRoot()}/**`])]
}

/** A file of this directory, as built or as written. */
export function ownFile(name: string): string {
  return path.join(import.meta.dirname, name + path.extname(import.meta.filename))
}

/** The hook that lets Node run TypeScript, as a URL for `--import`. */
export function hookUrl(): string {
  return pathToFileURL(path.join(packageRoot(), 'framework', 'register.js')).href
}

/** How many files run at a time: `auto` is one for each processor. */
export function concurrencyOf(parallel: string): number {
  const count = parallel === 'auto' ? os.availableParallelism() : Number(parallel)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new CommandError(`--parallel is a number of processes or auto, and was given '${parallel}'.`)
}

function patternOf(text: string): string {
  return text.split('*').map(escapeRegExp).join('.*')
}

function tagPattern(tag: string): string {
  if (/^\w[\w-]*$/.test(tag)) return `@${tag}(?![\\w-])`
  throw new CommandError(`A tag is a word, as slow is that of a test named 'imports it all @slow'; '${tag}' is none.`)
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
