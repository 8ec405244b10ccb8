import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { newEnviron, parseContentLength, schemeOf, setGatewayKeys } from '../environ.ts'
import { emptyInput, type InputSource, LimitedInput } from '../input.ts'
import { run } from '../run.ts'
import type { Application, Environ, Output, ResponseHeaders } from '../types.ts'
import type { CGIOptions } from './options.ts'

/** Answer a CGI program's one request; false where the answer broke off because the application failed. */
export async function answerCGI(application: Application, options: CGIOptions): Promise<boolean> {
  const output = new CGIOutput(options.stdout ?? process.stdout)
  const environ = readVariables(options.environ)
  const source = new StdinSource(options.stdin, parseContentLength(environ.CONTENT_LENGTH))
  setGatewayKeys(environ, {
    gateway: 'cgi',
    scheme: schemeOf(environ),
    input: source.input,
    errors: options.stderr ?? standardError,
    signal: output.signal,
    multiprocess: true,
    runOnce: true,
  })
  await run(application, environ, output)
  await output.flushed()
  source.close()
  return !output.failed
}

/** Standard error, opened when something is written to it. */
const standardError = { write: (text: string) => process.stderr.write(text) }

/** The variables of the request as an Environ, with what RFC 3875 demands filled in where a server left it out. */
function readVariables(given: CGIOptions['environ']): Environ {
  const environ = newEnviron()
  for (const [name, value] of given === undefined ? ownVariables() : Object.entries(given)) environ[name] = value
  delete environ['HTTP_PROXY']
  return environ
}

/**
 * The variables that this process was started with, as bytes: `process.env` has lost those that are not UTF-8, so it
 * is read only where the system does not show the original. HTTP_PROXY comes from a client's `Proxy` header and is
 * taken out of `process.env` too, where programs would take it for a proxy to use (httpoxy).
 */
function ownVariables(): Array<[name: string, value: string]> {
  delete process.env['HTTP_PROXY']
  let block: string
  try {
    block = readFileSync('/proc/self/environ', 'latin1')
  } catch {
    return Object.entries(process.env).map(([name, value = '']) => [bytesOf(name), bytesOf(value)])
  }
  return block
    .split('\0')
    .filter((entry) => entry.includes('='))
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)])
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** Standard input as a request's body; it is not opened before the application reads. */
class StdinSource implements InputSource {
  readonly input: AsyncIterable<Uint8Array>
  readonly #given: Readable | undefined
  #stdin: Readable | undefined

  constructor(given: Readable | undefined, length: number) {
    this.#given = given
    this.input = length > 0 ? new LimitedInput({ length, source: this, paused: true }) : emptyInput
  }

  resume(): void {
    this.#stdin ??= this.#open()
    this.#stdin.resume()
  }

  pause(): void {
    this.#stdin?.pause()
  }

  /** Read no more, so that the process can end. */
  close(): void {
    this.#stdin?.removeAllListeners('data').pause()
  }

  #open(): Readable {
    const stdin = this.#given ?? process.stdin
    const input = this.input as LimitedInput
    stdin.on('data', (chunk: Buffer) => input.push(chunk))
    stdin.once('end', () => input.end())
    stdin.once('error', () => input.fail())
    return stdin
  }
}

/** The answer on standard output: a head that begins with `Status:`, then the body. */
class CGIOutput implements Output {
  readonly #stdout: Writable
  readonly #controller = new AbortController()
  #head: Buffer | undefined
  #gone: Error | undefined
  #failed = false
  #stopWaiting: ((error: Error) => void) | undefined

  constructor(stdout: Writable) {
    this.#stdout = stdout
    stdout.on('error', (error) => this.#leave(error))
  }

  /** Fires when nobody reads standard output any more. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** True after an answer that broke off because the application failed. */
  get failed(): boolean {
    return this.#failed
  }

  writeHead(status: string, headers: ResponseHeaders): void {
    const lines = [`Status: ${status}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
    this.#head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#gone !== undefined) throw this.#gone
    const bytes = this.#head === undefined ? chunk : Buffer.concat([this.#head, chunk])
    this.#head = undefined
    if (this.#stdout.write(bytes)) return
    return new Promise((resolve, reject) => {
      this.#stopWaiting = reject
      this.#stdout.once('drain', resolve)
    })
  }

  end(error?: unknown): void {
    this.#failed = error !== undefined && this.#gone === undefined
    if (error === undefined && this.#head !== undefined) this.#stdout.write(this.#head)
    this.#head = undefined
  }

  /** Resolves when all that was written has left the process, or nobody takes it. */
  flushed(): Promise<void> {
    if (this.#gone !== undefined) return Promise.resolve()
    return new Promise((resolve) => {
      this.#stopWaiting = () => resolve()
      this.#stdout.write('', () => resolve())
    })
  }

  #leave(error: Error): void {
    this.#gone = error
    this.#stopWaiting?.(error)
    this.#controller.abort()
  }
}
