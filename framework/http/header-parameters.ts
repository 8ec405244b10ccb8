import { decodeBytes, percentDecode } from './encoding.ts'

/** A header such as Content-Type or Content-Disposition taken apart. */
export interface HeaderParameters {
  /** What stands before the first parameter, such as `text/html`, in lower case; empty where there is nothing. */
  readonly value: string
  /** By names in lower case. */
  readonly params: ReadonlyMap<string, string>
}

const NO_PARAMS: ReadonlyMap<string, string> = new Map()

/** One parameter, its value a token or in quotes, or whatever else stands up to the next semicolon. */
const PARAM = /;[ \t]*(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:"([^"\\]*(?:\\[^][^"\\]*)*)"|([^;"]+)))?[^;]*/y

/** RFC 8187, section 3.2.1: charset, language, percent-encoded text. */
const EXTENDED = /^(utf-8|iso-8859-1)'[^']*'((?:[^%]|%[0-9A-Fa-f]{2})*)$/i

/**
 * Read a header that has parameters, given as latin-1 bytes of UTF-8 (Django's `parse_header_parameters`). Of a
 * parameter that comes again the first counts, but `name*=UTF-8''…` (RFC 8187) wins over `name=`. A malformed parameter
 * is left out.
 */
export function parseHeaderParameters(header: string): HeaderParameters {
  const semicolon = header.indexOf(';')
  const value = (semicolon === -1 ? header : header.slice(0, semicolon)).trim().toLowerCase()
  if (semicolon === -1) return { value, params: NO_PARAMS }
  const params = new Map<string, string>()
  const extended = new Map<string, string>()
  for (let at = semicolon; at < header.length; at = PARAM.lastIndex) {
    PARAM.lastIndex = at
    const [, name, quoted, token] = PARAM.exec(header) as RegExpExecArray
    const text = quoted === undefined ? token?.trim() : unquote(quoted)
    if (name === undefined || text === undefined) continue
    if (name.endsWith('*')) keepFirst(extended, name.slice(0, -1), decodeExtended(text))
    else keepFirst(params, name, decodeBytes(text))
  }
  for (const [name, text] of extended) params.set(name, text)
  return { value, params }
}

function keepFirst(params: Map<string, string>, name: string, text: string | undefined): void {
  const key = name.toLowerCase()
  if (text !== undefined && !params.has(key)) params.set(key, text)
}

/** Other characters keep their backslash: browsers send it bare in the name of a field or file. */
function unquote(quoted: string): string {
  return quoted.includes('\\') ? quoted.replace(/\\(["\\])/g, '$1') : quoted
}

function decodeExtended(text: string): string | undefined {
  const [, charset = '', encoded] = EXTENDED.exec(text) ?? []
  if (encoded === undefined) return undefined
  const bytes = percentDecode(encoded)
  return charset.toLowerCase() === 'utf-8' ? decodeBytes(bytes) : bytes
}
