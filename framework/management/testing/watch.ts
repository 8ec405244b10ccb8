import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { makeStyle, type Style, type TextStream } from '../output.ts'
import { SOURCES, TreeWatcher } from '../watcher.ts'
import { hookUrl } from './node-options.ts'

/** What has tests run anew: sources, and what tests read besides. What tests may well write, such as logs, has not. */
const WATCHED: typeof SOURCES = {
  hasFile: (name) => SOURCES.hasFile(name) || /\.(?:html|njk|txt|xml|svg|css|env)$/.test(name),
  hasDirectory: (directory) => SOURCES.hasDirectory(directory),
}

/** How long, in milliseconds, tests may take to end by the Ctrl-C that a terminal sends them too. */
const GRACE = 500

/** How `watchTests` works. */
export interface WatchOptions {
  /** The directory whose files are watched. */
  readonly root: string
  /** The command line to run: the script, and the words that follow it. */
  readonly words: readonly string[]
  readonly stderr: TextStream
  readonly style?: Style | undefined
}

/**
 * Run the tests in a process of their own, and again whenever a file below `root` changes, until Ctrl-C. The result is the
 * exit code. This process loads nothing of the project, so that it outlives whatever is wrong there.
 */
export function watchTests(options: WatchOptions): Promise<number> {
  return new TestWatcher(options).run()
}

class TestWatcher {
  readonly #options: WatchOptions
  readonly #style: Style
  readonly #watcher: TreeWatcher
  #child: ChildProcess | undefined
  #finish: () => void = () => {}
  #again = false
  #stopping = false

  constructor(options: WatchOptions) {
    this.#options = options
    this.#style = options.style ?? makeStyle(false)
    this.#watcher = new TreeWatcher([options.root], WATCHED, (files) => this.#changed(files))
  }

  async run(): Promise<number> {
    const interrupt = (): void => this.#stop(GRACE)
    const terminate = (): void => this.#stop(0)
    process.on('SIGINT', interrupt)
    process.on('SIGTERM', terminate)
    try {
      await new Promise<void>((resolve) => {
        this.#finish = resolve
        this.#spawn()
        this.#watcher.start()
      })
    } finally {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', terminate)
      this.#watcher.close()
    }
    return 0
  }

  #spawn(): void {
    this.#again = false
    const words = ['--import', hookUrl(), ...process.execArgv, ...this.#options.words]
    this.#child = spawn(process.execPath, words, { stdio: 'inherit' })
    this.#child.once('close', () => this.#ended())
  }

  #ended(): void {
    this.#child = undefined
    if (this.#stopping) this.#finish()
    else if (this.#again) this.#spawn()
    else this.#say('faint', 'Waiting for a file to change; Ctrl-C ends.')
  }

  #changed(files: readonly string[]): void {
    if (this.#stopping) return
    const more = files.length > 1 ? ` and ${files.length - 1} more` : ''
    this.#say(
      'notice',
      `${path.relative(this.#options.root, files[0] as string)}${more} changed, running the tests again.`,
    )
    if (this.#child === undefined) return this.#spawn()
    this.#again = true
    this.#child.kill('SIGTERM')
  }

  /** From a terminal Ctrl-C comes to all processes: a second one, from here, would be the user's second. */
  #stop(grace: number): void {
    const child = this.#child
    if (this.#stopping) return
    this.#stopping = true
    if (child === undefined) return this.#finish()
    const timer = setTimeout(() => child.kill('SIGTERM'), grace)
    child.once('close', () => clearTimeout(timer))
  }

  #say(kind: keyof Style, text: string): void {
    this.#options.stderr.write(`${this.#style[kind](text)}\n`)
  }
}
