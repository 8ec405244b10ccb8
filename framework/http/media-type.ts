/** A Content-Type taken apart. */
export interface MediaType {
  /** `text/html`, in lower case; empty where there is none. */
  readonly type: string
  readonly params: ReadonlyMap<string, string>
}

const PARAM = /;[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/gy

/** Read a Content-Type header (RFC 9110, section 8.3.1); what follows a malformed parameter is left out. */
export function parseMediaType(header: string): MediaType {
  const semicolon = header.indexOf(';')
  const type = (semicolon === -1 ? header : header.slice(0, semicolon)).trim().toLowerCase()
  const params = new Map<string, string>()
  if (semicolon !== -1) {
    PARAM.lastIndex = semicolon
    for (let match = PARAM.exec(header); match !== null; match = PARAM.exec(header)) {
      const name = (match[1] as string).toLowerCase()
      const value = match[2]?.replace(/\\(.)/g, '$1') ?? (match[3] as string).trim()
      if (!params.has(name)) params.set(name, value)
    }
  }
  return { type, params }
}
