import { getLogger } from '../../utils/index.ts'

/** Milliseconds after which somebody who waits is told what for. */
const PATIENCE = 2_000

/** Where lines go that cannot wait for the report. */
interface Lines {
  write(text: string): unknown
}

/**
 * Keeps a site from taking the report along with its process: what it throws where nobody can catch it is logged. Says at
 * once that an answer is long in coming, and that the site has ended the process.
 */
export class Guard {
  readonly #lines: Lines
  readonly #timeout: number
  #lane = 'the first gateway'
  #timer: NodeJS.Timeout | undefined

  /** `timeout` is how many milliseconds an answer is waited for. */
  constructor(lines: Lines, timeout: number) {
    this.#lines = lines
    this.#timeout = timeout
    process.on('unhandledRejection', tellOfRejection)
    process.on('uncaughtException', tellOfException)
    process.on('exit', this.#tellOfExit)
  }

  /** The request goes by this gateway now. */
  begin(lane: string): void {
    this.#lane = lane
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#lines.write(`${lane}: no end of the answer yet; it is given up after ${this.#timeout / 1000} seconds.`)
    }, PATIENCE)
  }

  stop(): void {
    clearTimeout(this.#timer)
    process.off('unhandledRejection', tellOfRejection)
    process.off('uncaughtException', tellOfException)
    process.off('exit', this.#tellOfExit)
  }

  readonly #tellOfExit = (code: number): void => {
    process.exitCode = code === 0 ? 1 : code
    this.#lines.write(
      `The site ended this process by process.exit(${code}) while it was asked by ${this.#lane}, so there is no report. ` +
        'In production that ends a server with all its requests: throw an error, or answer by a response.',
    )
  }
}

function tellOfRejection(error: unknown): void {
  getLogger('nuages.server').error('A promise was rejected, and nobody waits for it. Await it, or catch its error.', {
    error: error ?? new Error(`The promise was rejected with "${String(error)}".`),
  })
}

function tellOfException(error: unknown): void {
  getLogger('nuages.server').error('An error was thrown where nobody can catch it, which ends a server.', { error })
}
