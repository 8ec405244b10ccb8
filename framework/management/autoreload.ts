import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { isInside } from '../utils/index.ts'
import { makeStyle, type Style, type TextStream } from './output.ts'
import type { Listening, StandIn } from './dev-server/stand-in.ts'
import { SOURCES, TreeWatcher } from './watcher.ts'

/** Set for the child of a reloading parent. */
const MARK = 'NUAGES_AUTORELOAD'

/** Tells the next child which port the last one had, where that was chosen by the system. */
const PORT = 'NUAGES_AUTORELOAD_PORT'

/** Added to a child's exit code, this says that no change of a file can help, so that its parent ends with that code. */
export const EXIT_FINAL = 100

/**
 * The hook, which children begin with: else Node would load its own TypeScript compiler for manage.ts alone, some 40 ms
 * before every restart.
 */
const HOOK = new URL('../register.js', import.meta.url).href

/** How long, in milliseconds, a child may take to finish its requests after it was asked to stop. */
const STOP_LIMIT = 2000

/** How `runWithReloader` works. */
export interface ReloaderOptions {
  /** The directory whose source files are watched. */
  readonly root: string
  readonly stderr?: TextStream | undefined
  readonly style?: Style | undefined
  /** Milliseconds between two looks at the files, where the system cannot tell of changes. */
  readonly poll?: number | undefined
}

/** True in a process that a reloading parent has started, and that it will start anew when a file changes. */
export function isReloaded(): boolean {
  return process.env[MARK] === 'true' && process.send !== undefined
}

/** Let a reloaded process end when its parent is gone, however that died, so that none is left behind on the port. */
export function stopWithParent(): void {
  if (!isReloaded()) return
  if (!process.connected) process.exit(0)
  process.channel?.unref()
  process.on('disconnect', () => process.exit(0))
}

/** The port that the last child listened on: port 0 is asked of the system once, not at every change of a file. */
export function keptPort(): number | undefined {
  return isReloaded() && process.env[PORT] !== undefined ? Number(process.env[PORT]) : undefined
}

/** What a reloaded process tells its parent. */
export interface News {
  /** Where it listens: the next one listens there too, and while none does the parent says why. */
  readonly listening?: Listening | undefined
  /** Directories whose files it reads anew by itself, so that their changes are no reason for a restart. */
  readonly assets?: readonly string[] | undefined
  /** Why it ends. */
  readonly failure?: string | undefined
}

/** Tell the parent, where there is one. */
export function tellParent(news: News): void {
  if (isReloaded()) process.send?.(news)
}

/**
 * Run this same command line in a child process, and again whenever a source file below `root` changes, until Ctrl-C.
 * The result is the exit code.
 */
export function runWithReloader(options: ReloaderOptions): Promise<number> {
  return new Reloader(options).run()
}

/** The parent: one child at a time, the next one only after the last has let go of its port. */
class Reloader {
  readonly #root: string
  readonly #watcher: TreeWatcher
  readonly #stderr: TextStream
  readonly #style: Style
  #finish: (code: number) => void = () => {}
  #child: ChildProcess | undefined
  #news: News = {}
  #standIn: StandIn | undefined
  #restarting = false
  #stopping = false

  constructor({ root, stderr = process.stderr, style = makeStyle(false), poll }: ReloaderOptions) {
    this.#stderr = stderr
    this.#style = style
    this.#root = root
    this.#watcher = new TreeWatcher([root], SOURCES, (files) => this.#changed(files), {
      poll,
      onFallback: (reason) => this.#say('warning', fallbackText(reason)),
    })
  }

  async run(): Promise<number> {
    const stop = () => this.#stop()
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    try {
      return await new Promise<number>((resolve) => {
        this.#finish = resolve
        this.#spawn()
        this.#watcher.start()
      })
    } finally {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      this.#watcher.close()
      await this.#standIn?.close()
    }
  }

  /** Start the next child once nobody else is on its port. */
  async #replace(): Promise<void> {
    const standIn = this.#standIn
    this.#standIn = undefined
    this.#restarting = true
    await standIn?.close()
    if (!this.#stopping) this.#spawn()
  }

  #spawn(): void {
    this.#restarting = false
    const { listening, assets } = this.#news
    this.#news = { listening, assets }
    const child = spawn(process.execPath, ['--import', HOOK, ...process.execArgv, ...process.argv.slice(1)], {
      env: { ...process.env, [MARK]: 'true', ...(listening === undefined ? {} : { [PORT]: String(listening.port) }) },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    })
    child.once('error', (error) => this.#failed(error))
    child.once('exit', (code, signal) => this.#exited(code, signal))
    child.on('message', (news: News) => (this.#news = { ...this.#news, ...news }))
    this.#child = child
  }

  #failed(error: Error): void {
    if (this.#child?.pid !== undefined) return
    this.#say('error', `The server cannot be started: ${error.message}.`)
    this.#finish(1)
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined
    if (this.#stopping) this.#finish(0)
    else if (this.#restarting) this.#spawn()
    else if (code === 0) this.#finish(0)
    else if (code !== null && code > EXIT_FINAL && code <= EXIT_FINAL + 2) this.#finish(code - EXIT_FINAL)
    else void this.#wait(signal ?? `exit code ${code}`)
  }

  /** Until a file changes, the browsers are told what the console tells. */
  async #wait(outcome: string): Promise<void> {
    this.#say('warning', `The server has stopped (${outcome}). Waiting for a file to change.`)
    const { listening, failure = `The server has stopped (${outcome}). The console says why.` } = this.#news
    if (listening === undefined) return
    const { StandIn } = await import('./dev-server/stand-in.ts')
    if (this.#child !== undefined || this.#restarting || this.#stopping) return
    try {
      this.#standIn ??= new StandIn(listening, failure)
    } catch (error) {
      // The files of the certificate may be what has broken.
      this.#say('warning', `Until then there is no page that says why: ${(error as Error).message}.`)
    }
  }

  #changed(changed: readonly string[]): void {
    const { assets = [] } = this.#news
    const files = changed
      .filter((file) => !assets.some((directory) => isInside(file, directory)))
      .map((file) => path.relative(this.#root, file))
    if (this.#stopping || files.length === 0) return
    const more = files.length > 1 ? ` and ${files.length - 1} more` : ''
    this.#say('notice', `${files[0]}${more} changed, reloading.`)
    if (this.#restarting) return
    if (this.#child === undefined) return void this.#replace()
    this.#restarting = true
    this.#end(this.#child)
  }

  /** Whoever asks a second time waits no longer. */
  #stop(): void {
    if (this.#child === undefined) this.#finish(0)
    else if (this.#stopping) this.#child.kill('SIGKILL')
    else this.#end(this.#child)
    this.#stopping = true
  }

  #end(child: ChildProcess): void {
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT)
    child.once('exit', () => clearTimeout(force))
  }

  #say(kind: keyof Style, text: string): void {
    this.#stderr.write(`${this.#style[kind](text)}\n`)
  }
}

/** Why changes are looked for instead of told of, and what to do where the system sets a limit. */
function fallbackText(reason: Error): string {
  const { code } = reason as NodeJS.ErrnoException
  const limit = code === 'ENOSPC' ? 'watches' : code === 'EMFILE' ? 'instances' : undefined
  const advice = limit === undefined ? '' : ` To be told of them, raise fs.inotify.max_user_${limit} by sysctl.`
  return `Looking for changes every second, for ${reason.message}.${advice}`
}
