import { UnreadablePostError } from '../exceptions.ts'
import { gotRequestException, type HttpRequest, logResponse } from '../http/index.ts'
import { reportError } from '../views/index.ts'

/** Tell everybody of an error that nothing has caught: receivers of the signal, the log as `what`, the error reporters. */
export async function tellOfUncaught(request: HttpRequest, error: unknown, what: string): Promise<void> {
  await sendException(request, error)
  logResponse(request, 500, what, error === undefined ? new Error('The value "undefined" was thrown.') : error)
  reportError(error, request)
}

/** Tell the receivers of `gotRequestException`; one that fails must not hide the error that it is told of. */
export async function sendException(request: HttpRequest, error: unknown): Promise<void> {
  if (!gotRequestException.isEmpty) await gotRequestException.sendRobust({ request, error })
}

/** True for an error that only says that the client has gone, which is nobody's fault. */
export function saysClientGone({ signal }: HttpRequest, error: unknown): boolean {
  if (!signal.aborted) return false
  return (
    error === signal.reason ||
    (error instanceof Error && error.name === 'AbortError') ||
    error instanceof UnreadablePostError
  )
}
