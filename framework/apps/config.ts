import path from 'node:path'
import { ImproperlyConfigured } from '../exceptions.ts'
import type { Library } from '../template/index.ts'

/** An app: a directory with templates, static files and commands, and what it does when the project is ready. */
export interface AppConfig {
  /** Its full name, such as `polls` or `@company/polls`. */
  readonly name: string
  /** A short name that no other app of the project has; the last part of the name by default. */
  readonly label: string
  /** For people. */
  readonly verboseName: string
  /** The app's directory. */
  readonly path: string
  /** Tags and filters that every template of the project knows. */
  readonly templateTags: readonly Library[]
  /** Called once, when all apps are known. */
  ready(): void | Promise<void>
}

/** What an app says of itself. */
export interface AppOptions {
  /** The name of its package or directory, such as `polls`; no other app has it. */
  readonly name: string
  /** The directory that its templates, static files and commands lie below: `import.meta.dirname`. */
  readonly path: string
  /** A short name, where the last part of `name` is taken already. */
  readonly label?: string | undefined
  /** The name for people; made of the label where it is left out. */
  readonly verboseName?: string | undefined
  /** Tags and filters that every template then knows. */
  readonly templateTags?: Library | readonly Library[] | undefined
  /** Called once, when all apps are there: the place to connect receivers and register checks. */
  readonly ready?: (() => void | Promise<void>) | undefined
}

/**
 * Describe an app, to be named in the setting `installedApps`. Throws `ImproperlyConfigured` for a label that is no
 * word and a path that is not absolute.
 *
 * @example
 * export const polls = defineApp({ name: 'polls', path: import.meta.dirname })
 */
export function defineApp({
  name,
  path: directory,
  label,
  verboseName,
  templateTags = [],
  ready,
}: AppOptions): AppConfig {
  const short = label ?? name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('.')) + 1)
  if (!/^[A-Za-z_]\w*$/.test(short)) {
    throw new ImproperlyConfigured(
      `The app "${name}" has the label "${short}", which is no word of letters, digits and "_": give it another label.`,
    )
  }
  if (!path.isAbsolute(directory)) {
    throw new ImproperlyConfigured(`The app "${name}" needs an absolute path: give it import.meta.dirname.`)
  }
  return {
    name,
    label: short,
    verboseName: verboseName ?? short.charAt(0).toUpperCase() + short.slice(1).replaceAll('_', ' '),
    path: directory,
    templateTags: [templateTags].flat(),
    ready: ready ?? (() => {}),
  }
}
