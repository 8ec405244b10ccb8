/** Projects as `startproject` makes them, ready to run. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { callCommand } from 'nuages/management'
import { packageRoot } from 'nuages/utils'
import { cleanEnvironment, linkFramework, Memory, temporaryDirectory } from './support.ts'

/**
 * A new project `mysite`, with what `npm install` would put there: the framework, its types, and this Node. It is in a
 * temporary directory, or in the one named `below` inside that.
 */
export async function scaffold(t: TestContext, below = ''): Promise<string> {
  const directory = path.join(temporaryDirectory(t), below)
  await callCommand('startproject', ['mysite', directory], { stdout: new Memory() })
  linkFramework(directory)
  const modules = path.join(directory, 'node_modules')
  fs.mkdirSync(path.join(modules, '@types'))
  fs.symlinkSync(path.join(packageRoot(), 'node_modules/@types/node'), path.join(modules, '@types/node'))
  fs.mkdirSync(path.join(modules, '.bin'))
  fs.symlinkSync(process.execPath, path.join(modules, '.bin/node'))
  return directory
}

/** Run `node <words>` in the project, to its end. */
export function run(
  directory: string,
  words: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: directory,
    encoding: 'utf8',
    env: cleanEnvironment(options.env),
    input: options.input ?? '',
    timeout: 60_000,
  })
  return { status, stdout, stderr }
}

/** The words of one of the project's npm scripts, less the `node` they begin with. */
export function scriptOf(directory: string, name: string): string[] {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const words = (scripts[name] ?? '').split(' ').map((word) => word.replaceAll('"', ''))
  assert.equal(words.shift(), 'node')
  return words
}

/** Install an app that lies in the project's directory, as `startapp` says it is done. */
export function install(directory: string, app: string): void {
  const edit = (name: string, from: string, to: string) => {
    const file = path.join(directory, 'mysite', name)
    const source = fs.readFileSync(file, 'utf8')
    assert.ok(source.includes(from), `${name} has no ${from}`)
    fs.writeFileSync(file, source.replace(from, to))
  }
  edit('settings.ts', 'import path', `import { ${app} } from '../${app}/apps.ts'\nimport path`)
  edit('settings.ts', '[staticfiles]', `[staticfiles, ${app}]`)
  edit('urls.ts', 'import { path,', `import { urls as ${app}Urls } from '../${app}/urls.ts'\nimport { include, path,`)
  edit('urls.ts', "path('', home, 'home')", `path('', home, 'home'), include('${app}/', ${app}Urls, '${app}')`)
}
