import type { HttpRequest } from '../../http/index.ts'

/**
 * True for a client that shows HTML: a browser, and one that takes anything. False for a script's request, and for one
 * that asks for plain text or JSON.
 */
export function wantsHtml(request: HttpRequest): boolean {
  if (request.headers.get('X-Requested-With') === 'XMLHttpRequest') return false
  const accept = request.headers.get('Accept')?.toLowerCase() ?? '*/*'
  const accepted = accept
    .split(',')
    .filter((range) => !/;\s*q=0(?:\.0*)?\s*$/.test(range))
    .map((range) => range.split(';', 1)[0]?.trim())
  if (accepted.includes('text/html') || accepted.includes('application/xhtml+xml')) return true
  if (accepted.some((type) => type === 'text/plain' || type?.endsWith('json'))) return false
  return accepted.includes('text/*') || accepted.includes('*/*')
}
