import path from 'node:path'
import { cspHash, HttpResponse, JsonResponse } from '../../http/index.ts'
import { Engine } from '../../template/index.ts'
import { packageRoot } from '../../utils/index.ts'

const HEADERS = { 'Cache-Control': 'no-store' }

/** Characters of a page; beyond, there is text in its place. */
const MAX_PAGE = 1_000_000

let engine: Engine | undefined

/** A page out of the framework's own templates; the project's engine may be what failed. */
export function renderPage(template: string, context: Readonly<Record<string, unknown>>): string {
  engine ??= new Engine({ dirs: [path.join(packageRoot(), 'templates', 'pages')] })
  return engine.render(template, context)
}

/** A page as HTML, or as this text where it would be too long. */
export function htmlPage(page: string, text: () => string, status: number): HttpResponse {
  if (page.length > MAX_PAGE) return textPage(text(), status)
  // HTML must not hold this one, whatever a path or a value did (HTML, section 13.2.3.5).
  return new HttpResponse(page.replaceAll('\0', '\ufffd'), {
    status,
    headers: { ...HEADERS, 'Content-Security-Policy': policyOf(page) },
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

/** A page as data. */
export function jsonPage(data: object, status: number): HttpResponse {
  return new JsonResponse(data, { status, headers: HEADERS })
}

/**
 * Nothing is run but the page's own script and, for the dev server's live reload, files of this site, whatever the error's
 * text may hold: text is escaped, so the first style and script that a page has are those of its template.
 */
function policyOf(page: string): string {
  const [, style = ''] = /<style>([^]*?)<\/style>/.exec(page) ?? []
  const [, script] = /<script>([^]*?)<\/script>/.exec(page) ?? []
  return [
    "default-src 'none'",
    `style-src ${cspHash(style)}`,
    `script-src 'self'${script === undefined ? '' : ` ${cspHash(script)}`}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
