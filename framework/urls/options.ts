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

/** The project's own list of URLs; `undefined` before it is known. */
export function getUrlconf(): Urls<unknown> | undefined {
  return options.urlconf
}

/** The project's own view for an error of this status. */
export function getErrorHandler(status: HandledStatus): ErrorHandler | undefined {
  return options.errorHandlers[`handler${status}`]
}
