/** A URL with its query sorted by name. */
export function canonicalURL(url: string): string {
  const [, address = '', query, fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url) ?? []
  const fields = new URLSearchParams(query)
  fields.sort()
  return `${address}${fields.size === 0 ? '' : `?${fields.toString()}`}${fragment}`
}
