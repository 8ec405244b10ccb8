import { HttpResponse, type HttpRequest } from '../http/index.ts'

/** The page for what is not there while `debug` is on: what was looked for, and what there is. */
export function technical404(request: HttpRequest, error: unknown): HttpResponse {
  return asText(`404 Not Found: ${request.path}\n\n${error instanceof Error ? error.message : ''}\n`, 404)
}

/** The page for an error while `debug` is on. */
export function technical500(request: HttpRequest, error: unknown, status: number): HttpResponse {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return asText(`${status} ${request.method} ${request.path}\n\n${text}\n`, status)
}

function asText(text: string, status: number): HttpResponse {
  return new HttpResponse(text, { status, contentType: 'text/plain; charset=utf-8' })
}
