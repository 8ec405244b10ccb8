import { Readable, Writable } from 'node:stream'
import { answerCGI } from '../cgi/answer.ts'
import type { LaneBounds, LaneRequest, Passage } from './lane.ts'
import type { Application } from '../types.ts'
import { BROKEN_OFF, tooLate, tooLong } from './converse.ts'
import { headerVariables, variablesOf } from './variables.ts'
import { parseCGIAnswer, Watcher } from './watch.ts'

/** Hand a request to the CGI gateway as a web server does to a program: in its environment and on standard input. */
export async function passByCGI(application: Application, request: LaneRequest, bounds: LaneBounds): Promise<Passage> {
  const watcher = new Watcher()
  const variables = cgiVariables(request)
  const block = Buffer.from(variables.map(([name, value]) => `${name}=${value}\0`).join(''), 'latin1')
  const stdout = new Collector(bounds)
  const startedAt = performance.now()
  const succeeded = await runUntil(stdout, () =>
    answerCGI(watcher.watch(application), {
      environ: Object.fromEntries(variables),
      stdin: Readable.from([request.body]),
      stdout,
      stderr: watcher,
    }),
  )
  const duration = performance.now() - startedAt
  const { bytes } = stdout
  return {
    sent: [
      { title: 'environment', note: `${variables.length} variables`, bytes: block, pairs: variables },
      { title: 'standard input', note: `${request.body.length} bytes`, bytes: request.body },
    ],
    received: [{ title: 'standard output', note: `${bytes.length} bytes`, bytes }],
    environ: watcher.environ,
    given: watcher.given,
    answer: parseCGIAnswer(bytes),
    errors: watcher.errors,
    cut: stdout.cut ?? (succeeded ? undefined : BROKEN_OFF),
    startup: 0,
    duration,
  }
}

/** The variables that a program would be started with, less those that are not of the request. */
export function cgiVariables(request: LaneRequest): Array<readonly [name: string, value: string]> {
  const variables = variablesOf(request, 'Apache')
  if (request.variables !== undefined) return variables
  return [
    // Unset and empty mean the same (RFC 3875, section 4.1).
    ...variables.filter(([name, value]) => !name.startsWith('CONTENT_') || value !== ''),
    ...headerVariables(request).filter(([name]) => !/^HTTP_(?:CONTENT_TYPE|CONTENT_LENGTH|PROXY)$/.test(name)),
  ]
}

/** Standard output that keeps what is written, up to a bound, as a pipe does whose reader then goes away. */
class Collector extends Writable {
  cut: string | undefined
  readonly #bounds: LaneBounds
  readonly #pieces: Buffer[] = []
  #size = 0

  constructor(bounds: LaneBounds) {
    super()
    this.#bounds = bounds
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }

  /** Calls `hangUp` when nobody is going to wait any longer; to be cleared by `clearTimeout`. */
  whenLate(hangUp: () => void): NodeJS.Timeout {
    return setTimeout(() => {
      this.#hangUp(tooLate(this.#bounds.timeout))
      hangUp()
    }, this.#bounds.timeout)
  }

  override _write(piece: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.#pieces.push(piece.subarray(0, this.#bounds.maxBytes - this.#size))
    this.#size += piece.length
    if (this.#size > this.#bounds.maxBytes) this.#hangUp(tooLong(this.#bounds.maxBytes))
    done()
  }

  #hangUp(reason: string): void {
    this.cut = reason
    this.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  }
}

/** Run to the end, or until it is too late; false where the program says that it has failed. */
async function runUntil(stdout: Collector, program: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<true>((resolve) => {
    timer = stdout.whenLate(() => resolve(true))
  })
  try {
    return await Promise.race([program(), late])
  } finally {
    clearTimeout(timer)
  }
}
