import { createHash } from 'node:crypto'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { FileResponse, StreamingHttpResponse, UploadedFile, type HttpRequest, type HttpResponse } from 'nuages/http'
import { redirect, render, requireHttpMethods, requireSafe, SafeExceptionReporterFilter } from 'nuages/views'
import { lanesOf, stagesOf, timingsOf } from './stages.ts'

/** The first page: the road that this very request has come. */
export const home = requireSafe(function home(request: HttpRequest): HttpResponse {
  return render(request, 'road/home.html', {
    gateways: lanesOf(request),
    stages: stagesOf(request),
    timings: timingsOf(request),
  })
})

/** All that the gateway said about this request. */
export const environ = requireSafe(function environ(request: HttpRequest): HttpResponse {
  return render(request, 'road/environ.html', { variables: variablesOf(request) })
})

/** A form with an upload: shows it, and what came of it. */
export const form = requireHttpMethods(
  'GET',
  'HEAD',
  'POST',
)(async function form(request: HttpRequest): Promise<HttpResponse> {
  if (request.method !== 'POST') return render(request, 'road/form.html')
  const data = await request.form()
  const fields = [...data].filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const files = [...data].flatMap(([name, value]) => (value instanceof UploadedFile ? [{ name, file: value }] : []))
  const uploads = await Promise.all(files.map(({ name, file }) => describeUpload(name, file)))
  return render(request, 'road/form.html', { fields, uploads })
})

/** A greeting for a name out of the URL. */
export const hello = requireSafe(function hello(request: HttpRequest, { name }: { name: string }): HttpResponse {
  return render(request, 'road/hello.html', { name })
})

/** Counts visits in a cookie; a POST starts again. */
export const countVisits = requireHttpMethods(
  'GET',
  'HEAD',
  'POST',
)(function countVisits(request: HttpRequest): HttpResponse {
  if (request.method === 'POST') {
    const response = redirect('road:visits')
    response.deleteCookie('visits')
    return response
  }
  const visits = (Number.parseInt(request.cookies.get('visits') ?? '', 10) || 0) + 1
  const response = render(request, 'road/visits.html', { visits })
  response.setCookie('visits', String(visits), { maxAge: 86_400, httpOnly: true, sameSite: 'Lax' })
  return response
})

/** Numbers, each sent when it is known. */
export const stream = requireSafe(function stream(): StreamingHttpResponse {
  return new StreamingHttpResponse(squares(100), { contentType: 'text/plain; charset=utf-8' })
})

/** A file, whole or in ranges. */
export const download = requireSafe(function download(request: HttpRequest): Promise<FileResponse> {
  return FileResponse.open(path.join(import.meta.dirname, 'static', 'road', 'style.css'), {
    request,
    asAttachment: true,
    filename: 'nuages – Stil.css',
  })
})

/** A row of the Environ's table. */
interface Variable {
  readonly name: string
  readonly value: string
}

function variablesOf(request: HttpRequest): Variable[] {
  // A page that anyone may photograph should not show who is logged in.
  const filter = new SafeExceptionReporterFilter()
  return Object.entries(request.environ)
    .map(([name, value]) => ({ name, value: filter.isHidden(name) ? '••••••' : shown(value) }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

function shown(value: unknown): string {
  if (typeof value === 'string') return Buffer.from(value, 'latin1').toString('utf8')
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return `(${value.constructor?.name ?? 'object'})`
  return JSON.stringify(value) ?? String(value)
}

async function describeUpload(field: string, file: UploadedFile) {
  const hash = createHash('sha256')
  for await (const chunk of file.stream()) hash.update(chunk)
  return {
    field,
    name: file.name,
    type: file.type,
    size: file.size,
    sha256: hash.digest('hex'),
    where: file.path === undefined ? 'memory' : 'disk',
  }
}

async function* squares(count: number): AsyncGenerator<string> {
  for (let number = 1; number <= count; number++) {
    await setImmediate()
    yield `${number} × ${number} = ${number * number}\n`
  }
}
