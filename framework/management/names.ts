import { builtinModules } from 'node:module'
import path from 'node:path'
import { CommandError } from './errors.ts'

/** Names of what stands beside a project's own directory, or that imports already mean something else by. */
const TAKEN: ReadonlySet<string> = new Set([
  'deploy',
  'dist',
  'manage',
  'node',
  'node_modules',
  'nuages',
  'static',
  'staticfiles',
  'templates',
  'test',
  'typescript',
])

/** Words that no variable can be named by in a module, as an app's file and whoever imports it name one. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null package private protected public ' +
    'return static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
)

/** Names of devices on Windows, where no file or directory can be called so, and no repository with one be cloned. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)$/

/** A new project's or app's name and place. */
export interface NewPlace {
  readonly name: string
  /** An absolute path. */
  readonly directory: string
  /** True where the directory was given, and may hold files already. */
  readonly given: boolean
}

/**
 * Where `startproject mysite`, `startproject mysite there` or `startproject ../mysite` shall write.
 *
 * @throws CommandError where the name will not do, with the reason.
 */
export function placeFor(kind: 'project' | 'app', word: string, directory: string | undefined): NewPlace {
  const name = path.basename(word)
  if (directory !== undefined && name !== word)
    throw new CommandError(
      `Give the ${kind} a name, such as ${name || 'mysite'}, and then its directory; '${word}' is a path.`,
    )
  judge(kind, name)
  return { name, directory: path.resolve(directory ?? word), given: directory !== undefined }
}

function judge(kind: 'project' | 'app', name: string): void {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name))
    throw new CommandError(
      `'${name}' will not do as the name of ${articled(kind)}: begin with a letter, and use letters, digits and _ only, as in my_site.`,
    )
  const lower = name.toLowerCase()
  if (builtinModules.includes(lower))
    throw new CommandError(`'${name}' is the name of a module of Node: choose another for the ${kind}.`)
  if (TAKEN.has(lower))
    throw new CommandError(`'${name}' already means something else in a project: choose another name.`)
  if (DEVICES.test(lower))
    throw new CommandError(`'${name}' is no name of a directory on Windows: choose another for the ${kind}.`)
  if (RESERVED.has(name)) throw new CommandError(`'${name}' is a word of JavaScript: choose another for the ${kind}.`)
}

function articled(kind: 'project' | 'app'): string {
  return kind === 'app' ? 'an app' : 'a project'
}
