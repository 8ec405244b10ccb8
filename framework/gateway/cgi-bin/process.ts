import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { UnreadablePostError } from '../../exceptions.ts'
import { ProcessGroup } from './group.ts'
import type { Launch } from './launch.ts'
import { ClientGone, Refusal } from './refusal.ts'
import { logLines } from './stderr.ts'

/** What a process is started with, besides its launch. */
export interface ProcessOptions {
  /** Where its standard input comes from: nowhere, `feed`, or a file's descriptor. */
  readonly stdin: 'ignore' | 'pipe' | number
  readonly timeout: number
  readonly killTimeout: number
  readonly maxOutput: number
  /** Takes what the operator should read. */
  readonly log: (line: string) => void
}

/** How a process ended: exactly one of the two is not null. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A running program: bounded in time and output, and stopped together with whatever it has started. */
export class CgiProcess {
  readonly #child: ChildProcess
  readonly #options: ProcessOptions
  readonly #group: ProcessGroup
  readonly #output: AsyncIterator<Uint8Array>
  readonly #exit: Promise<Exit>
  readonly #silence: NodeJS.Timeout
  #failure: Refusal | undefined
  #outputSize = 0
  /** True while somebody waits for the program. */
  #isAwaited = false
  /** True while the program may be waiting for the client's next bytes. */
  #awaitsClient = false

  /**
   * Start a program.
   *
   * @throws {Refusal} 431 where its variables are too large, 503 where the machine is out of processes, descriptors or
   *   memory, 502 where it cannot be started at all
   */
  static async start(launch: Launch, options: ProcessOptions): Promise<CgiProcess> {
    try {
      const stdio: StdioOptions = [options.stdin, 'pipe', 'pipe']
      const child = spawn(launch.file, launch.args, { cwd: launch.cwd, env: launch.env, detached: true, stdio })
      if (child.pid === undefined) await once(child, 'spawn')
      return new CgiProcess(child, options)
    } catch (error) {
      throw startRefusal(error as NodeJS.ErrnoException)
    }
  }

  constructor(child: ChildProcess, options: ProcessOptions) {
    this.#child = child
    this.#options = options
    this.#group = new ProcessGroup(child.pid as number)
    this.#output = streamOf(child.stdout)[Symbol.asyncIterator]()
    this.#exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }))
    })
    this.#silence = setTimeout(() => this.#onSilence(), options.timeout)
    // What breaks is seen where it is waited for; an error that nobody listened to would end the server.
    for (const emitter of [child, child.stdin, child.stdout]) emitter?.on('error', () => {})
    // When a child ends, Node empties streams that nobody listens to; whoever is to read this one may come later.
    child.stdout?.on('readable', () => {})
    logLines(streamOf(child.stderr), options.log)
  }

  /** Resolves when the program has ended, whoever still holds its output. */
  get ended(): Promise<Exit> {
    return this.#exit
  }

  /**
   * The next piece of output, or `undefined` at its end.
   *
   * @throws {Refusal} why the program was stopped
   */
  async read(): Promise<Uint8Array | undefined> {
    const { value } = await this.#awaited(() => this.#output.next())
    if (value === undefined) return undefined
    this.#silence.refresh()
    this.#outputSize += value.length
    if (this.#outputSize <= this.#options.maxOutput) return value
    this.kill(new Refusal(502, `it was stopped, for its output was larger than ${this.#options.maxOutput} bytes`))
    throw this.#failure as Refusal
  }

  /**
   * How the program ended, once its output has; waits for it no longer than for output.
   *
   * @throws {Refusal} why the program was stopped
   */
  async exit(): Promise<Exit> {
    const exit = await this.#awaited(() => this.#exit)
    this.#release()
    if (this.#failure) throw this.#failure
    return exit
  }

  /** Read to the end what nobody is to see; a program that takes longer over it than the time limit is stopped. */
  async discard(): Promise<void> {
    const { timeout, log } = this.#options
    const timer = setTimeout(() => this.kill(lateRefusal(timeout)), timeout)
    try {
      while ((await this.read()) !== undefined);
      await this.exit()
    } catch (error) {
      if (!(error instanceof ClientGone)) log((error as Error).message)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Hand `length` bytes of a body to the program, as fast as it takes them; stop the program where they do not come. */
  async feed(body: AsyncIterable<Uint8Array>, length: number): Promise<void> {
    let left = length
    try {
      this.#awaitsClient = true
      for await (const chunk of body) {
        this.#awaitsClient = false
        this.#silence.refresh()
        const piece = chunk.subarray(0, left)
        if (!(await this.#write(piece))) return
        left -= piece.length
        if (left === 0) break
        this.#awaitsClient = true
      }
      if (left > 0) throw new UnreadablePostError(`The body ended ${left} bytes before its CONTENT_LENGTH.`)
      this.#child.stdin?.end()
    } catch (error) {
      if (this.#isRunning()) this.kill(new Refusal(400, 'the body could not be read to its end', { cause: error }))
    } finally {
      this.#awaitsClient = false
    }
  }

  /** Stop the program and all it has started, SIGTERM first; whoever waits for it is told the reason. */
  kill(reason: Refusal): void {
    if (this.#failure) return
    this.#failure = reason
    this.#group.stop(this.#options.killTimeout)
    this.#child.stdin?.destroy()
    this.#child.stdout?.destroy()
    this.#release()
  }

  #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** False where the program takes no more. */
  #write(piece: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      streamOf(this.#child.stdin).write(piece, (error) => {
        this.#silence.refresh()
        resolve(!error)
      })
    })
  }

  async #awaited<T>(wait: () => Promise<T>): Promise<T> {
    if (this.#failure) throw this.#failure
    this.#isAwaited = true
    this.#silence.refresh()
    try {
      return await wait()
    } catch (error) {
      throw this.#failure ?? error
    } finally {
      this.#isAwaited = false
    }
  }

  #onSilence(): void {
    if (this.#isAwaited && !this.#awaitsClient) this.kill(lateRefusal(this.#options.timeout))
    else this.#silence.refresh()
  }

  /** Let go of what outlives the answer: a program that went on in the background may hold standard error for ever. */
  #release(): void {
    clearTimeout(this.#silence)
    const stderr = streamOf(this.#child.stderr)
    void this.#exit.then(() => {
      this.#group.forget()
      const timer = setTimeout(() => stderr.destroy(), this.#options.killTimeout).unref()
      stderr.once('close', () => clearTimeout(timer))
    })
  }
}

function streamOf<T>(stream: T | null): T {
  if (stream === null)
    throw new Error('A CGI process was made from a child whose streams are not pipes; use CgiProcess.start().')
  return stream
}

function lateRefusal(timeout: number): Refusal {
  return new Refusal(504, `it was stopped, for it gave no sign of life for ${timeout} ms`)
}

function startRefusal(error: NodeJS.ErrnoException): Refusal {
  const message = `it cannot be started: ${error.message}`
  if (error.code === 'E2BIG') return new Refusal(431, message, { cause: error })
  const isShort = ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(error.code ?? '')
  return new Refusal(isShort ? 503 : 502, message, { cause: error })
}
