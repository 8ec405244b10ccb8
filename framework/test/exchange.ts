import {
  type Application,
  type Environ,
  type Output,
  type ResponseBody,
  type ResponseHeaders,
  run,
} from '../gateway/index.ts'
import { gotRequestException, type HttpRequest, requestFinished } from '../http/index.ts'
import { TemplateCollection } from './template-collection.ts'

/** One answer, collected: the gateway of tests. */
export class Exchange implements Output {
  statusLine = ''
  headers: ResponseHeaders = []
  /** What the framework made of the Environ; `undefined` where the application is none of the framework. */
  request: HttpRequest | undefined
  /** What has rendered for the answer. */
  readonly rendered = new TemplateCollection()
  readonly #environ: Environ
  readonly #chunks: Uint8Array[] = []
  #failure: { readonly error: unknown } | undefined

  constructor(environ: Environ) {
    this.#environ = environ
  }

  /** Call the application; what it throws on the way, caught by itself or not, is in `failure` then. */
  async run(application: Application): Promise<void> {
    gotRequestException.connect(this.#onException)
    requestFinished.connect(this.#onFinished)
    try {
      await this.rendered.run(() => run(this.#watched(application), this.#environ, this))
    } finally {
      gotRequestException.disconnect(this.#onException)
      requestFinished.disconnect(this.#onFinished)
    }
  }

  /** The first thing that went wrong. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  get body(): Uint8Array {
    return Buffer.concat(this.#chunks)
  }

  writeHead(status: string, headers: ResponseHeaders): void {
    this.statusLine = status
    this.headers = headers
  }

  write(chunk: Uint8Array): void | Promise<void> {
    const signal = this.#environ['nuages.signal']
    if (signal.aborted) return Promise.reject(signal.reason as Error)
    // Copied, for the application may use its buffer again.
    this.#chunks.push(Uint8Array.from(chunk))
  }

  end(error?: unknown): void {
    if (error !== undefined) this.#note(error)
  }

  #note(error: unknown): void {
    this.#failure ??= { error }
  }

  readonly #onException = ({ request, error }: { request: HttpRequest; error: unknown }): void => {
    if (request.environ === this.#environ) this.#note(error)
  }

  readonly #onFinished = ({ request }: { request: HttpRequest }): void => {
    if (request.environ === this.#environ) this.request = request
  }

  #watched(application: Application): Application {
    return (environ, startResponse) => {
      const body = this.#guard(() => application(environ, startResponse))
      return body instanceof Promise ? body.then((settled) => this.#watchedBody(settled)) : this.#watchedBody(body)
    }
  }

  #watchedBody(body: ResponseBody): ResponseBody {
    if (Array.isArray(body) || typeof body !== 'object' || body === null) return body
    if (Symbol.asyncIterator in body) {
      return {
        [Symbol.asyncIterator]: () => {
          const iterator = body[Symbol.asyncIterator]()
          return {
            next: () => this.#guard(() => iterator.next()),
            return: async () => (await iterator.return?.()) ?? DONE,
          }
        },
      }
    }
    return {
      [Symbol.iterator]: () => {
        const iterator = body[Symbol.iterator]()
        return { next: () => this.#guard(() => iterator.next()), return: () => iterator.return?.() ?? DONE }
      },
    }
  }

  /** Note what is thrown or rejected, and let it go on. */
  #guard<T>(action: () => T): T {
    try {
      const result = action()
      if (result instanceof Promise) result.catch((error: unknown) => this.#note(error))
      return result
    } catch (error) {
      this.#note(error)
      throw error
    }
  }
}

const DONE = { done: true, value: undefined } as const
