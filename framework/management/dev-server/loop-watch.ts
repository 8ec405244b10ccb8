import inspector from 'node:inspector'
import { findSourceMap } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { isInside, type Step } from '../../utils/index.ts'
import { isReloaded } from '../autoreload.ts'
import type { Frame, SharedWatch } from './loop-watch-worker.ts'
import { labelOf } from './timing.ts'
import type { Traffic } from './traffic.ts'

/** From how many milliseconds on the loop counts as blocked; both threads look this often in that time. */
export const BLOCKED = 200
const LOOKS = 4

/** How many calls are shown. */
const MAX_FRAMES = 5

/** How long the same function is not named again, in milliseconds: a view may block at each of many requests. */
const QUIET = 60_000

/**
 * Say so when the event loop has been blocked: how long, by which request, and in which line it was then.
 *
 * While the loop turns this costs a timer. A thread of its own looks at that timer, and only where the loop stands still
 * does it stop it for a moment to see its stack. Loading modules does not count, nor does what a debugger holds.
 */
export class LoopWatch {
  readonly #shared: SharedWatch = {
    beats: new Int32Array(new SharedArrayBuffer(8)),
    interval: BLOCKED / LOOKS,
    patience: LOOKS,
    parent: isReloaded() ? process.ppid : undefined,
  }
  readonly #worker: Worker
  readonly #timer: NodeJS.Timeout
  readonly #traffic: Traffic
  readonly #root: string
  readonly #say: (message: string) => void
  /** When a function was named. */
  readonly #named = new Map<string, number>()
  #beatAt = performance.now()
  #blockedFor = 0
  #suspects: readonly Step[] = []

  constructor(root: string, traffic: Traffic, say: (message: string) => void) {
    this.#root = root
    this.#traffic = traffic
    this.#say = say
    this.#worker = new Worker(new URL(import.meta.url.replace(/(\.[jt]s)$/, '-worker$1')), {
      workerData: this.#shared,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    this.#worker.unref()
    // Without the thread, which some builds of Node do not allow, there is no warning.
    this.#worker.on('error', () => this.close())
    this.#worker.on('message', (frames: readonly Frame[]) => this.#tell(frames))
    this.#timer = setInterval(() => this.#beat(), this.#shared.interval)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
    void this.#worker.terminate()
  }

  #beat(): void {
    const now = performance.now()
    const late = now - this.#beatAt
    const requests = this.#traffic.take()
    if (late >= BLOCKED) [this.#blockedFor, this.#suspects] = [late, requests]
    this.#beatAt = now
    Atomics.store(this.#shared.beats, 1, inspector.url() === undefined ? 0 : 1)
    Atomics.add(this.#shared.beats, 0, 1)
  }

  /** The stack comes as a message, so after the loop has come round. */
  #tell(frames: readonly Frame[]): void {
    if (performance.now() - this.#beatAt >= BLOCKED) this.#beat()
    if (this.#blockedFor === 0 || frames.some(({ url }) => url.startsWith('node:internal/modules/'))) return
    const places = frames.map(originalPlace).filter((place) => place !== undefined)
    const own = places.filter(({ file }) => isInside(file, this.#root) && !file.includes('node_modules'))
    const shown = (own.length > 0 ? own : places).slice(0, MAX_FRAMES)
    if (shown[0] !== undefined && !this.#isKnown(shown[0])) this.#say(this.#textOf(shown, frames))
    this.#blockedFor = 0
  }

  #isKnown({ name, file }: Place): boolean {
    const [key, now] = [`${name} ${file}`, performance.now()]
    const last = this.#named.get(key)
    if (last !== undefined && now - last < QUIET) return true
    this.#named.set(key, now)
    return false
  }

  /** Of all requests that there were those are named whose view is seen at work, as far as one is. */
  #textOf(places: readonly Place[], frames: readonly Frame[]): string {
    const seen = this.#suspects.filter((request) => frames.some(({ name }) => name === viewOf(request)?.name))
    const who = (seen.length > 0 ? seen : this.#suspects).slice(0, 3).map(describe).join(', ')
    const by = who === '' ? '' : ` by ${who}`
    const lines = places.map(({ name, file, line }) => `\n    at ${name} (${shortened(file, this.#root)}:${line})`)
    return `The event loop was blocked for ${Math.round(this.#blockedFor)} ms${by}: nothing else could be answered.${lines.join('')}`
  }
}

interface Place {
  readonly name: string
  readonly file: string
  readonly line: number
}

/** Where a call stands in what was written, by the map of what runs; `undefined` within Node itself. */
function originalPlace({ name, url, line, column }: Frame): Place | undefined {
  if (!url.startsWith('file:')) return undefined
  const entry = findSourceMap(url)?.findEntry(line, column)
  const mapped = entry !== undefined && 'originalLine' in entry
  return {
    name: name === '' ? '(a function without a name)' : name,
    file: fileURLToPath(mapped ? entry.originalSource : url),
    line: (mapped ? entry.originalLine : line) + 1,
  }
}

function viewOf(request: Step): Step | undefined {
  return [...request.walk()].find(({ kind }) => kind === 'view')
}

function describe(request: Step): string {
  const view = viewOf(request)
  return view === undefined ? request.name : `${request.name} (${labelOf(view)})`
}

function shortened(file: string, root: string): string {
  return isInside(file, root) ? path.relative(root, file) : file
}
