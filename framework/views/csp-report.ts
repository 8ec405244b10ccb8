import { BadRequest } from '../exceptions.ts'
import { HttpResponse, type HttpRequest, markView } from '../http/index.ts'
import { escapeControls, getLogger } from '../utils/index.ts'
import { requirePOST } from './decorators/methods.ts'

/** Anybody may send reports: bytes of one request, reports of one, characters of a value, and reports logged in a minute. */
const MAX_BYTES = 65_536
const MAX_REPORTS = 20
const MAX_TEXT = 500
const MAX_PER_MINUTE = 100
const MINUTE = 60_000

/** One violation of a Content Security Policy, in the names of the Reporting API; what the browser left out is missing. */
export interface CspViolation {
  readonly documentURL?: string | undefined
  readonly referrer?: string | undefined
  readonly blockedURL?: string | undefined
  readonly effectiveDirective?: string | undefined
  readonly originalPolicy?: string | undefined
  readonly disposition?: string | undefined
  readonly sourceFile?: string | undefined
  readonly sample?: string | undefined
  readonly lineNumber?: number | undefined
  readonly columnNumber?: number | undefined
  readonly statusCode?: number | undefined
}

/** The names of the Reporting API, and those of older browsers; the last one that is there counts. */
const TEXTS = [
  ['documentURL', 'document-uri'],
  ['referrer', 'referrer'],
  ['blockedURL', 'blocked-uri'],
  ['effectiveDirective', 'violated-directive'],
  ['effectiveDirective', 'effective-directive'],
  ['originalPolicy', 'original-policy'],
  ['disposition', 'disposition'],
  ['sourceFile', 'source-file'],
  ['sample', 'script-sample'],
] as const
const NUMBERS = [
  ['lineNumber', 'line-number'],
  ['columnNumber', 'column-number'],
  ['statusCode', 'status-code'],
] as const

/**
 * Takes the reports that browsers send of what a Content Security Policy has forbidden, and logs each as a warning of
 * `nuages.security.csp`: both those of `report-uri` and those of `report-to`. 64 KiB and 20 reports of a request count;
 * beyond a hundred in a minute a worker only counts them. What is no JSON is a 400, and what is no report is let be.
 *
 * @example
 * path('csp-report/', cspReport)          // and in secureCsp: 'report-uri': '/csp-report/'
 */
export const cspReport = markView(
  requirePOST(async (request: HttpRequest): Promise<HttpResponse> => {
    for (const violation of violationsIn(await readJson(request))) budget.spend(() => log(request, violation))
    return new HttpResponse('', { status: 204 })
  }),
  'csrfExempt',
)

async function readJson(request: HttpRequest): Promise<unknown> {
  if (!/^application\/(?:csp-report|reports\+json|json)$/.test(request.contentType)) {
    throw new BadRequest('A report of a Content Security Policy is application/csp-report or application/reports+json.')
  }
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of request.stream()) {
    length += piece.length
    if (length > MAX_BYTES)
      throw new BadRequest(`A report of a Content Security Policy has ${MAX_BYTES} bytes at most.`)
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown
  } catch (error) {
    throw new BadRequest('The report of a Content Security Policy is no JSON.', { cause: error })
  }
}

function violationsIn(json: unknown): CspViolation[] {
  const bodies = Array.isArray(json)
    ? json
        .slice(0, MAX_REPORTS)
        .flatMap((each) => (member(each, 'type') === 'csp-violation' ? [member(each, 'body')] : []))
    : [member(json, 'csp-report')]
  return bodies.filter((body) => typeof body === 'object' && body !== null).map(violationOf)
}

function violationOf(body: unknown): CspViolation {
  const violation: Record<string, string | number> = {}
  for (const [name, older] of TEXTS) {
    const value = member(body, name) ?? member(body, older)
    if (typeof value === 'string') violation[name] = escapeControls(value.slice(0, MAX_TEXT))
  }
  for (const [name, older] of NUMBERS) {
    const value = member(body, name) ?? member(body, older)
    if (typeof value === 'number') violation[name] = value
  }
  return violation
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function log(request: HttpRequest, violation: CspViolation): void {
  const { effectiveDirective, blockedURL, documentURL, sourceFile, lineNumber, disposition } = violation
  const place = sourceFile === undefined ? '' : ` (${sourceFile}:${lineNumber ?? 0})`
  const what = disposition === 'report' ? 'would block' : 'blocks'
  getLogger('nuages.security.csp').warning(
    `${effectiveDirective ?? 'A policy'} ${what} ${blockedURL ?? 'something'} on ${documentURL ?? 'a page'}${place}`,
    { ...violation, request },
  )
}

/** What a worker logs in a minute; the first report of the next one says how many were left out. */
class Budget {
  #minute = 0
  #spent = 0

  spend(act: () => void): void {
    const minute = Math.floor(Date.now() / MINUTE)
    if (minute !== this.#minute) {
      const left = this.#spent - MAX_PER_MINUTE
      if (left > 0) getLogger('nuages.security.csp').warning(`${left} more reports of a policy were not logged.`)
      this.#minute = minute
      this.#spent = 0
    }
    this.#spent++
    if (this.#spent <= MAX_PER_MINUTE) act()
  }
}

const budget = new Budget()
