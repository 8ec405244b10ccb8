import { STATUS_CODES } from 'node:http'
import path from 'node:path'
import { escapeControls } from '../../utils/index.ts'
import { decodePath, parseContentLength } from '../environ.ts'
import { emptyInput } from '../input.ts'
import type { Application, Environ, ResponseBody, StartResponse } from '../types.ts'
import { readBeginning, sendDocument } from './answer.ts'
import { textOfBytes } from './bytes.ts'
import { findProgram, type Program } from './find.ts'
import { launchOf } from './launch.ts'
import { CgiProcess } from './process.ts'
import { ClientGone, Refusal } from './refusal.ts'
import { type Spool, spoolBody } from './spool.ts'
import { programVariables } from './variables.ts'
import { commandWords } from './words.ts'

const MAX_REDIRECTS = 10
const REDIRECTS = 'nuages.cgi_redirects'

/** `CgiBinOptions` with every default in its place. */
export interface HostOptions {
  readonly env: Readonly<Record<string, string>>
  readonly documentRoot: string
  readonly timeout: number
  readonly killTimeout: number
  readonly maxProcesses: number
  readonly maxOutput: number
  readonly maxSpooledBody: number
  readonly localRedirect: Application | undefined
}

/** One request for one program. */
interface Job {
  readonly environ: Environ
  readonly program: Program
  readonly log: (line: string) => void
}

/** A request's body on its way to the program: its length, and the file it lies in where it came without one. */
interface Body {
  readonly length: number | undefined
  readonly spool: Spool | undefined
}

/** Runs the programs of one directory and keeps count of them. */
export class CgiHost {
  readonly #root: string
  readonly #options: HostOptions
  #running = 0

  /** `root` is a real path. */
  constructor(root: string, options: HostOptions) {
    this.#root = root
    this.#options = options
  }

  /** The answer to one request: whatever goes wrong before the head is sent has an answer of its own. */
  async respond(environ: Environ, startResponse: StartResponse): Promise<ResponseBody> {
    let log = logger(environ, environ.SCRIPT_NAME + environ.PATH_INFO)
    try {
      const program = await findProgram(this.#root, environ.PATH_INFO)
      log = logger(environ, environ.SCRIPT_NAME + program.scriptPath)
      return await this.#run({ environ, program, log }, startResponse)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.status >= 500) log(error.message)
      return refuse(error.status, startResponse)
    }
  }

  async #run(job: Job, startResponse: StartResponse): Promise<ResponseBody> {
    const process = await this.#start(job)
    try {
      return await this.#answer(job, process, startResponse)
    } catch (error) {
      process.kill(error instanceof Refusal ? error : new Refusal(502, 'its answer cannot be sent', { cause: error }))
      throw error
    }
  }

  async #answer(
    { environ, program, log }: Job,
    process: CgiProcess,
    startResponse: StartResponse,
  ): Promise<ResponseBody> {
    const { head, rest } = await readBeginning(process, path.basename(program.file).startsWith('nph-'))
    if (head.kind === 'document')
      return sendDocument(process, { head, rest }, { method: environ.REQUEST_METHOD, startResponse, log })
    await process.discard()
    return this.#redirect(environ, head.location, startResponse)
  }

  async #start(job: Job): Promise<CgiProcess> {
    const body = await this.#body(job.environ)
    try {
      return await this.#launch(job, body)
    } finally {
      await body.spool?.handle.close()
    }
  }

  async #body(environ: Environ): Promise<Body> {
    const length = parseContentLength(environ.CONTENT_LENGTH)
    if (Number.isNaN(length)) throw new Refusal(400, `the Content-Length is no number: ${environ.CONTENT_LENGTH}`)
    if (environ.CONTENT_LENGTH) return { length, spool: undefined }
    const spool = await spoolBody(environ['wsgi.input'], this.#options.maxSpooledBody)
    return { length: spool?.length, spool }
  }

  async #launch({ environ, program, log }: Job, { length, spool }: Body): Promise<CgiProcess> {
    const { env, documentRoot, ...limits } = this.#options
    const words = commandWords(environ.REQUEST_METHOD, environ.QUERY_STRING)
    const variables = programVariables({ environ, program, contentLength: length, env, documentRoot })
    const launch = launchOf(program.file, words, variables)
    const stdin = spool?.handle.fd ?? (length ? 'pipe' : 'ignore')
    const process = await this.#counted(() => CgiProcess.start(launch, { ...limits, stdin, log }))
    stopWithClient(process, environ['nuages.signal'])
    if (length && spool === undefined) void process.feed(environ['wsgi.input'], length)
    return process
  }

  /** Count a process from before it starts until it has ended. */
  async #counted(start: () => Promise<CgiProcess>): Promise<CgiProcess> {
    const { maxProcesses } = this.#options
    if (this.#running >= maxProcesses)
      throw new Refusal(503, `it was not started: ${maxProcesses} programs run already`)
    const uncount = () => {
      this.#running--
    }
    this.#running++
    try {
      const process = await start()
      void process.ended.then(uncount)
      return process
    } catch (error) {
      uncount()
      throw error
    }
  }

  /** Answer a local redirect (RFC 3875, section 6.2.2): as if the path had been asked for, and without a body. */
  async #redirect(environ: Environ, location: string, startResponse: StartResponse): Promise<ResponseBody> {
    const count = Number(environ[REDIRECTS] ?? 0) + 1
    if (count > MAX_REDIRECTS)
      throw new Refusal(502, `it is the ${count}th to redirect one request, now to ${location}`)
    const { localRedirect } = this.#options
    const target = divide(location)
    const mount = localRedirect ? '' : environ.SCRIPT_NAME
    if (!target.path.startsWith(`${mount}/`)) return refer(location, startResponse)
    const next: Environ = Object.assign(Object.create(null) as Environ, environ, {
      REQUEST_METHOD: environ.REQUEST_METHOD === 'HEAD' ? 'HEAD' : 'GET',
      SCRIPT_NAME: mount,
      PATH_INFO: target.path.slice(mount.length),
      QUERY_STRING: target.query,
      CONTENT_TYPE: undefined,
      CONTENT_LENGTH: undefined,
      'wsgi.input': emptyInput,
      [REDIRECTS]: count,
    })
    return localRedirect ? localRedirect(next, startResponse) : this.respond(next, startResponse)
  }
}

/** The decoded path and the query of a local redirect. */
function divide(location: string): { path: string; query: string } {
  const mark = location.indexOf('?')
  const decoded = decodePath(mark < 0 ? location : location.slice(0, mark))
  if (decoded === undefined) throw new Refusal(502, `it redirects to a path with a broken percent-escape: ${location}`)
  return { path: decoded, query: mark < 0 ? '' : location.slice(mark + 1) }
}

/** Let the client ask for a path that is not this host's to serve. */
function refer(location: string, startResponse: StartResponse): ResponseBody {
  startResponse('302 Found', [
    ['Location', location],
    ['Content-Type', 'text/plain; charset=utf-8'],
  ])
  return []
}

function stopWithClient(process: CgiProcess, signal: AbortSignal): void {
  const stop = () => process.kill(new ClientGone())
  if (signal.aborted) return stop()
  signal.addEventListener('abort', stop, { once: true })
  void process.ended.then(() => signal.removeEventListener('abort', stop))
}

/** Writes one line to `wsgi.errors` for each line of a program, under the program's name. */
function logger(environ: Environ, script: string): (line: string) => void {
  const name = escapeControls(textOfBytes(script) ?? script)
  return (line) => void environ['wsgi.errors'].write(`${name}: ${escapeControls(line)}\n`)
}

/** An answer that says as much as a client may know. */
function refuse(status: number, startResponse: StartResponse): ResponseBody {
  const reason = STATUS_CODES[status] as string
  const headers: Array<[string, string]> = [['Content-Type', 'text/plain; charset=utf-8']]
  if (status === 503) headers.push(['Retry-After', '1'])
  startResponse(`${status} ${reason}`, headers)
  return [Buffer.from(`${reason}\n`)]
}
