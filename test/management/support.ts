/** What the tests of the command line share: streams that remember, directories that go away, and real processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { type CommandLineOptions, ManagementUtility } from 'nuages/management'
import { packageRoot } from 'nuages/utils'

/** Keeps what is written to it. */
export class Memory {
  text = ''
  readonly isTTY: boolean

  constructor(isTTY = false) {
    this.isTTY = isTTY
  }

  write(text: string): boolean {
    this.text += text
    return true
  }
}

/** What a command line wrote, and its exit code. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Run `manage.ts <words>` inside this process. */
export async function manage(words: readonly string[], options: CommandLineOptions = {}): Promise<Outcome> {
  const [stdout, stderr] = [new Memory(), new Memory()]
  const utility = new ManagementUtility(['node', '/somewhere/manage.ts', ...words], { stdout, stderr, ...options })
  const code = await utility.execute()
  return { code, stdout: stdout.text, stderr: stderr.text }
}

/** A directory of the test's own, without links in its path. */
export function temporaryDirectory(t: TestContext): string {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'nuages-')))
  t.after(() => fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 }))
  return directory
}

/** Write files, given by their paths below `directory`. */
export function writeTree(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, content)
  }
}

/** A project whose site is one application without a framework; `wsgi` is its wsgi.ts. */
export function bareProject(wsgi: string): Record<string, string> {
  return {
    'package.json': '{ "type": "module" }',
    'manage.ts': `
    import 'nuages/register'
    const { executeFromCommandLine } = await import('nuages/management')
    await executeFromCommandLine(process.argv, {
      settings: () => import('./settings.ts'),
      application: () => import('./wsgi.ts'),
    })`,
    'settings.ts': `
    import { defineSettings } from 'nuages/conf'
    export default defineSettings({ debug: true })`,
    'wsgi.ts': wsgi,
  }
}

/** Put the framework, by default this copy of it, into a project's node_modules, as `npm install` would, only faster. */
export function linkFramework(project: string, framework: string = packageRoot()): void {
  fs.mkdirSync(path.join(project, 'node_modules'), { recursive: true })
  fs.symlinkSync(framework, path.join(project, 'node_modules', 'nuages'))
}

/** A compile cache that the processes of one test run share, so that each need not fill its own. */
const cache = path.join(packageRoot(), 'node_modules', '.cache', 'nuages')

/** The environment of a process that a test starts: none of what says how this one was started. */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
  const {
    NODE_OPTIONS: _options,
    NODE_TEST_CONTEXT: _context,
    FORCE_COLOR: _color,
    NUAGES_SETTINGS_MODULE: _module,
    ...env
  } = process.env
  return { ...env, NUAGES_CACHE_DIR: cache, NO_COLOR: '1', ...extra }
}

/** A process under test, which is gone when the test is. */
export class Running {
  readonly child: ChildProcess
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  output = ''
  readonly #waiting = new Set<() => void>()

  constructor(t: TestContext, child: ChildProcess) {
    this.child = child
    const take = (chunk: Buffer) => {
      this.output += chunk.toString()
      for (const look of this.#waiting) look()
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    this.exit = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve({ code, signal })
        for (const look of this.#waiting) look()
      })
    })
    t.after(async () => {
      child.kill('SIGKILL')
      await this.exit
    })
  }

  /** The match of `pattern` in what the process has written since `from`; rejects when it ends without one. */
  waitFor(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.output.slice(from))
        const ended = this.child.exitCode !== null || this.child.signalCode !== null
        if (match === null && !ended) return
        this.#waiting.delete(look)
        if (match === null) reject(new Error(`${pattern} never came. The process wrote:\n${this.output}`))
        else resolve(match)
      }
      this.#waiting.add(look)
      look()
    })
  }
}

/** Start `node <words>` in `cwd`. */
export function startNode(
  t: TestContext,
  words: readonly string[],
  options: { cwd: string; env?: Record<string, string>; stdio?: Array<'ignore' | 'pipe' | number> },
): Running {
  const { cwd, env, stdio = ['ignore', 'pipe', 'pipe'] } = options
  return new Running(t, spawn(process.execPath, words, { cwd, env: cleanEnvironment(env), stdio }))
}

/** True where this machine has the address ::1. */
export function hasIPv6(): boolean {
  return fs.existsSync('/proc/net/if_inet6') && fs.readFileSync('/proc/net/if_inet6', 'utf8').trim() !== ''
}
