/** A project with static files in a directory of its own, and its command line. */
import path from 'node:path'
import type { TestContext } from 'node:test'
import { resetForTests } from 'nuages'
import { type AppConfig, defineApp } from 'nuages/apps'
import { defineSettings, type Settings, type UserSettings } from 'nuages/conf'
import { staticfiles } from 'nuages/contrib/staticfiles'
import { manage, type Outcome, temporaryDirectory, writeTree } from '../../management/support.ts'

/** A project, its settings, and its command line. */
export interface Project {
  readonly directory: string
  readonly settings: Settings
  /** Where a name below the project's directory is. */
  readonly at: (...names: readonly string[]) => string
  readonly run: (...words: readonly string[]) => Promise<Outcome>
}

/**
 * A project with the two sources `static/` and `vendor/` (under the prefix `lib`), and the app `polls`. `change` gives
 * settings of the test's own.
 */
export function makeProject(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  change: (at: Project['at']) => UserSettings = () => ({}),
): Project {
  const directory = temporaryDirectory(t)
  t.after(resetForTests)
  writeTree(directory, { 'project.txt': '', ...files })
  const at = (...names: readonly string[]) => path.join(directory, ...names)
  const settings = defineSettings({
    baseDir: directory,
    debug: true,
    installedApps: [staticfiles, appAt(at('polls'))],
    staticfilesDirs: [at('static'), ['lib', at('vendor')]],
    staticRoot: at('collected'),
    ...change(at),
  })
  const run = (...words: readonly string[]) => manage(words, { settings: async () => ({ default: settings }) })
  return { directory, settings, at, run }
}

export function appAt(directory: string): AppConfig {
  return defineApp({ name: path.basename(directory), path: directory })
}
