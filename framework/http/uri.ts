/** Characters that stand for themselves in an IRI's URI (RFC 3987, section 3.1), and a `%` that is there already. */
const IN_URI = /[^A-Za-z0-9\-._~/#%[\]=:;$&()+,!?*@']+/g

/** Characters that stand for themselves in a path: those of RFC 3986, section 3.3, without `;`, `=` and `,`. */
const IN_PATH = /[^A-Za-z0-9\-._~/:@&+$!*'()]+/g

/** A URL with what is not ASCII, or not allowed in one, percent-encoded as UTF-8 (Django's `iri_to_uri`). */
export function iriToUri(iri: string): string {
  return iri.toWellFormed().replace(IN_URI, encodeURIComponent)
}

/** A decoded path as it stands in a URL, its `?`, `#` and `%` encoded (Django's `escape_uri_path`). */
export function escapeUriPath(path: string): string {
  return path.toWellFormed().replace(IN_PATH, (part) => encodeURIComponent(part))
}

/** A path that does not pass for `//host` in a link (Django's `escape_leading_slashes`). */
export function escapeLeadingSlashes(path: string): string {
  return path.startsWith('//') ? `/%2F${path.slice(2)}` : path
}

/** What `urlHasAllowedHostAndScheme` takes for safe. */
export interface SafeUrlOptions {
  /** Hosts besides none at all, such as `request.getHost()`. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Refuse `http:`, and a host without a scheme; true for a request that came by HTTPS. */
  readonly requireHttps?: boolean | undefined
}

/** Longer ones are not looked at. */
const MAX_URL = 2048

/** What Python, and so Django, takes for blanks: some controls too, but not U+FEFF. */
const BLANKS = /^(?:(?!\ufeff)[\s\x1c-\x1f\x85])+/

/** A control, a character that is not shown, or one that is none, at the start: what browsers make of it is their affair. */
const INVISIBLE = /^\p{C}/u

/**
 * True for a URL that a redirect may safely go to: a path of this site, or http(s) to one of the allowed hosts
 * (Django's `url_has_allowed_host_and_scheme`). Use it on every target that a client gives, such as `?next=`.
 */
export function urlHasAllowedHostAndScheme(url: string, options: SafeUrlOptions = {}): boolean {
  if (url.length > MAX_URL) return false
  const trimmed = url.replace(BLANKS, '').trimEnd()
  if (trimmed === '' || INVISIBLE.test(trimmed)) return false
  // Browsers take a backslash for a slash, so the URL must be safe both as it stands and as they read it.
  return isSafeUrl(trimmed, options) && isSafeUrl(trimmed.replaceAll('\\', '/'), options)
}

function isSafeUrl(url: string, { allowedHosts = [], requireHttps = false }: SafeUrlOptions): boolean {
  if (url.startsWith('///') || /[\t\r\n]/.test(url)) return false
  const [, scheme = '', authority] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?/.exec(url) ?? []
  if (authority === undefined) return scheme === ''
  if (authority === '' || !allowedHosts.some((host) => host.toLowerCase() === authority.toLowerCase())) return false
  const schemes = requireHttps ? ['https'] : ['http', 'https', '']
  return schemes.includes(scheme.toLowerCase())
}
