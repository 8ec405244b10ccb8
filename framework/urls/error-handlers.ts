import type { AnyResponse, HttpRequest } from '../http/index.ts'
import { refuseClass } from './class-view.ts'
import type { Urls } from './conf.ts'

/** A view for what has gone wrong: gets the request and what was thrown. */
export type ErrorHandler = (request: HttpRequest, error: unknown) => AnyResponse | Promise<AnyResponse>

/** The handlers that the project's module of URLs exports besides `urls`, each in place of a page of the framework. */
export interface ErrorHandlers {
  /** For a request that makes no sense. */
  readonly handler400?: ErrorHandler | undefined
  /** For what this user may not do. */
  readonly handler403?: ErrorHandler | undefined
  /** For what is not there. */
  readonly handler404?: ErrorHandler | undefined
  /** For an error of the site's own. */
  readonly handler500?: ErrorHandler | undefined
}

/** What a project's module of URLs exports. */
export interface UrlsModule extends ErrorHandlers {
  readonly urls: Urls<unknown>
}

/** The statuses that have a handler. */
export const HANDLED = [400, 403, 404, 500] as const

/** A status that has a handler. */
export type HandledStatus = (typeof HANDLED)[number]

/** The handlers among what a module exports. Throws `ImproperlyConfigured` for a class. */
export function errorHandlersOf(module: ErrorHandlers): ErrorHandlers {
  for (const status of HANDLED) refuseClass(module[`handler${status}`], `handler${status}`)
  return Object.fromEntries(HANDLED.map((status) => [`handler${status}`, module[`handler${status}`]]))
}
