import { AsyncLocalStorage } from 'node:async_hooks'
import type { Urls } from './conf.ts'
import type { ErrorHandler, ErrorHandlers, HandledStatus } from './error-handlers.ts'

/** What the URLs take from the settings. */
export interface UrlsOptions {
  /** The project's own list of URLs. */
  readonly urlconf: Urls<unknown> | undefined
  /** The project's own views for errors. */
  readonly errorHandlers: ErrorHandlers
}

const DEFAULTS: UrlsOptions = { urlconf: undefined, errorHandlers: {} }

let options: UrlsOptions = DEFAULTS

/** Set the options of this room: what is left out has its default, so `configureUrls({})` restores all. */
export function configureUrls(given: Partial<UrlsOptions>): void {
  options = { ...DEFAULTS, ...given }
}

/** Lists of URLs in place of the project's own; made when the first one is set, for carrying costs every request. */
let storage: AsyncLocalStorage<Urls<unknown> | undefined> | undefined

/** The list of URLs that counts here: that of the request at hand, or the project's own; `undefined` before it is known. */
export function getUrlconf(): Urls<unknown> | undefined {
  return storage?.getStore() ?? options.urlconf
}

/** Have another list of URLs count from here on, for this request or task; `undefined` is the project's own again. */
export function setUrlconf(urls: Urls<unknown> | undefined): void {
  storage ??= new AsyncLocalStorage()
  storage.enterWith(urls)
}

/** Call `fn`, and whatever it begins, with another list of URLs than the project's own. */
export function withUrlconf<T>(urls: Urls<unknown>, fn: () => T): T {
  storage ??= new AsyncLocalStorage()
  return storage.run(urls, fn)
}

/** The project's own view for an error of this status. */
export function getErrorHandler(status: HandledStatus): ErrorHandler | undefined {
  return options.errorHandlers[`handler${status}`]
}
