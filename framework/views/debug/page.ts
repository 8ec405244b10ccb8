import path from 'node:path'
import { HttpResponse } from '../../http/index.ts'
import { Engine } from '../../template/index.ts'
import { packageRoot } from '../../utils/index.ts'

/** Nothing on these pages is loaded or run, whatever the error's text may hold. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

let engine: Engine | undefined

/** A page out of the framework's own templates; the project's engine may be what failed. */
export function htmlPage(template: string, context: Readonly<Record<string, unknown>>, status: number): HttpResponse {
  engine ??= new Engine({ dirs: [path.join(packageRoot(), 'templates', 'pages')] })
  return new HttpResponse(engine.render(template, context), {
    status,
    headers: { ...HEADERS, 'Content-Security-Policy': POLICY },
  })
}

/** A page as plain text. */
export function textPage(text: string, status: number): HttpResponse {
  return new HttpResponse(text.endsWith('\n') ? text : `${text}\n`, {
    status,
    contentType: 'text/plain; charset=utf-8',
    headers: HEADERS,
  })
}

const HEADERS = { 'Cache-Control': 'no-store' }
