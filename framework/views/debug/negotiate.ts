import type { HttpRequest } from '../../http/index.ts'

/**
 * The form that a page for developers has for this client: HTML for a browser, and for what takes anything; JSON for what
 * asks for it; text for a terminal's curl, a script's request, and all else.
 */
export function formFor(request: HttpRequest): 'html' | 'json' | 'text' {
  const accept = request.headers.get('Accept')?.toLowerCase() ?? '*/*'
  const accepted = accept
    .split(',')
    .filter((range) => !/;\s*q=0(?:\.0*)?\s*$/.test(range))
    .map((range) => range.split(';', 1)[0]?.trim() ?? '')
  const isScript = request.headers.get('X-Requested-With') === 'XMLHttpRequest'
  if (!isScript && (accepted.includes('text/html') || accepted.includes('application/xhtml+xml'))) return 'html'
  const named = accepted.find((type) => type === 'text/plain' || type.endsWith('json'))
  if (named !== undefined) return named === 'text/plain' ? 'text' : 'json'
  const takesAnything = accepted.includes('text/*') || accepted.includes('*/*')
  return takesAnything && !isScript && !isTerminal(request) ? 'html' : 'text'
}

/** Programs that say that they take anything and show what comes as it is. */
function isTerminal(request: HttpRequest): boolean {
  return /^(?:curl|HTTPie|Wget|xh)\//i.test(request.headers.get('User-Agent') ?? '')
}
