import { repercentBrokenUnicode } from './encoding.ts'
import { escapeLeadingSlashes, escapeUriPath, iriToUri } from './uri.ts'

const HAS_SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/

/** What tells that a path cannot simply be put behind a host: another host, or a segment of dots. */
const NEEDS_JOINING = /^\/[/\\]|\/\.{1,2}(?:[/?#]|$)/

const PLACEHOLDER = 'http://host.invalid'

/** The mount and the path below it as one path, with a slash between. */
export function joinPaths(scriptName: string, pathInfo: string): string {
  const mount = scriptName.endsWith('/') ? scriptName.slice(0, -1) : scriptName
  return pathInfo.startsWith('/') ? mount + pathInfo : `${mount}/${pathInfo}`
}

/** A decoded path and a query string, latin-1, as a link. */
export function linkTo(path: string, query: string): string {
  const link = escapeLeadingSlashes(escapeUriPath(path))
  return query === '' ? link : `${link}?${iriToUri(repercentBrokenUnicode(query))}`
}

/** The absolute URL of a location as it is seen from a path of a host. Throws what `getHost` does, and a TypeError. */
export function absoluteUri(location: string, path: string, scheme: string, getHost: () => string): string {
  if (HAS_SCHEME.test(location)) return iriToUri(location)
  const base = `${scheme}://${getHost()}`
  if (location.startsWith('/') && !NEEDS_JOINING.test(location)) return iriToUri(base + location)
  // Joined to a host of our own, for not every host that a client may send is one to the parser of URLs.
  const joined = new URL(location, `${PLACEHOLDER}${escapeUriPath(path)}`)
  if (joined.origin !== PLACEHOLDER) return iriToUri(`${scheme}:${joined.href.slice(joined.protocol.length)}`)
  return iriToUri(base + joined.href.slice(PLACEHOLDER.length))
}
