import { getLogger } from '../utils/index.ts'
import type { HttpRequest } from './request.ts'

const logged = new WeakSet<HttpRequest>()

/**
 * Say in the log `nuages.request` why a request is answered as it is: an error for a status of 500 and more, a warning below
 * (Django's `log_response`). What is said here is not said again when the answer goes out.
 */
export function logResponse(request: HttpRequest, status: number, reason: string, error?: unknown): void {
  markLogged(request)
  const level = status >= 500 ? 'error' : 'warning'
  getLogger('nuages.request').log(level, `${reason}: ${request.path}`, { status, request, error })
}

/** Say that the log has told of a request's answer, by another logger. */
export function markLogged(request: HttpRequest): void {
  logged.add(request)
}

/** True for a request whose answer the log has told of. */
export function isLogged(request: HttpRequest): boolean {
  return logged.has(request)
}
